"""What comes back of printed ECGs: from the lines of a PDF, and from pictures, scans and photographs of it.

The truth is the record that was printed, averaged over 10 ms as the prints are. Scans and photographs are
computed, each page with a seed of its own.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from figures import Figure, hand_over
from PIL import Image

from inference.pages.page import Page, open_page
from inference.pages.pdf_file import render_page
from inference.records import Record, read_record
from tests.unit.sheet_pictures import photographed, scanned

FloatArray = npt.NDArray[np.float64]
SECTION: Final = "Printed ECGs read back"
DPI: Final = 200.0
MOST_SHIFT_S: Final = 0.03
KINDS: Final[dict[str, Callable[[Image.Image, int], Image.Image]]] = {
    "clean picture": lambda picture, _seed: picture,
    "computed scan": lambda picture, seed: scanned(picture, seed, degrees=(-2.0, -1.0, 1.5, 0.7)[seed % 4]),
    "computed photograph": lambda picture, seed: photographed(
        picture, seed, slant=(0.02, 0.03, 0.04)[seed % 3], degrees=(-3.0, 1.0, 2.5)[seed % 3]
    ),
}


def main() -> None:
    """Measure on the prints that ECGVIEWER_TEST_DATA has; nothing without them."""
    folder = os.environ.get("ECGVIEWER_TEST_DATA", "")
    prints = sorted((Path(folder) / "pdf").glob("*.pdf")) if folder else []
    figures: list[Figure] = []
    if prints:
        truths = {path: printed_record(Path(folder), path.stem) for path in prints}
        drawn = [(open_page(path), truths[path]) for path in prints]
        figures += figures_of("PDF lines", drawn)
        for kind in KINDS:
            figures += figures_of(kind, list(pictures(kind, truths)))
    hand_over(figures)


def printed_record(folder: Path, number: str) -> Record:
    """The record of PTB-XL that a print shows, averaged over 10 ms."""
    header = next((folder / "ptb-xl" / "records500").rglob(f"{int(number):05d}_hr.hea"))
    record = read_record(header)
    width = round(record.fs_hz / 100.0)
    smooth = np.stack([np.convolve(lead, np.ones(width) / width, "same") for lead in record.signals_mv])
    return Record(smooth.astype(np.float32), record.lead_names, record.fs_hz, record.path, record.report)


def pictures(kind: str, truths: dict[Path, Record]) -> Iterator[tuple[Page, Record]]:
    with tempfile.TemporaryDirectory() as made:
        for seed, (path, truth) in enumerate(truths.items()):
            picture = Image.fromarray(render_page(path, 0, DPI))
            file = Path(made) / "page.jpg"
            KINDS[kind](picture, seed).save(file, quality=88)
            yield open_page(file), truth


def figures_of(kind: str, pages: list[tuple[Page, Record]]) -> list[Figure]:
    """How many pages became an ECG, and how near its leads are to the truth at their own best shifts."""
    read = [(page.record, truth) for page, truth in pages if page.record is not None]
    figures = [Figure(SECTION, f"{kind}: became an ECG, of {len(pages)}", "pages", (float(len(read)),))]
    if not read:
        return figures
    leads = [compared(record, truth) for record, truth in read]
    every = np.concatenate(leads)
    apart = tuple(1000.0 * float(np.ptp(shifts)) for shifts in (lead[:, 2] for lead in leads))
    return [
        *figures,
        Figure(SECTION, f"{kind}: a lead's correlation, below 1 by", "", tuple((1 - every[:, 0]).tolist())),
        Figure(SECTION, f"{kind}: gain error of a lead", "%", tuple((100 * every[:, 1]).tolist())),
        Figure(SECTION, f"{kind}: leads apart in time", "ms", apart),
    ]


def compared(record: Record, truth: Record) -> FloatArray:
    """Per lead (n, 3): correlation, gain error and shift in s, at the shift that fits best."""
    times = np.arange(truth.n_samples) / truth.fs_hz
    rows = []
    for name in record.lead_names:
        shown = np.flatnonzero(np.isfinite(record.lead(name)))
        values = record.lead(name)[shown].astype(np.float64)
        tried = []
        for shift_s in np.arange(-MOST_SHIFT_S, MOST_SHIFT_S + 1e-9, 0.002):
            true = np.interp(shown / record.fs_hz + shift_s, times, truth.lead(name))
            tried.append((float(np.corrcoef(true, values)[0, 1]), float(shift_s), true))
        best, shift_s, true = max(tried, key=lambda each: each[0])
        rows.append((best, abs(float(np.polyfit(true, values, 1)[0]) - 1.0), shift_s))
    return np.array(rows)


if __name__ == "__main__":
    main()
