"""Comment lines of WFDB headers, in which PTB, LUDB and CinC 2020/21 write their labels."""

from __future__ import annotations

from pathlib import Path


def comments(header: Path) -> list[str]:
    """The comment lines of a `.hea` file without their '#'. Raises OSError when it cannot be read."""
    lines = header.read_text(encoding="latin-1").splitlines()
    return [line.lstrip("# ").rstrip() for line in lines if line.startswith("#")]


def facts(header: Path) -> dict[str, str]:
    """Comments of the form 'name: value', names in lower case; of a name said twice the last value."""
    pairs = (line.split(":", 1) for line in comments(header) if ":" in line)
    return {name.strip().lower(): value.strip() for name, value in pairs}
