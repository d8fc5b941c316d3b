"""SCP-ECG files made for tests, written from the standard and knowing nothing of the reader.

EN 1064:2005: clause 5 for the sections, annex C for the compression.
"""

from __future__ import annotations

import binascii
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]

LEAD_CODES = {"I": 1, "II": 2, "V1": 3, "V2": 4, "V3": 5, "V4": 6, "V5": 7, "V6": 8} | {
    "III": 61,
    "aVR": 62,
    "aVL": 63,
    "aVF": 64,
    "-aVR": 65,
    "V7": 9,
    "V8": 66,
    "V9": 67,
    "V4R": 12,
    "CC5": 19,
}
STANDARD_TABLE = 19999

# Clause C.2.7.4, row by row: bits of the prefix, of all, switch, base value, base code (lowest bit first).
STANDARD_ROWS = (
    (1, 1, 1, 0, 0),
    (3, 3, 1, 1, 1),
    (3, 3, 1, -1, 5),
    (4, 4, 1, 2, 3),
    (4, 4, 1, -2, 11),
    (5, 5, 1, 3, 7),
    (5, 5, 1, -3, 23),
    (6, 6, 1, 4, 15),
    (6, 6, 1, -4, 47),
    (7, 7, 1, 5, 31),
    (7, 7, 1, -5, 95),
    (8, 8, 1, 6, 63),
    (8, 8, 1, -6, 191),
    (9, 9, 1, 7, 127),
    (9, 9, 1, -7, 383),
    (10, 10, 1, 8, 255),
    (10, 10, 1, -8, 767),
    (10, 18, 1, 0, 511),
    (10, 26, 1, 0, 1023),
)
# Two tables that hand over to each other: the first for values near 0, the second for others.
NEAR_ZERO = ((1, 1, 1, 0, 0), (3, 3, 1, 1, 1), (3, 3, 1, -1, 5), (2, 2, 0, 2, 3))
FAR_FROM_ZERO = ((1, 17, 1, 0, 0), (15, 15, 0, 1, 0x7FFF))
Row = tuple[int, int, int, int, int]


@dataclass(frozen=True)
class Beat:
    """One QRS complex by its samples, counted from 1."""

    first: int
    fiducial: int
    last: int
    kind: int = 0
    protected: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Scp:
    """What goes into a file; `rows` are amplitudes in steps, one array per name."""

    rows: Mapping[str, IntArray]
    interval_us: int = 2000
    nv_per_step: int = 1000
    difference: int = 0
    tables: int | Sequence[Sequence[Row]] = 0
    starts: Mapping[str, int] = field(default_factory=dict)
    beats: Sequence[Beat] = ()
    reference: Mapping[str, IntArray] | None = None
    reference_fiducial: int = 1
    reference_nv: int = 1000
    subtract: bool = False
    decimation: int = 1
    tags: Sequence[tuple[int, bytes]] = ((2, b"P-1\0"),)
    further: Mapping[int, bytes] = field(default_factory=dict)
    version: int = 20


def scp_file(scp: Scp) -> bytes:
    """The bytes of the file."""
    bodies = {1: section_1(scp.tags), 3: _section_3(scp), 6: _section_6(scp)}
    if scp.tables:
        bodies[2] = _section_2(scp.tables)
    if scp.beats or scp.reference:
        bodies[4] = _section_4(scp)
    if scp.reference:
        bodies[5] = encoded(scp, scp.reference, scp.reference_nv, scp.interval_us, bimodal=0)
    bodies |= scp.further
    return container({number: bodies[number] for number in sorted(bodies)}, scp.version)


def container(bodies: Mapping[int, bytes], version: int = 20) -> bytes:
    """Sections behind section 0 that points to them, all with their checksums."""
    sections = {number: section(number, body, version) for number, body in bodies.items()}
    numbers = [*range(12), *(number for number in bodies if number > 11)]
    length_0 = 16 + 10 * len(numbers)
    place = 7 + length_0
    pointers = b""
    for number in numbers:
        length = length_0 if number == 0 else len(sections.get(number, b""))
        index = 7 if number == 0 else (place if length else 0)
        pointers += struct.pack("<HII", number, length, index)
        place += 0 if number == 0 else length
    section_0 = section(0, pointers, version, b"SCPECG")
    body = section_0 + b"".join(sections.values())
    counted = struct.pack("<I", 6 + len(body)) + body
    return struct.pack("<H", binascii.crc_hqx(counted, 0xFFFF)) + counted


def section(number: int, body: bytes, version: int = 20, reserved: bytes = bytes(6)) -> bytes:
    """One section: an even number of bytes, checksum in front."""
    body += bytes(len(body) % 2)
    rest = struct.pack("<HIBB", number, 16 + len(body), version, version) + reserved + body
    return struct.pack("<H", binascii.crc_hqx(rest, 0xFFFF)) + rest


def section_1(tags: Sequence[tuple[int, bytes]]) -> bytes:
    """Tags and their end."""
    return b"".join(struct.pack("<BH", tag, len(value)) + value for tag, value in tags) + b"\xff\0\0"


def machine_tag(model: str, texts: Sequence[str], maker_code: int = 255, language: int = 0) -> bytes:
    """Tag 14: 36 bytes of codes with the model among them, then texts that end at a NUL."""
    codes = struct.pack("<HHHBB6s", 1, 2, 3, 0, maker_code, model.encode()[:5])
    codes += bytes([20, 0xA0, language, 0xD0, 1]) + bytes(16) + bytes([len(texts[0]) + 1])
    return codes + b"".join(text.encode("latin-1") + b"\0" for text in texts)


def statements(texts: Sequence[bytes], status: int = 0) -> bytes:
    """Section 8 or 11."""
    head = struct.pack("<BHBBBBBB", status, 2026, 3, 9, 14, 30, 5, len(texts))
    return head + b"".join(
        struct.pack("<BH", number, len(text)) + text for number, text in enumerate(texts, 1)
    )


def _section_2(tables: int | Sequence[Sequence[Row]]) -> bytes:
    if isinstance(tables, int):
        return struct.pack("<H", tables)
    rows = [
        struct.pack("<H", len(table)) + b"".join(struct.pack("<BBBhI", *row) for row in table)
        for table in tables
    ]
    return struct.pack("<H", len(tables)) + b"".join(rows)


def _section_3(scp: Scp) -> bytes:
    flags = int(scp.subtract) | 0b100 | min(len(scp.rows), 31) << 3
    leads = b""
    for name, row in scp.rows.items():
        start = scp.starts.get(name, 1)
        leads += struct.pack("<IIB", start, start + len(row) - 1, LEAD_CODES[name])
    return bytes([len(scp.rows), flags]) + leads


def _section_4(scp: Scp) -> bytes:
    n_reference = len(next(iter(scp.reference.values()))) if scp.reference else 0
    head = struct.pack("<HHH", n_reference * scp.interval_us // 1000, scp.reference_fiducial, len(scp.beats))
    zones = [struct.pack("<HIII", beat.kind, beat.first, beat.fiducial, beat.last) for beat in scp.beats]
    protected = [struct.pack("<II", *beat.protected) for beat in scp.beats]
    return head + b"".join(zones) + b"".join(protected)


def _section_6(scp: Scp) -> bytes:
    rows = {name: _thinned(residual(scp, name), scp) for name in scp.rows}
    bimodal = int(scp.decimation > 1)
    return encoded(scp, rows, scp.nv_per_step, scp.interval_us * scp.decimation, bimodal)


def residual(scp: Scp, name: str) -> IntArray:
    """A lead without the reference beat (C.3.2): fiducial lies on fiducial, amplitudes in steps."""
    row = scp.rows[name].copy()
    if scp.subtract and scp.reference:
        in_steps = scp.reference[name] * scp.reference_nv // scp.nv_per_step
        for beat in (beat for beat in scp.beats if beat.kind == 0):
            for sample in range(beat.first, beat.last + 1):
                row[sample - 1] -= in_steps[sample - beat.fiducial + scp.reference_fiducial - 1]
    return row


def _thinned(row: IntArray, scp: Scp) -> IntArray:
    """Means of `decimation` samples outside of the protected stretches, those left over as they are."""
    if scp.decimation == 1:
        return row
    kept: list[int] = []
    place = 0
    for first, last in [*(beat.protected for beat in scp.beats), (len(row) + 1, len(row))]:
        while place + scp.decimation <= first - 1:
            kept.append(round(float(row[place : place + scp.decimation].mean())))
            place += scp.decimation
        kept += row[place:last].tolist()
        place = max(place, last)
    return np.array(kept, dtype=np.int64)


def encoded(
    scp: Scp, rows: Mapping[str, IntArray], nv_per_step: int, interval_us: int, bimodal: int
) -> bytes:
    """Section 5 or 6."""
    leads = [_bytes(differences(row, scp.difference), scp.tables) for row in rows.values()]
    head = struct.pack("<HHBB", nv_per_step, interval_us, scp.difference, bimodal)
    return head + b"".join(struct.pack("<H", len(lead)) for lead in leads) + b"".join(leads)


def differences(row: IntArray, order: int) -> list[int]:
    """The first `order` amplitudes, then first or second differences (C.2.3)."""
    values = [int(value) for value in row]
    if order == 1:
        return values[:1] + [values[n] - values[n - 1] for n in range(1, len(values))]
    if order == 2:
        return values[:2] + [values[n] - 2 * values[n - 1] + values[n - 2] for n in range(2, len(values))]
    return values


def _bytes(values: Sequence[int], tables: int | Sequence[Sequence[Row]]) -> bytes:
    if not tables:
        return struct.pack(f"<{len(values)}h", *values)
    standard = tables in (STANDARD_TABLE, (STANDARD_ROWS,))
    bits = _standard_bits(values) if standard else _switching_bits(values, tables)
    bits += "0" * (-len(bits) % 16)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def _standard_bits(values: Sequence[int]) -> str:
    prefixes = {base: _prefix(row) for row in STANDARD_ROWS[:17] for base in [row[3]]}
    of_8_bits, of_16_bits = _prefix(STANDARD_ROWS[17]), _prefix(STANDARD_ROWS[18])
    parts = []
    for value in values:
        if value in prefixes:
            parts.append(prefixes[value])
        elif -128 <= value < 128:
            parts.append(of_8_bits + f"{value & 0xFF:08b}")
        else:
            parts.append(of_16_bits + f"{value & 0xFFFF:016b}")
    return "".join(parts)


def _switching_bits(values: Sequence[int], tables: int | Sequence[Sequence[Row]]) -> str:
    """With `NEAR_ZERO` and `FAR_FROM_ZERO`: one value in the second table, then back to the first."""
    assert tables == (NEAR_ZERO, FAR_FROM_ZERO)
    near = {row[3]: _prefix(row) for row in NEAR_ZERO[:3]}
    parts = []
    for value in values:
        if value in near:
            parts.append(near[value])
        else:
            parts.append(_prefix(NEAR_ZERO[3]) + _prefix(FAR_FROM_ZERO[0]) + f"{value & 0xFFFF:016b}")
            parts.append(_prefix(FAR_FROM_ZERO[1]))
    return "".join(parts)


def _prefix(row: Row) -> str:
    return f"{row[4]:032b}"[::-1][: row[0]]


def small_scp(**changes: object) -> Scp:
    """Two leads of 1 s at 500 Hz that swing and step."""
    time = np.arange(500)
    wave = np.round(300 * np.sin(time / 9) + 900 * np.exp(-(((time % 200) - 100) ** 2) / 20)).astype(np.int64)
    return replace(Scp({"I": wave, "V2": -wave // 2}), **changes)  # type: ignore[arg-type]


def with_reference_beat(rows: Mapping[str, IntArray], peaks: Sequence[int], **changes: object) -> Scp:
    """A file with the mean of the beats at `peaks` (samples from 0) as its reference beat, 400 ms each side.

    Of the beats those that lie within the recording are subtracted, 300 ms each side; 100 ms before the
    peak and 120 ms behind it are protected.
    """
    n_samples = len(next(iter(rows.values())))
    whole = [peak for peak in peaks if 200 <= peak < n_samples - 200]
    reference = {
        name: np.round(np.mean([row[peak - 200 : peak + 200] for peak in whole], axis=0)).astype(np.int64)
        for name, row in rows.items()
    }
    beats = [
        Beat(peak + 1 - 150, peak + 1, peak + 1 + 150, protected=(peak + 1 - 50, peak + 1 + 60))
        for peak in whole
    ]
    scp = Scp(rows, beats=beats, reference=reference, reference_fiducial=201, subtract=True)
    return replace(scp, **changes)  # type: ignore[arg-type]
