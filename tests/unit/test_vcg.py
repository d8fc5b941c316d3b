"""The vectorcardiogram: published matrices agree with each other and keep the limb lead identities."""

import numpy as np
import pytest

from inference.records import STANDARD_LEADS
from inference.signal.vcg import DOWER, INVERSE_DOWER, leads_from_vcg, vcg_from_leads


def lead(leads: np.ndarray, name: str) -> np.ndarray:
    return leads[STANDARD_LEADS.index(name)]


@pytest.fixture
def xyz() -> np.ndarray:
    return np.random.default_rng(1).normal(size=(3, 500))


def test_the_limb_leads_obey_einthoven_and_goldberger(xyz: np.ndarray) -> None:
    leads = leads_from_vcg(xyz)
    one, two, three = (lead(leads, name) for name in ("I", "II", "III"))
    assert np.abs(three - (two - one)).max() < 1e-9
    assert np.abs(lead(leads, "aVR") + (one + two) / 2).max() < 1e-9
    assert np.abs(lead(leads, "aVL") - (one - three) / 2).max() < 1e-9
    assert np.abs(lead(leads, "aVF") - (two + three) / 2).max() < 1e-9


def test_the_published_inverse_is_the_pseudo_inverse_of_dowers_matrix() -> None:
    assert np.abs(np.linalg.pinv(DOWER) - INVERSE_DOWER).max() < 1e-3
    assert np.abs(INVERSE_DOWER @ DOWER - np.eye(3)).max() < 1.5e-3


def test_a_vectorcardiogram_survives_the_way_through_the_leads(xyz: np.ndarray) -> None:
    back = vcg_from_leads(leads_from_vcg(xyz))
    assert np.abs(back - xyz).max() < 0.003 * np.abs(xyz).max()


def test_kors_agrees_with_dower_in_direction_on_each_axis() -> None:
    back = vcg_from_leads(leads_from_vcg(np.eye(3)), "kors")
    for axis in range(3):
        assert back[axis, axis] / np.linalg.norm(back[:, axis]) > 0.9


def test_a_missing_chest_lead_gives_no_vectorcardiogram(xyz: np.ndarray) -> None:
    leads = leads_from_vcg(xyz)
    leads[STANDARD_LEADS.index("V3")] = np.nan
    assert np.isnan(vcg_from_leads(leads)).all()


def test_many_beats_are_turned_at_once_in_their_own_float_type(xyz: np.ndarray) -> None:
    many = np.stack([xyz, 2 * xyz]).astype(np.float32)
    leads = leads_from_vcg(many)
    assert leads.shape == (2, 12, 500)
    assert leads.dtype == np.float32
    assert vcg_from_leads(leads).shape == (2, 3, 500)
