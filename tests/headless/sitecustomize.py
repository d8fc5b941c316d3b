"""Makes Qt impossible to import in this Python and in every Python that it starts.

tests/run_all.py puts this folder first on PYTHONPATH; see docs/decisions/0005-headless-job.md.
"""

import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

ABSENT = {"PySide6", "shiboken6", "pyqtgraph", "pytestqt"}


class _NoQt(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: object = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        del path, target
        if fullname.partition(".")[0] in ABSENT:
            raise ModuleNotFoundError(f"{fullname} is not part of the headless environment", name=fullname)
        return None


sys.meta_path.insert(0, _NoQt())
