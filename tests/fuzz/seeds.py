"""The sound files that are made hostile: one folder of one record for each format and variant."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from tests.unit.wfdb_files import twelve_leads, write_record


@dataclass(frozen=True, slots=True)
class Seed:
    """A record's files: `make(folder)` writes them and returns the one that is opened."""

    format: str
    name: str
    make: Callable[[Path], Path]


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


def _sheet(suffix: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        from inference.records import read_record
        from tests.unit.sheet_pictures import Sheet, drawn

        demo = Path(__file__).resolve().parents[2] / "resources" / "demo" / "01_synthetic_normal.hea"
        picture = drawn(read_record(demo), Sheet(dpi=100.0)).crop((0, 0, 600, 400))
        picture.save(folder / f"sheet{suffix}")
        return folder / f"sheet{suffix}"

    return make


BUILT: Final = (
    Seed("WFDB", "format 16", _wfdb),
    Seed("WFDB", "format 212", _wfdb_212),
    Seed("WFDB", "two segments", _segments),
    Seed("NumPy", "npy with its sidecar", _npy),
    Seed("NumPy", "npz", _npz),
    Seed("CSV", "semicolons and decimal commas", _csv),
    Seed("ZIP", "a WFDB record", _zip),
    Seed("Picture", "PNG", _sheet(".png")),
    Seed("Picture", "JPEG", _sheet(".jpg")),
    Seed("Picture", "TIFF", _sheet(".tif")),
)

_REAL: Final = (
    ("WFDB", "FLAC", "ptb-xl/records500/*/*[05].hea"),
    ("PhysioNet .mat", "CinC 2021", "cinc2021/*0.hea"),
    ("Philips XML", "1.04", "vendor/philips_sierra_1-04.xml"),
    ("Philips XML", "1.04.01", "vendor/philips_sierra_1-04-01.xml"),
    ("DICOM", "two makers", "vendor/*.dcm"),
    ("Schiller XML", "AT-10P", "vendor/schiller.xml"),
    ("HL7 aECG", "Mortara", "vendor/aecg_subject1.xml"),
    ("PDF", "vector print", "pdf/0*.pdf"),
)


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
