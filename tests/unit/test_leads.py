"""Lead names, and what follows from Einthoven and Goldberger."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from inference.records import LIMB_LEADS, STANDARD_LEADS, normalise_lead_name
from inference.records.einthoven import derive_limb_leads, einthoven_residual_mv
from inference.records.leads import read_lead_name
from tests.unit.wfdb_files import twelve_leads

TWELVE_MV = {
    name: (row / 1000).astype(np.float32) for name, row in zip(STANDARD_LEADS, twelve_leads(), strict=True)
}


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("AVR", "aVR"),
        ("avr", "aVR"),
        ("aVR", "aVR"),
        ("Lead aVF", "aVF"),
        ("MDC_ECG_LEAD_V4", "V4"),
        (" ii ", "II"),
        ("vx", "X"),
        ("C6", "V6"),
        ("V3R", "V3R"),
        ("RESP", "RESP"),
    ],
)
def test_the_many_spellings_of_a_lead_become_one(written: str, name: str) -> None:
    assert normalise_lead_name(written) == name


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("-aVR", "aVR"),
        ("aVR-", "aVR"),
        ("-AVR", "aVR"),
        ("- avr", "aVR"),
        ("\u2212aVR", "aVR"),
        ("minus aVR", "aVR"),
        ("Lead -aVR", "aVR"),
        ("-III", "III"),
        ("I-", "I"),
        ("-V1", "V1"),
    ],
)
def test_a_minus_before_or_behind_a_name_is_no_mere_spelling(written: str, name: str) -> None:
    assert read_lead_name(written) == (name, True)
    assert normalise_lead_name(written) == written


@pytest.mark.parametrize("written", ["Lead-II", "ECG-II", "ECG - II", "LEAD_II", "ECG:II"])
def test_a_hyphen_between_prefix_and_name_is_no_minus(written: str) -> None:
    assert read_lead_name(written) == ("II", False)


@pytest.mark.parametrize("written", ["--aVR", "-aVR-", "V1-V2", "-RESP", "-"])
def test_a_minus_in_what_is_no_lead_changes_nothing(written: str) -> None:
    assert read_lead_name(written) == (written, False)


@pytest.mark.parametrize("pair", list(itertools.combinations(LIMB_LEADS, 2)))
def test_any_two_limb_leads_give_the_other_four(pair: tuple[str, str]) -> None:
    derived = derive_limb_leads({name: TWELVE_MV[name] for name in pair})

    assert set(derived) == set(LIMB_LEADS) - set(pair)
    for name, values in derived.items():
        assert values.dtype == np.float32
        np.testing.assert_allclose(values, TWELVE_MV[name], atol=2e-6)


def test_one_limb_lead_gives_no_other() -> None:
    assert derive_limb_leads({"II": TWELVE_MV["II"], "V1": TWELVE_MV["V1"]}) == {}


def test_chest_leads_are_never_derived() -> None:
    derived = derive_limb_leads({name: TWELVE_MV[name] for name in ("I", "II", "V1", "V2", "V3", "V4", "V5")})

    assert "V6" not in derived


def test_an_invalid_sample_stays_invalid_in_the_leads_derived_from_it() -> None:
    lead_i = TWELVE_MV["I"].copy()
    lead_i[7] = np.nan

    derived = derive_limb_leads({"I": lead_i, "II": TWELVE_MV["II"]})

    assert all(np.flatnonzero(np.isnan(values)).tolist() == [7] for values in derived.values())


def test_the_residual_is_the_largest_disagreement_of_three_measured_leads() -> None:
    lead_iii = TWELVE_MV["III"].copy()
    lead_iii[3] += 0.25
    lead_iii[9] = np.nan

    residual = einthoven_residual_mv({"I": TWELVE_MV["I"], "II": TWELVE_MV["II"], "III": lead_iii})

    assert residual == pytest.approx(0.25, abs=1e-6)


def test_without_three_measured_leads_there_is_no_residual() -> None:
    assert einthoven_residual_mv({"I": TWELVE_MV["I"], "II": TWELVE_MV["II"]}) is None
