"""Freed memory is kept for the next step: on Linux a fit otherwise loses time by giving it back."""

from __future__ import annotations

import ctypes
import sys
from typing import Final

# The parameters' numbers in glibc's malloc.h; no other C library has them.
_M_TRIM_THRESHOLD: Final = -1
_M_MMAP_MAX: Final = -4
_NEVER: Final = 2**31 - 1


def keep_freed_memory() -> bool:
    """Whether this process now keeps what it frees, rather than asking the system anew in every step."""
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    return bool(mallopt(_M_MMAP_MAX, 0)) and bool(mallopt(_M_TRIM_THRESHOLD, _NEVER))
