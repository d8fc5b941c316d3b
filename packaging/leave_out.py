"""Which collected files the program never opens: headers, C++ tests, static libraries, mostly PyTorch's."""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import PurePath
from typing import Final

PATTERNS: Final = (
    "torch/include/*",
    "torch/share/*",
    "torch/test/*",
    "torch/bin/*",
    "torch/_inductor/*.h",
    "torch/utils/benchmark/*",
    "torch/lib/*.a",
    "torch/lib/*.lib",
    "torch/lib/*_test.so",
    "torch/lib/libbackend_with_compiler.so",
    "torch/lib/libaoti_custom_ops.so",
    "*/tests/*",
    "*/testdata/*",
    "*.pyi",
    "*.pyx",
    "*.pxd",
    "*.h",
    "*.hpp",
    "*.cuh",
    "PySide6/Qt/translations/*",
    "PySide6/Qt/qml/*",
)
KEPT: Final = ("torch/bin/torch_shm_manager*",)
"""torch looks for this one while it is imported."""


def is_left_out(destination: str) -> bool:
    """Whether a file, by its path inside the program, is left out of it."""
    path = PurePath(destination).as_posix()
    is_kept = any(fnmatch(path, pattern) for pattern in KEPT)
    return not is_kept and any(fnmatch(path, pattern) for pattern in PATTERNS)
