"""Seed: one sound record and how its files are made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Seed:
    """A record's files: `make(folder)` writes them and returns the one that is opened."""

    format: str
    name: str
    make: Callable[[Path], Path]
