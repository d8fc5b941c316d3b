"""PDF sheets of many kinds, drawn here, and what is read back from them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inference.pages.page_layout import PageLayout
from inference.pages.pdf_file import render_page
from inference.pages.vector_pdf import NoVectorTraceError, read_pdf_sheet
from inference.records import STANDARD_LEADS, RecordError, read_record
from tests.unit.pdf_reading import assert_same_ecg, read_back
from tests.unit.pdf_sheets import (
    SIX_BY_TWO,
    THREE_BY_FOUR,
    TWELVE_BY_ONE,
    FloatArray,
    Page,
    Sheet,
    assembled,
    heart,
    page_of,
    pdf_file,
    sheet_pdf,
    stream,
)

UNNAMED = dict.fromkeys(STANDARD_LEADS, "")
KINDS = {
    "an ordinary sheet": Sheet(),
    "six rows of two at 50 mm/s and 5 mm/mV": Sheet(SIX_BY_TWO, 50, 5, footer="50 mm/s 5 mm/mV"),
    "twelve rows": Sheet(TWELVE_BY_ONE, gain=5, footer="25mm/sec 5mm/mV"),
    "20 mm/mV by its pulse alone": Sheet(gain=20, footer=None, row_mm=60),
    "50 mm/s by its pulse alone": Sheet(speed=50, footer=None),
    "three rhythm strips": Sheet((*THREE_BY_FOUR, ("II",), ("V1",), ("V5",))),
    "no rhythm strip": Sheet(THREE_BY_FOUR),
    "a line per sample": Sheet(ink="segments"),
    "curves": Sheet(ink="curves"),
    "filled outlines": Sheet(ink="outlines"),
    "one line per row": Sheet(ink="whole rows"),
    "pulses joined to the traces": Sheet(ink="attached"),
    "a dashed grid": Sheet(grid="dashed"),
    "a grid in pieces": Sheet(grid="pieces"),
    "a grid of 5 mm only": Sheet(grid="bold only"),
    "a grid of 1 mm only": Sheet(grid="fine only"),
    "a grid of its own for each lead": Sheet(grid="panels", gap_mm=3.0),
    "a grid of lines of two lengths": Sheet(grid="uneven"),
    "a grid as a pattern": Sheet(grid="pattern"),
    "no grid": Sheet(grid="none"),
    "turned by 90": Sheet(rotate=90),
    "turned by 180": Sheet(rotate=180),
    "turned by 270": Sheet(rotate=270),
    "stretched": Sheet(stretch=(1.3, 0.9)),
    "inside a form, stretched and turned": Sheet(in_form=True, rotate=90, stretch=(0.8, 0.7)),
    "frames, logos and bar codes": Sheet(noise=True),
    "rounded to a tenth of a point at 500 Hz": Sheet(fs_hz=500, decimals=1),
    "no pulse": Sheet(pulse=False),
    "no names": Sheet(names=UNNAMED),
    "other spellings": Sheet(names={"I": "DI", "aVR": "AVR", "V1": "C1", "V2": "V2:", "II": "Lead II"}),
    "aVR upside down": Sheet(inverted=("aVR",)),
}


@pytest.fixture(scope="module")
def leads() -> dict[str, FloatArray]:
    return heart()


@pytest.mark.parametrize("kind", KINDS)
def test_a_sheet_gives_back_what_was_drawn(tmp_path: Path, leads: dict[str, FloatArray], kind: str) -> None:
    record = read_back(tmp_path, sheet_pdf(leads, KINDS[kind]))

    assert_same_ecg(record, leads)
    assert record.report.digitised
    assert record.fs_hz == KINDS[kind].fs_hz


def test_pulses_beside_the_zero_line_are_found_out_by_einthoven(
    tmp_path: Path, leads: dict[str, FloatArray]
) -> None:
    centred = read_back(tmp_path, sheet_pdf(leads, Sheet(pulse_low_mv=0.5))).report
    usual = read_back(tmp_path, sheet_pdf(leads)).report

    assert centred.failed == ()
    assert any("pulses do not stand on the zero line" in sentence for sentence in centred.assumed)
    assert usual.assumed == ()


def test_a_pulse_that_contradicts_the_speed_is_named(tmp_path: Path, leads: dict[str, FloatArray]) -> None:
    report = read_back(tmp_path, sheet_pdf(leads, Sheet(speed=50, footer="25 mm/s 10 mm/mV"))).report

    assert report.checks == (
        "The calibration pulse is 10.00 mm high and 10.00 mm wide: 1.000 mV for 400 ms, where 200 ms are "
        "usual: compare the speed with the page.",
    )


def test_a_lead_is_unknown_outside_of_its_stretch_and_the_strip_is_preferred(
    tmp_path: Path, leads: dict[str, FloatArray]
) -> None:
    record = read_back(tmp_path, sheet_pdf(leads))

    assert np.isfinite(record.lead("II")).all()
    assert np.flatnonzero(np.isfinite(record.lead("V1")))[[0, -1]].tolist() == [1250, 1874]
    assert "II is on the page more than once; the strip of 10.0 s was read." in record.report.read


def test_speed_and_gain_are_the_pages_and_the_pulse_checks_them(
    tmp_path: Path, leads: dict[str, FloatArray]
) -> None:
    said = read_back(tmp_path, sheet_pdf(leads)).report
    silent = read_back(tmp_path, sheet_pdf(leads, Sheet(footer=None))).report
    wrong = read_back(tmp_path, sheet_pdf(leads, Sheet(footer="25 mm/s 5 mm/mV"))).report

    assert "The page says 25 mm/s and 10 mm/mV." in said.read
    assert said.assumed == ()
    assert said.checks == ("The calibration pulse is 10.00 mm high and 5.00 mm wide: 1.000 mV for 200 ms.",)
    assert [sentence.split(":")[0] for sentence in silent.assumed] == [
        "The page does not say its speed",
        "The page does not say its gain; its calibration pulse is 10.0 mm high and was taken as 1 mV",
    ]
    assert "amplitudes may be wrong" in wrong.checks[0]


def test_the_pass_band_on_the_page_is_the_devices(tmp_path: Path, leads: dict[str, FloatArray]) -> None:
    filters = read_back(tmp_path, sheet_pdf(leads)).device.filters

    assert (filters.high_pass_hz, filters.low_pass_hz) == (0.05, 150.0)


def test_leads_without_names_that_do_not_add_up_are_refused(
    tmp_path: Path, leads: dict[str, FloatArray]
) -> None:
    mixed = leads | {"II": leads["V2"]}

    with pytest.raises(RecordError, match="have no names"):
        read_back(tmp_path, sheet_pdf(mixed, Sheet(THREE_BY_FOUR, names=UNNAMED)))


def test_a_strip_without_a_name_is_known_by_its_curve_or_left_out(
    tmp_path: Path, leads: dict[str, FloatArray]
) -> None:
    strip = Sheet((*THREE_BY_FOUR, ("strip",)), names={"strip": ""})

    known = read_back(tmp_path, sheet_pdf(leads | {"strip": leads["V1"]}, strip))
    unknown = read_back(tmp_path, sheet_pdf(leads | {"strip": leads["V1"] + leads["II"]}, strip))

    assert np.isfinite(known.lead("V1")).all()
    assert "The strip in row 4 has no name; it is V1, whose curve it repeats." in known.report.read
    assert "A trace in row 4 has no name and was left out." in unknown.report.read


def test_the_layout_says_where_each_lead_lies_on_the_upright_page(
    tmp_path: Path, leads: dict[str, FloatArray]
) -> None:
    path = tmp_path / "sheet.pdf"
    path.write_bytes(sheet_pdf(leads, Sheet(rotate=90)))

    layout = read_pdf_sheet(path).layout
    second_column = 20.0 + 3.75 * 25.0

    assert layout.arrangement == "3x4 + II"
    assert leads_at(layout, second_column / layout.mm_per_x, 30.0 / layout.mm_per_y) == ["aVR"]
    assert leads_at(layout, second_column / layout.mm_per_x, 150.0 / layout.mm_per_y) == ["II"]
    assert leads_at(layout, layout.width * 10, 0.0) == []


def leads_at(layout: PageLayout, x: float, y: float) -> list[str]:
    return [area.name for area in layout.leads if area.x0 <= x <= area.x1 and area.y0 <= y <= area.y1]


def test_the_first_page_with_an_ecg_is_read(tmp_path: Path, leads: dict[str, FloatArray]) -> None:
    letter = Page("BT /F1 9 Tf 40 100 Td (Dear colleague, lead II) Tj ET", (595.0, 842.0))

    record = read_back(tmp_path, pdf_file([letter, page_of(leads, Sheet())]))

    assert "The ECG is on page 2 of 2." in record.report.read
    assert_same_ecg(record, leads)


def test_pages_after_the_first_ecg_are_said_to_be_unseen(
    tmp_path: Path, leads: dict[str, FloatArray]
) -> None:
    other = page_of(heart(2), Sheet())
    assert any(
        "perhaps of other patients" in sentence
        for sentence in read_back(tmp_path, pdf_file([page_of(leads, Sheet()), other])).report.assumed
    )
    alone = read_back(tmp_path, pdf_file([page_of(leads, Sheet())]))
    assert not any("other patients" in sentence for sentence in alone.report.assumed)


def with_another_heart(leads: dict[str, FloatArray]) -> dict[str, FloatArray]:
    return leads | {f"{name} of another": values for name, values in heart(2).items()}


OF_ANOTHER = {f"{name} of another": name for name in STANDARD_LEADS}


@pytest.mark.parametrize("strip", [(), (("II of another",),)])
def test_two_ecgs_on_a_page_are_refused_and_never_mixed(
    tmp_path: Path, leads: dict[str, FloatArray], strip: tuple[tuple[str]]
) -> None:
    others = tuple(tuple(f"{name} of another" for name in row) for row in THREE_BY_FOUR)
    sheet = Sheet(rows=(*THREE_BY_FOUR, *others, *strip), names=OF_ANOTHER, row_mm=25.0)
    with pytest.raises(RecordError, match="two ECGs"):
        read_back(tmp_path, sheet_pdf(with_another_heart(leads), sheet))


def test_a_strip_of_another_time_is_left_out(tmp_path: Path, leads: dict[str, FloatArray]) -> None:
    sheet = Sheet(rows=(*THREE_BY_FOUR, ("II of another",)), names=OF_ANOTHER)
    record = read_back(tmp_path, sheet_pdf(with_another_heart(leads), sheet))
    assert np.isfinite(record.lead("II")).sum() == pytest.approx(2.5 * record.fs_hz, abs=2)
    assert any("A trace of II was left out" in sentence for sentence in record.report.assumed)
    assert_same_ecg(record, leads)


def test_a_page_that_is_a_picture_has_no_vector_trace(tmp_path: Path) -> None:
    picture = np.full((60, 80, 3), 255, dtype=np.uint8)
    page = Page("q 800 0 0 600 0 0 cm /Im Do Q", (800.0, 600.0), picture=picture)

    path = tmp_path / "picture.pdf"
    path.write_bytes(pdf_file([page]))
    with pytest.raises(NoVectorTraceError, match="no ECG that is drawn as lines"):
        read_pdf_sheet(path)
    with pytest.raises(RecordError, match="no millimetre grid was found"):
        read_record(path)


def test_a_page_is_shown_upright_and_never_larger_than_its_limit(
    tmp_path: Path, leads: dict[str, FloatArray]
) -> None:
    path = tmp_path / "sheet.pdf"
    path.write_bytes(sheet_pdf(leads, Sheet(rotate=90)))

    picture = render_page(path, 0, 50)

    assert picture.dtype == np.uint8
    assert picture.shape[2] == 3
    assert picture.shape[1] > picture.shape[0]
    assert picture.max() > 240
    assert picture.min() < 90
    assert np.prod(render_page(path, 0, 5000).shape[:2]) <= 25_200_000


def password_pdf() -> bytes:
    """A file that says it is encrypted (standard security handler), with keys that fit nothing."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Count 0 /Kids [] >>"]
    keys = f"/O <{'41' * 32}> /U <{'42' * 32}>"
    return assembled(
        objects,
        f"/ID [<{'43' * 16}> <{'43' * 16}>] "
        f"/Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -4 {keys} >>",
    )


def content_of(data: bytes, *forms: bytes) -> bytes:
    resources = b"/Resources << /XObject << /F 5 0 R >> >>"
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 800 600] /Contents 4 0 R " + resources + b" >>"
    return assembled(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            page,
            stream(data, ""),
            *forms,
        ]
    )


def forms_in_forms(depth: int) -> bytes:
    """Every form draws the next one ten times."""
    entries = (
        "/Type /XObject /Subtype /Form /BBox [0 0 800 600] /Resources << /XObject << /F {next} 0 R >> >>"
    )
    forms = [stream(b"/F Do " * 10, entries.format(next=6 + level)) for level in range(depth)]
    return content_of(b"/F Do " * 10, *forms, stream(b"0 0 m 1 1 l S", entries.format(next=5)))


HOSTILE = {
    "a password": (password_pdf, "protected by a password"),
    "no PDF behind the mark": (lambda: b"%PDF-1.7\nnothing", "not a PDF that can be read"),
    "forms that draw forms": (lambda: forms_in_forms(9), "unpacks to more"),
    "a stream of zeros": (lambda: content_of(bytes(100_000_000)), "unpacks to more"),
    "a million states": (lambda: content_of(b"q " * 1_000_000), "unpacks to more"),
    "too many lines": (lambda: content_of(b"0 0 m 1 1 l S\n" * 40_000), "far more lines"),
    "a page of no size": (
        lambda: content_of(b"").replace(b"[0 0 800 600]", b"[0 0 9e9 1]  "),
        "no millimetre grid was found|not a PDF",
    ),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_files_are_refused_with_a_sentence(tmp_path: Path, what: str) -> None:
    build, sentence = HOSTILE[what]

    with pytest.raises(RecordError, match=sentence):
        read_back(tmp_path, build())


def test_damaged_sheets_give_a_record_or_a_sentence(tmp_path: Path, leads: dict[str, FloatArray]) -> None:
    rng = np.random.default_rng(4)
    whole = sheet_pdf(leads, Sheet(fs_hz=125, in_form=True))
    for _each in range(40):
        damaged = bytearray(whole)
        for place in rng.integers(0, len(damaged), 6):
            damaged[place : place + int(rng.choice([0, 1, 40]))] = rng.bytes(int(rng.choice([1, 1, 30])))
        damaged[:8] = b"%PDF-1.7"
        try:
            assert read_back(tmp_path, bytes(damaged)).report.digitised
        except RecordError as error:
            assert str(error).endswith(".")  # noqa: PT017 - either outcome is right


def test_picture_models_see_a_print_row_by_row_and_not_squeezed(tmp_path: Path) -> None:
    from inference.pages.page import open_page

    leads = heart()
    # Leads of one row have offsets of their own, as in practice.
    path = tmp_path / "print.pdf"
    path.write_bytes(sheet_pdf({name: row + 0.03 * k for k, (name, row) in enumerate(leads.items())}))

    page = open_page(path)

    assert page.sheet.notes == ()
    assert len(page.sheet.parts) in (3, 4)
    assert page.is_print
