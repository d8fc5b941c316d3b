"""The sound files that are made hostile: one folder of one record for each format and variant."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np

from inference.records import STANDARD_LEADS
from tests.fuzz.maker_seeds import MAKERS
from tests.fuzz.seed import Seed
from tests.unit.edf_files import MadeEdf, write_edf
from tests.unit.ishne_files import MadeIshne, write_ishne
from tests.unit.wfdb_files import twelve_leads, write_record
from tests.unit.wfdb_words import largest, waves, write_differences, write_packed


def _wfdb(folder: Path) -> Path:
    return write_record(folder, twelve_leads(500), comments=("Age: 61", "Sex: F"))


def _wfdb_212(folder: Path) -> Path:
    from inference.records.wfdb_package import quiet_wfdb

    with quiet_wfdb() as wfdb:
        wfdb.wrsamp(
            "ecg", fs=250, units=["mV"] * 2, sig_name=["I", "II"], fmt=["212"] * 2, write_dir=str(folder),
            p_signal=twelve_leads(500)[:2].T / 1000.0,
        )  # fmt: skip
    return folder / "ecg.hea"


def _segments(folder: Path) -> Path:
    write_record(folder, twelve_leads(300), name="s1")
    write_record(folder, twelve_leads(300), name="s2")
    (folder / "ecg.hea").write_text("ecg/2 12 500 600\ns1 300\ns2 300\n")
    return folder / "ecg.hea"


def _npy(folder: Path) -> Path:
    np.save(folder / "ecg.npy", twelve_leads(400)[:2])
    (folder / "ecg.json").write_text(
        json.dumps({"fs_hz": 500, "unit": "uV", "leads": ["I", "II"], "age_years": 61})
    )
    return folder / "ecg.npy"


def _npz(folder: Path) -> Path:
    _npy(folder).unlink()
    np.savez_compressed(folder / "ecg.npz", signals=twelve_leads(400)[:2])
    return folder / "ecg.npz"


def _csv(folder: Path) -> Path:
    rows = "\n".join(f"{a};{b}".replace(".", ",") for a, b in (twelve_leads(400)[:2].T / 1000).tolist())
    (folder / "ecg.csv").write_text(f"I;II\n{rows}\n")
    (folder / "ecg.json").write_text('{"fs_hz": 500, "unit": "mV"}')
    return folder / "ecg.csv"


def _zip(folder: Path) -> Path:
    inside = folder / "inside"
    inside.mkdir()
    _wfdb(inside)
    with zipfile.ZipFile(folder / "ecg.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(inside.iterdir()):
            archive.write(path, path.name)
    shutil.rmtree(inside)
    return folder / "ecg.zip"


def _packed(fmt: int) -> Callable[[Path], Path]:
    leads = ("V1", "V2")
    if fmt == 8:
        return lambda folder: write_differences(folder, waves(2, 300, 40), leads)
    return lambda folder: write_packed(folder, waves(2, 300, largest(fmt)), leads, fmt)


def _edf(folder: Path) -> Path:
    rows = twelve_leads(1000).astype(np.int64)
    patient, recording = "A1 F 02-MAY-1951 Name", "Startdate 02-MAR-2019 A B C"
    made = MadeEdf(rows, STANDARD_LEADS, patient=patient, recording=recording, prefilter="HP:0.05Hz LP:150Hz")
    return write_edf(folder / "ecg.edf", made)


def _edf_with_pauses(folder: Path) -> Path:
    """130 s, so that it is long, too."""
    rows = twelve_leads(130 * 50)[:3].astype(np.int64)
    onsets = [float(second + (30 if second > 5 else 0)) for second in range(130)]
    notes = {3: "+2.5\x14Palpitations\x14\x00"}
    made = MadeEdf(rows, STANDARD_LEADS[:3], per_record=50, kind="EDF+D", onsets=onsets, notes=notes)
    return write_edf(folder / "ecg.edf", made)


def _bdf(folder: Path) -> Path:
    rows = twelve_leads(1000).astype(np.int64)
    made = MadeEdf(rows, STANDARD_LEADS, kind="BDF+C", sample_bytes=3, onsets=[0.0, 1.0])
    return write_edf(folder / "ecg.bdf", made)


def _ishne(folder: Path) -> Path:
    rows = twelve_leads(130 * 100)[:2].astype(np.int64)
    made = MadeIshne(rows, STANDARD_LEADS[:2], fs_hz=100, born=(1, 2, 1950), recorded=(1, 2, 2020))
    return write_ishne(folder / "holter.ecg", made)


def _matlab(folder: Path, version: str, is_compressed: bool) -> Path:
    from scipy.io import savemat

    variables = {"val": twelve_leads(400)[:2], "Fs": 500.0, "unit": "uV", "leads": np.array(["I", "II"])}
    savemat(folder / "ecg.mat", variables, format=version, do_compression=is_compressed)
    return folder / "ecg.mat"


def _dicom(syntax: str, order: str = "<") -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        from tests.unit.dicom_files import ecg, group, write_dicom

        rows = twelve_leads(250)
        beat = group(rows, MultiplexGroupLabel="MEDIAN BEAT", byte_order=order)
        columns = [
            group(rows[:6], STANDARD_LEADS[:6], MultiplexGroupTimeOffset="0", byte_order=order),
            group(rows[6:], STANDARD_LEADS[6:], MultiplexGroupTimeOffset="500", byte_order=order),
        ]
        return write_dicom(folder / "ecg.dcm", ecg([*columns, beat], PatientAge="061Y"), syntax)

    return make


def _sheet(suffix: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        from tests.unit.sheet_pictures import STANDARD_3X4, Sheet, drawn, quiet_heart

        sheet = Sheet(rows=STANDARD_3X4[:3], row_mm=30.0, dpi=100.0)
        kept = {"quality": 95, "subsampling": 0} if suffix == ".jpg" else {}
        drawn(quiet_heart(), sheet).save(folder / f"sheet{suffix}", **kept)
        return folder / f"sheet{suffix}"

    return make


def _wrapped_pdf(folder: Path) -> Path:
    from tests.unit.dicom_files import write_dicom
    from tests.unit.pdf_sheets import Sheet, heart, sheet_pdf
    from tests.unit.test_dicom_sheets import with_pdf

    return write_dicom(folder / "sheet.ima", with_pdf(sheet_pdf(heart(), Sheet())))


def _wrapped_picture(folder: Path) -> Path:
    from tests.unit.dicom_files import write_dicom
    from tests.unit.sheet_pictures import STANDARD_3X4, Sheet, drawn, quiet_heart
    from tests.unit.test_dicom_sheets import with_picture

    picture = drawn(quiet_heart(), Sheet(rows=STANDARD_3X4[:3], row_mm=30.0, dpi=100.0))
    return write_dicom(folder / "sheet.ima", with_picture(picture))


def _aecg(folder: Path) -> Path:
    from tests.unit.aecg_files import derived, lead_set, person, series, times, write_aecg

    rows = twelve_leads(250)
    columns = lead_set(rows[:6], STANDARD_LEADS[:6]) + lead_set(
        rows[6:], STANDARD_LEADS[6:], times('value="20240229131415.750"')
    )
    who = person('<name>JMK</name><birthTime value="19530508"/>')
    return write_aecg(folder / "ecg.xml", series(columns + derived(lead_set(rows))), who)


def _schiller(folder: Path) -> Path:
    from tests.unit.schiller_files import waves, write_schiller

    rows = twelve_leads(250)
    return write_schiller(folder / "ecg.xml", waves(rows, kind="ECG_AVERAGES") + waves(rows))


BUILT: Final = (
    *MAKERS,
    Seed("WFDB", "format 16", _wfdb),
    Seed("WFDB", "format 212", _wfdb_212),
    Seed("WFDB", "two segments", _segments),
    Seed("NumPy", "npy with its sidecar", _npy),
    Seed("NumPy", "npz", _npz),
    Seed("CSV", "semicolons and decimal commas", _csv),
    *(Seed("WFDB", f"format {fmt}", _packed(fmt)) for fmt in (8, 24, 61, 80, 160, 310, 311, 508, 524)),
    Seed("EDF", "plain", _edf),
    Seed("EDF", "EDF+D with pauses", _edf_with_pauses),
    Seed("BDF", "BDF+C", _bdf),
    Seed("ISHNE Holter", "two leads", _ishne),
    Seed("MATLAB", "version 4", lambda folder: _matlab(folder, "4", False)),
    Seed("MATLAB", "version 5", lambda folder: _matlab(folder, "5", False)),
    Seed("MATLAB", "version 7, compressed", lambda folder: _matlab(folder, "5", True)),
    Seed("ZIP", "a WFDB record", _zip),
    Seed("DICOM", "implicit little endian", _dicom("1.2.840.10008.1.2")),
    Seed("DICOM", "explicit little endian", _dicom("1.2.840.10008.1.2.1")),
    Seed("DICOM", "explicit big endian", _dicom("1.2.840.10008.1.2.2", ">")),
    Seed("DICOM", "deflated", _dicom("1.2.840.10008.1.2.1.99")),
    Seed("DICOM sheet", "PDF", _wrapped_pdf),
    Seed("DICOM sheet", "captured picture", _wrapped_picture),
    Seed("HL7 aECG", "two sets of leads and a beat", _aecg),
    Seed("Schiller XML", "rhythm and averages", _schiller),
    Seed("Picture", "PNG", _sheet(".png")),
    Seed("Picture", "JPEG", _sheet(".jpg")),
    Seed("Picture", "TIFF", _sheet(".tif")),
)

_REAL: Final = (
    ("WFDB", "FLAC", "ptb-xl/records500/*/*[05]_hr.hea"),
    ("PhysioNet .mat", "CinC 2021", "cinc2021/*0.hea"),
    ("Philips XML", "1.04", "vendor/philips_sierra_1-04.xml"),
    ("Philips XML", "1.04.01", "vendor/philips_sierra_1-04-01.xml"),
    ("DICOM", "two makers", "vendor/*.dcm"),
    ("Schiller XML", "AT-10P", "vendor/schiller.xml"),
    ("HL7 aECG", "Mortara", "vendor/aecg_subject1.xml"),
    ("PDF", "vector print", "pdf/0*.pdf"),
)


REAL_KINDS: Final = tuple(sorted({kind for kind, _name, _pattern in _REAL}))


def real_seeds(data: Path) -> list[Seed]:
    """Seeds of real files under the folder of real ECGs, the first two of each kind."""
    found = []
    for kind, name, pattern in _REAL:
        for path in sorted(data.glob(pattern))[:2]:
            found.append(Seed(kind, f"{name}, {path.stem}", _copier(path)))
    return found


def _copier(path: Path) -> Callable[[Path], Path]:
    def copy(folder: Path) -> Path:
        beside = path.parent.glob(f"{path.stem}*") if path.suffix == ".hea" else [path]
        for file in beside:
            (folder / file.name).write_bytes(file.read_bytes())
        return folder / path.name

    return copy
