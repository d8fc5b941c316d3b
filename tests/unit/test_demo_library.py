"""The shipped demo library is what the simulator writes, and says of itself that it is synthetic."""

from pathlib import Path

import pytest

from inference.records import read_record
from training.simulation.scenarios import DEMO_LIBRARY
from training.simulation.simulate import NOTICE, write_demo_library

DEMO = Path(__file__).parents[2] / "resources" / "demo"
HEADERS = sorted(DEMO.glob("*.hea"))


def test_the_shipped_files_are_the_ones_the_simulator_writes(tmp_path: Path) -> None:
    write_demo_library(tmp_path)
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    shipped = {path.name: path.read_bytes() for path in DEMO.iterdir() if path.suffix in (".hea", ".dat")}
    assert sorted(written) == sorted(shipped)
    assert [name for name in written if written[name] != shipped[name]] == []


@pytest.mark.parametrize("header", HEADERS, ids=[header.stem for header in HEADERS])
def test_each_record_says_that_it_is_synthetic_and_invents_no_patient(header: Path) -> None:
    record = read_record(header)
    assert "synthetic" in header.stem
    assert NOTICE in record.comments
    assert record.synthetic is not None
    assert record.synthetic.scenario in header.stem
    assert record.patient.age_years is None
    assert record.patient.sex is None
    assert record.report.assumed == ()


def test_the_readme_lists_every_record() -> None:
    text = (DEMO / "README.md").read_text(encoding="utf-8")
    assert len(HEADERS) == len(DEMO_LIBRARY) == 12
    assert [header.stem for header in HEADERS if f"`{header.stem}`" not in text] == []
