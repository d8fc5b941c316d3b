"""ECG sheets as PDF files, written operator by operator (ISO 32000-1) and without the reader's code."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from inference.records import STANDARD_LEADS
from training.simulation.simulate import simulate_record

FloatArray = npt.NDArray[np.floating]
MM = 72.0 / 25.4
THREE_BY_FOUR = (("I", "aVR", "V1", "V4"), ("II", "aVL", "V2", "V5"), ("III", "aVF", "V3", "V6"))
SIX_BY_TWO = tuple(zip(STANDARD_LEADS[:6], STANDARD_LEADS[6:], strict=True))
TWELVE_BY_ONE = tuple((name,) for name in STANDARD_LEADS)


def heart(seed: int = 1) -> dict[str, FloatArray]:
    """The twelve leads of a simulated ECG, 10 s at 500 Hz, mV."""
    leads_mv, _truth = simulate_record("normal", seed)
    return dict(zip(STANDARD_LEADS, leads_mv.astype(np.float64), strict=True))


@dataclass(frozen=True)
class Sheet:
    """What is drawn and how; the defaults are an ordinary 3x4 sheet with a rhythm strip."""

    rows: Sequence[Sequence[str]] = (*THREE_BY_FOUR, ("II",))
    speed: float = 25.0
    gain: float = 10.0
    fs_hz: float = 250.0
    footer: str | None = "25 mm/s 10 mm/mV 0.05-150 Hz"
    grid: str = "lines"
    ink: str = "polyline"
    pulse: bool = True
    names: dict[str, str] = field(default_factory=dict)
    """Lead name to what is written; '' for nothing."""
    inverted: tuple[str, ...] = ()
    row_mm: float | None = None
    stretch: tuple[float, float] = (1.0, 1.0)
    """Points per true point along and across, as a printer driver scales."""
    rotate: int = 0
    in_form: bool = False
    decimals: int = 3
    noise: bool = False
    column_s: float | None = None
    """How long each of several columns lasts; by itself they share the ten seconds."""
    together: bool = False
    """Whether all columns show the beginning."""
    gap_mm: float = 0.0
    """Between columns."""
    pulse_low_mv: float = 0.0
    """How far below 0 mV the pulse stands."""
    foot_to_mm: float = 18.0
    """Where the pulse's foot ends; the traces begin at 20 mm."""

    @property
    def spacing_mm(self) -> float:
        return self.row_mm or (15.0 if len(self.rows) > 6 else 40.0)

    @property
    def size(self) -> tuple[float, float]:
        width = 30.0 + max(len(names) * self.pitch_mm(names) for names in self.rows)
        return width * MM, (self.spacing_mm * len(self.rows) + 35.0) * MM

    def part_s(self, names: Sequence[str]) -> float:
        return self.column_s if self.column_s and len(names) > 1 else 10.0 / len(names)

    def pitch_mm(self, names: Sequence[str]) -> float:
        """From one column of a row to the next."""
        return self.part_s(names) * self.speed + self.gap_mm


def sheet_pdf(leads: dict[str, FloatArray], sheet: Sheet | None = None) -> bytes:
    """A PDF of one page with these leads (10 s at 500 Hz, mV)."""
    sheet = sheet or Sheet()
    return pdf_file([page_of(leads, sheet)])


@dataclass(frozen=True)
class Page:
    """A page's content and what belongs to it."""

    content: str
    size: tuple[float, float]
    rotate: int = 0
    in_form: bool = False
    stretch: tuple[float, float] = (1.0, 1.0)
    picture: FloatArray | None = None


def page_of(leads: dict[str, FloatArray], sheet: Sheet) -> Page:
    width, height = sheet.size
    content = "\n".join([grid_of(sheet), noise_of(sheet), traces_of(leads, sheet), words_of(sheet)])
    return Page(content, (width, height), sheet.rotate, sheet.in_form, sheet.stretch)


def grid_of(sheet: Sheet) -> str:
    width, height = sheet.size
    if sheet.grid == "pattern":
        return f"/Pattern cs /P1 scn 0 0 {width:.3f} {height:.3f} re f"
    if sheet.grid == "none":
        return ""
    if sheet.grid == "panels":
        return "0.95 0.7 0.7 RG 0.1 w\n" + "\n".join(panels_of(sheet))
    lines = []
    x_lines = np.arange(int(width / MM) + 1) * MM
    y_lines = np.arange(int(height / MM) + 1) * MM
    if sheet.grid == "dots":
        lines.append("0.9 0.6 0.6 rg")
        for y in y_lines[::5]:
            lines += [f"{x - 0.2:.3f} {y - 0.2:.3f} 0.4 0.4 re f" for x in x_lines]
        for x in x_lines[::5]:
            lines += [f"{x - 0.2:.3f} {y - 0.2:.3f} 0.4 0.4 re f" for y in y_lines]
        return "\n".join(lines)
    dash = "[1 1] 0 d" if sheet.grid == "dashed" else ""
    steps = {"bold only": ((5, 0.5),), "fine only": ((1, 0.1),)}.get(sheet.grid, ((1, 0.1), (5, 0.5)))
    for step, pen in steps:
        lines.append(f"q 0.95 0.7 0.7 RG {pen} w {dash}")
        # Every other line of an uneven grid is a point shorter.
        less = 1.0 if sheet.grid == "uneven" else 0.0
        tops = height - less * (np.arange(x_lines[::step].size) % 2)
        lines += [f"{x:.3f} 0 m {x:.3f} {top:.3f} l S" for x, top in zip(x_lines[::step], tops, strict=True)]
        if sheet.grid == "pieces":
            for y in y_lines[::step]:
                cuts = np.arange(0.0, width, 4 * MM)
                lines += [f"{x:.3f} {y:.3f} m {x + 3 * MM:.3f} {y:.3f} l S" for x in cuts]
        else:
            ends = width - less * (np.arange(y_lines[::step].size) % 2)
            lines += [
                f"0 {y:.3f} m {end:.3f} {y:.3f} l S" for y, end in zip(y_lines[::step], ends, strict=True)
            ]
        lines.append("Q")
    return "\n".join(lines)


def panels_of(sheet: Sheet) -> list[str]:
    """A grid of its own for each lead, from the lead's beginning on and 30 mm high."""
    lines = []
    for row, names in enumerate(sheet.rows):
        bottom, wide = baseline_mm(sheet, row) - 15.0, sheet.part_s(names) * sheet.speed
        for column in range(len(names)):
            left = row_start_mm(sheet) + column * sheet.pitch_mm(names)
            for x in left + np.arange(0.0, wide + 1e-6):
                lines.append(f"{x * MM:.3f} {bottom * MM:.3f} m {x * MM:.3f} {(bottom + 30) * MM:.3f} l S")
            for y in bottom + np.arange(0.0, 30.0 + 1e-6):
                lines.append(f"{left * MM:.3f} {y * MM:.3f} m {(left + wide) * MM:.3f} {y * MM:.3f} l S")
    return lines


def noise_of(sheet: Sheet) -> str:
    """A frame, a logo of curves, a bar code and an underlined heading."""
    if not sheet.noise:
        return ""
    width, height = sheet.size
    bars = [f"{20 + 1.7 * k:.2f} {height - 40:.2f} 0.8 25 re f" for k in range(60)]
    ring = [f"{100 + 20 * np.cos(a):.2f} {height - 30 + 20 * np.sin(a):.2f}" for a in np.arange(0, 6.3, 0.1)]
    return "\n".join(
        [
            "0 0 0 rg 0 0 0 RG 1 w",
            f"5 5 {width - 10:.2f} {height - 10:.2f} re S",
            *bars,
            f"{ring[0]} m " + " ".join(f"{place} l" for place in ring[1:]) + " s",
            f"150 {height - 20:.2f} m 200 {height:.2f} 260 {height - 40:.2f} 300 {height - 20:.2f} c S",
            f"100 {height - 12:.2f} m 400 {height - 12:.2f} l S",
        ]
    )


def row_start_mm(sheet: Sheet) -> float:
    return 20.0


def baseline_mm(sheet: Sheet, row: int) -> float:
    return (sheet.size[1] / MM) - 30.0 - row * sheet.spacing_mm


def traces_of(leads: dict[str, FloatArray], sheet: Sheet) -> str:
    parts = ["0 0 0 RG 0 0 0 rg 0.5 w"]
    for row, names in enumerate(sheet.rows):
        base, part_s = baseline_mm(sheet, row), sheet.part_s(names)
        foot = base * MM
        if sheet.pulse:
            xs = np.array([5, 6, 6, 6 + 0.2 * sheet.speed, 6 + 0.2 * sheet.speed, sheet.foot_to_mm]) * MM
            low = foot - sheet.pulse_low_mv * sheet.gain * MM
            ys = low + np.array([0, 0, sheet.gain, sheet.gain, 0, 0]) * MM
            pulse = np.stack([xs, ys], 1)
            parts.append(polyline(pulse, sheet.decimals) if sheet.ink != "attached" else "")
        curves = []
        for column, name in enumerate(names):
            samples = np.arange(round(part_s * sheet.fs_hz) + (sheet.ink == "whole rows")) / sheet.fs_hz
            time = samples if sheet.together else column * part_s + samples
            values = np.interp(time, np.arange(5000) / 500.0, leads[name])
            values = -values if name in sheet.inverted else values
            x = (row_start_mm(sheet) + column * sheet.pitch_mm(names) + samples * sheet.speed) * MM
            curves.append(np.stack([x, foot + values * sheet.gain * MM], 1))
        if sheet.ink == "whole rows":
            curves = [
                np.concatenate(
                    [curve[: -1 if k < len(curves) - 1 else None] for k, curve in enumerate(curves)]
                )
            ]
        if sheet.ink == "attached":
            curves[0] = np.concatenate([pulse, curves[0]])
        parts += [drawn(curve, sheet) for curve in curves]
    return "\n".join(parts)


def polyline(points: FloatArray, decimals: int) -> str:
    places = [f"{x:.{decimals}f} {y:.{decimals}f}" for x, y in points]
    return f"{places[0]} m " + "\n".join(f"{place} l" for place in places[1:]) + " S"


def drawn(points: FloatArray, sheet: Sheet) -> str:
    d = sheet.decimals
    if sheet.ink == "segments":
        return "\n".join(
            f"{a[0]:.{d}f} {a[1]:.{d}f} m {b[0]:.{d}f} {b[1]:.{d}f} l S" for a, b in pairwise(points)
        )
    if sheet.ink == "curves":
        text = f"{points[0, 0]:.{d}f} {points[0, 1]:.{d}f} m\n"
        for a, b in pairwise(points):
            one, two = a + (b - a) / 3, a + 2 * (b - a) / 3
            text += " ".join(f"{v:.{d}f}" for v in (*one, *two, *b)) + " c\n"
        return text + "S"
    if sheet.ink == "outlines":
        half = np.array([0.0, 0.3])
        around = np.concatenate([points + half, (points - half)[::-1]])
        return polyline(around, d)[:-1] + "f"
    return polyline(points, d)


def words_of(sheet: Sheet) -> str:
    parts = []
    for row, names in enumerate(sheet.rows):
        for column, name in enumerate(names):
            written = sheet.names.get(name, name)
            written = f"-{written}" if name in sheet.inverted else written
            # Names stand in the left upper corner of their piece; the strip's may be missing.
            x = (row_start_mm(sheet) + column * sheet.pitch_mm(names) + 1.0) * MM
            y = (baseline_mm(sheet, row) + 0.3 * sheet.spacing_mm) * MM
            if written and (written != "-"):
                parts.append(f"BT /F1 8 Tf {x:.2f} {y:.2f} Td ({written}) Tj ET")
    if sheet.footer:
        parts.append(f"BT /F1 9 Tf 40 12 Td ({sheet.footer}) Tj ET")
    return "0 0 0 rg\n" + "\n".join(parts)


def pdf_file(pages: Sequence[Page]) -> bytes:
    """Pages to a PDF 1.7 file with a cross-reference table."""
    objects: list[bytes] = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    cell = f"0.95 0.7 0.7 RG 0.3 w 0 0 m 0 {MM:.5f} l S 0 0 m {MM:.5f} 0 l S"
    pattern = (
        f"/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 {MM:.5f} {MM:.5f}] "
        f"/XStep {MM:.5f} /YStep {MM:.5f} /Resources << >>"
    )
    objects.append(stream(cell.encode(), pattern))
    kids = []
    for page in pages:
        resources = "/Font << /F1 3 0 R >> /Pattern << /P1 4 0 R >>"
        content, (width, height) = page.content, page.size
        along, across = page.stretch
        if page.picture is not None:
            objects.append(_picture(page.picture))
            resources += f" /XObject << /Im {len(objects)} 0 R >>"
        if page.in_form:
            # The form's own matrix shrinks what the page's matrix stretches again.
            form = (
                f"/Type /XObject /Subtype /Form /BBox [0 0 {width:.3f} {height:.3f}] "
                f"/Matrix [0.5 0 0 0.5 7 9] "
                f"/Resources << {resources} >>"
            )
            objects.append(stream(content.encode(), form))
            content = "q 2 0 0 2 -14 -18 cm /Fx Do Q"
            resources = f"/XObject << /Fx {len(objects)} 0 R >>"
        content = f"q {along} 0 0 {across} 0 0 cm\n{content}\nQ"
        width, height = width * along, height * across
        if page.rotate in (90, 270):
            turn = {90: f"0 1 -1 0 {height:.3f} 0", 270: f"0 -1 1 0 0 {width:.3f}"}[page.rotate]
            content = f"q {turn} cm\n{content}\nQ"
            width, height = height, width
        elif page.rotate == 180:
            content = f"q -1 0 0 -1 {width:.3f} {height:.3f} cm\n{content}\nQ"
        objects.append(stream(content.encode("latin-1"), ""))
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width:.3f} {height:.3f}] /Rotate {page.rotate} "
            f"/Contents {len(objects)} 0 R /Resources << {resources} >> >>".encode()
        )
        kids.append(len(objects))
    objects[1] = (
        f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(f'{k} 0 R' for k in kids)}] >>".encode()
    )
    return assembled(objects)


def assembled(objects: Sequence[bytes], trailer: str = "") -> bytes:
    """Numbered objects, the first the catalog, as a file."""
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    out += (
        f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n".encode()
    )
    return bytes(out)


def stream(data: bytes, entries: str) -> bytes:
    """A compressed stream with these entries in its dictionary."""
    packed = zlib.compress(data)
    return (
        f"<< {entries} /Filter /FlateDecode /Length {len(packed)} >>\nstream\n".encode()
        + packed
        + b"\nendstream"
    )


def _picture(picture: FloatArray) -> bytes:
    height, width = picture.shape[:2]
    entries = (
        f"/Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceRGB "
        "/BitsPerComponent 8"
    )
    return stream(picture.astype(np.uint8).tobytes(), entries)
