"""The wfdb package, imported late and quietly."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType


@contextmanager
def quiet_wfdb() -> Iterator[ModuleType]:
    """wfdb, for the length of a `with`.

    The first import takes 0.3 to 1 s (pandas, aiohttp), so nothing on the way to a picture asks for it.
    Under pandas 3, wfdb 4.3 warns at import and in use of pandas functions that pandas 4 will drop;
    that is between these two packages and nothing that a reader of ECGs could act on.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        yield import_module("wfdb")
