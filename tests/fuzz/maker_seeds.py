"""Sound files of makers' formats, built as the tests of their readers build them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.fuzz.seed import Seed
from tests.unit import maker_xml_files, muse_files, scp_files, sierra_files
from tests.unit.pdf_sheets import Sheet, heart, sheet_pdf


def _written(name: str, content: Callable[[], bytes]) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(content())
        return path

    return make


def _scp(**changes: object) -> Callable[[Path], Path]:
    return _written("ecg.scp", lambda: scp_files.scp_file(scp_files.small_scp(**changes)))


def _scp_with_subtraction() -> bytes:
    rows = dict(scp_files.small_scp().rows)
    longer = {name: row.repeat(3) for name, row in rows.items()}
    return scp_files.scp_file(
        scp_files.with_reference_beat(longer, [500, 900, 1200], difference=2, tables=19999)
    )


def _muse() -> bytes:
    leads = muse_files.usual_leads(muse_files.muse_counts(n_samples=600))
    text = muse_files.muse(muse_files.waveform(leads, "Median"), muse_files.waveform(leads))
    return text.encode("iso-8859-1")


def _sierra_103() -> bytes:
    return sierra_files.sierra_103(
        sierra_files.base64_lines(sierra_files.xli(sierra_files.with_pulse(sierra_files.sierra_leads())))
    ).encode()


def _sierra_104() -> bytes:
    counts = sierra_files.with_pulse(sierra_files.as_differences(sierra_files.sierra_leads()))
    return sierra_files.sierra_104(sierra_files.base64_lines(sierra_files.xli(counts))).encode("utf-16")


MAKERS: Final = (
    Seed("SCP-ECG", "plain", _scp()),
    Seed("SCP-ECG", "standard Huffman table", _scp(difference=1, tables=19999)),
    Seed("SCP-ECG", "second differences", _scp(difference=2, tables=19999)),
    Seed("SCP-ECG", "reference beat subtracted", _written("ecg.scp", _scp_with_subtraction)),
    Seed("GE MUSE XML", "rhythm and median", _written("ecg.xml", _muse)),
    Seed("Philips XML", "1.03, built", _written("ecg.xml", _sierra_103)),
    Seed("Philips XML", "1.04, built", _written("ecg.xml", _sierra_104)),
    Seed(
        "Mortara XML",
        "with its typical cycle",
        _written("ecg.xml", lambda: maker_xml_files.mortara_xml(maker_xml_files.small_rows())),
    ),
    Seed(
        "CardioSoft XML",
        "strip and medians",
        _written("ecg.xml", lambda: maker_xml_files.cardiosoft_xml(maker_xml_files.small_rows())),
    ),
    Seed("PDF", "drawn 3x4", _written("ecg.pdf", lambda: sheet_pdf(heart(), Sheet()))),
)
