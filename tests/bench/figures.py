"""Figure: one measured quantity with all its samples; a median never goes without its spread."""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """Repeated measurements of one thing, in one unit."""

    section: str
    name: str
    unit: str
    samples: tuple[float, ...]
    aim: float | None = None
    """What the figure should not exceed on two cores; None where nothing was set."""
    is_aim_for_all: bool = False
    """Whether no sample may exceed the aim, rather than the median."""

    @property
    def median(self) -> float:
        return statistics.median(self.samples)

    @property
    def quartiles(self) -> tuple[float, float]:
        """25th and 75th percentile; both the only sample where there is one."""
        if len(self.samples) == 1:
            return self.samples[0], self.samples[0]
        lower, _, upper = statistics.quantiles(self.samples, n=4, method="inclusive")
        return lower, upper

    @property
    def misses_aim(self) -> bool:
        """Whether the aim, if there is one, is exceeded."""
        judged = max(self.samples) if self.is_aim_for_all else self.median
        return self.aim is not None and judged > self.aim

    def to_json(self) -> dict[str, Any]:
        """Plain values: the statistics, and the samples that they come from."""
        return {
            "section": self.section,
            "name": self.name,
            "unit": self.unit,
            "median": self.median,
            "q25": self.quartiles[0],
            "q75": self.quartiles[1],
            "n": len(self.samples),
            "largest": max(self.samples),
            "aim": self.aim,
            "is_aim_for_all": self.is_aim_for_all,
            "samples": list(self.samples),
        }


def figure_from_json(values: dict[str, Any]) -> Figure:
    """Inverse of `Figure.to_json`."""
    return Figure(
        values["section"],
        values["name"],
        values["unit"],
        tuple(values["samples"]),
        values["aim"],
        values["is_aim_for_all"],
    )


def timed_ms(work: Callable[[], object], repeats: int, warm_up: int = 2) -> tuple[float, ...]:
    """Wall-clock milliseconds of each of `repeats` calls, after `warm_up` calls that are not counted."""
    for _ in range(warm_up):
        work()
    samples = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        samples.append((time.perf_counter() - started) * 1e3)
    return tuple(samples)


def number(value: float, unit: str) -> str:
    """A measured value with as many digits as it deserves."""
    if unit in ("MB", "count"):
        return f"{value:.0f}"
    if not unit:
        return f"{value:.3f}"
    return f"{value:.1f}" if value < 100 else f"{value:.0f}"


def table(figures: Sequence[Figure]) -> str:
    """The figures as a Markdown table."""
    lines = ["| what | median | IQR | largest | n | aim |", "|---|---:|---:|---:|---:|---:|"]
    section = ""
    for figure in figures:
        if figure.section != section:
            section = figure.section
            lines.append(f"| **{section}** | | | | | |")
        lines.append(_row(figure))
    return "\n".join(lines)


def _row(figure: Figure) -> str:
    lower, upper, median, largest = (
        number(value, figure.unit) for value in (*figure.quartiles, figure.median, max(figure.samples))
    )
    is_one = len(figure.samples) == 1
    spread = " | " if is_one else f"{lower}–{upper} | {largest}"
    who = "all " if figure.is_aim_for_all else ""
    aim = "" if figure.aim is None else f"{who}≤ {number(figure.aim, figure.unit)}"
    mark = " ✗" if figure.misses_aim else ""
    value = f"{median} {figure.unit}".strip()
    return f"| {figure.name} | {value}{mark} | {spread} | {len(figure.samples)} | {aim} |"


def hand_over(figures: Sequence[Figure]) -> None:
    """Write a section's figures to the file that bench.py named as the last argument."""
    Path(sys.argv[-1]).write_text(json.dumps([figure.to_json() for figure in figures]), encoding="utf-8")
