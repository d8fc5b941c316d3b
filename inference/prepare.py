"""prepare(record, spec): the only definition of what a model sees."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Final, Literal, cast, get_args

import numpy as np
import numpy.typing as npt

from inference.pages.page import Page
from inference.records.leads import STANDARD_LEADS
from inference.records.record import Patient, Record
from inference.signal.analysis import EcgAnalysis, analyse
from inference.signal.beat import MODEL_FS_HZ, MedianBeat
from inference.signal.filters import MODEL_BAND, FilterBand
from inference.signal.lead_image import draw_lead_images
from inference.signal.paper_picture import draw_paper_picture, network_pictures, sheet_strips

FloatArray = npt.NDArray[np.float32]
Profile = Literal[
    "beat-zscore-12x400", "beat-maxabs-12x400", "beat-mv-12x400", "lead-images-64", "paper-picture-224"
]
PROFILES: Final[tuple[Profile, ...]] = get_args(Profile)
_NOTABLE: Final = (
    "gap",
    "flat",
    "lead_off",
    "clipped",
    "few_beats",
    "no_qrs_onset",
    "short_rr",
    "irregular",
    "low_rate",
    "limb_reversal",
    "einthoven",
    "digitised",
    "too_small",
    "too_large",
)


_MOST_WINDOWS: Final = 60
"""A long recording is looked at in so many windows, spread evenly, to bound time and memory."""
_ALIKE_EXPECTED_OF: Final = 4
"""Among so many beats two must resemble each other, or they are taken for noise."""
_MOST_EMPTY: Final = 0.2
"""Share of a lead's stretch on a sheet that may be missing: as much as a median beat's lead may lack."""


NOT_A_RECORD: Final = "Not asked: this model reads the samples of an ECG, and this is a picture of one."


_ADULT_FROM_YEARS: Final = 16.0
"""Children's limits of normal reach up to 16 years (Rijnbeek 2001). Of the patients of known age whom the
shipped models learned from, the youngest was 17."""


class PrepareError(Exception):
    """A record that this model's input cannot be made from; one plain sentence."""


@dataclass(frozen=True, slots=True)
class PrepareSpec:
    """Everything between a Record and a network's input, saved in the model's bundle.

    `beat-zscore-12x400`: samples 150 … 549 of the 600-sample median beat, z-scored per lead (std 0 -> 1),
    as in ECG-SMART-NET (arXiv 2405.09567); `beat-maxabs-12x400`: divided by each lead's largest absolute
    value, as in its authors' later code; `beat-mv-12x400`: in millivolts, so that amplitudes stay.
    `lead-images-64`: per lead one 64x64 grey picture of each window of `window_s` every `step_s`, fixed range
    ±`range_mv` (Uchiyama et al. 2022).
    `paper-picture-224`: the first ten seconds as a picture of the printed sheet, 224x224 in colour,
    normalised with ImageNet's mean and deviation (Gandham et al.).
    """

    profile: Profile = "beat-zscore-12x400"
    band: FilterBand = MODEL_BAND
    leads: tuple[str, ...] = STANDARD_LEADS
    first_sample: int = 150
    n_samples: int = 400
    image_px: int = 64
    window_s: float = 1.0
    step_s: float = 1.0
    range_mv: float = 2.0
    wide_windows_s: tuple[float, ...] = ()
    """Wider windows for slow hearts, rising: see `at_rate`."""

    def __post_init__(self) -> None:
        if self.profile not in PROFILES:
            raise PrepareError(f"This version does not know the model input '{self.profile}'.")

    @property
    def is_beat(self) -> bool:
        """Whether the input is the median beat; otherwise it is pictures of the leads or of the sheet."""
        return self.profile.startswith("beat-")

    @property
    def is_sheet(self) -> bool:
        """Whether the input is one picture of the whole printed sheet."""
        return self.profile == "paper-picture-224"

    def at_rate(self, rr_median_ms: float | None) -> PrepareSpec:
        """The spec with its window as wide as this heart needs; an unknown rate changes nothing.

        The first of `window_s` and `wide_windows_s` that holds one RR interval, else the widest: a 1-s window
        misses the beat of a heart below 60/min now and then, and Uchiyama et al. 2022 propose a width that
        follows the rate as future work.
        """
        if not self.wide_windows_s or rr_median_ms is None:
            return self
        widths = (self.window_s, *self.wide_windows_s)
        width = next((each for each in widths if each * 1000.0 >= rr_median_ms), widths[-1])
        return replace(self, window_s=width, wide_windows_s=())

    def to_json(self) -> dict[str, Any]:
        """Plain values for bundle.json."""
        return asdict(self) | {"leads": list(self.leads), "wide_windows_s": list(self.wide_windows_s)}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> PrepareSpec:
        """Inverse of `to_json`. Raises PrepareError for a profile or a field this version does not know."""
        known = {each.name for each in fields(cls)}
        unknown = sorted(set(values) - known)
        if unknown or "profile" not in values:
            raise PrepareError(
                f"The model's input description is not understood ({', '.join(unknown) or 'empty'})."
            )
        try:
            band = FilterBand(**values["band"])
            leads = tuple(values["leads"])
            wide = tuple(values.get("wide_windows_s", ()))
        except (KeyError, TypeError) as error:
            raise PrepareError(f"The model's input description is incomplete ({error}).") from error
        return cls(**(values | {"band": band, "leads": leads, "wide_windows_s": wide}))


@dataclass(frozen=True, slots=True)
class ModelInput:
    """A network's input, read-only.

    (1, 1, 12, 400) for beats, (n_windows, 12, 64, 64) for lead images, (1, 3, 224, 224) for a sheet.
    """

    array: FloatArray = field(repr=False)
    spec: PrepareSpec
    record_sha256: str
    beat: MedianBeat | None = None
    window_starts_s: tuple[float, ...] = ()
    notes: tuple[str, ...] = ()


def child_notes(patient: Patient) -> tuple[str, ...]:
    """A sentence where the patient is a child; none where the age is unknown."""
    if patient.age_years is None or patient.age_years >= _ADULT_FROM_YEARS:
        return ()
    age = _childs_age(patient.age_years)
    return (f"The patient is {age} old: the models learned from adults, and a child's ECG differs.",)


def _childs_age(years: float) -> str:
    """In months below two, where the age is more than whole years, which many files give of any child."""
    if years < 2 and not years.is_integer():
        # Readers round to a thousandth of a year: 1 month comes as 0.083.
        n_months = int(12 * years + 0.01)
        return "1 month" if n_months == 1 else f"{n_months} months"
    if years < 2:
        return "1 year" if years else "under 1 year"
    return f"{int(years)} years"


def prepare(record: Record, spec: PrepareSpec, analysis: EcgAnalysis | None = None) -> ModelInput:
    """What a model with this spec sees of a record.

    `analysis` is reused when it was made of this record with `spec.band`; otherwise it is computed.
    Raises PrepareError when a lead is missing or no median beat, window or sheet can be made.
    """
    if analysis is None or analysis.record_sha256 != record.sha256 or analysis.band != spec.band:
        analysis = analyse(record, spec.band)
    absent = [name for name in spec.leads if name not in record.lead_names]
    if absent:
        raise PrepareError(f"Not run: this model needs {_and(absent)}, which this recording does not have.")
    findings = tuple(finding.text for finding in analysis.quality if finding.kind in _NOTABLE)
    notes = (*child_notes(record.patient), *findings)
    beat = _credible_beat(analysis)
    rows = [STANDARD_LEADS.index(name) for name in spec.leads]
    starts: tuple[float, ...] = ()
    if spec.is_beat:
        array = _beat_array(beat, spec, rows)
    elif spec.is_sheet:
        array = _sheet_array(analysis.signals_mv, spec)
    else:
        array, starts = _image_array(analysis.signals_mv[rows], spec.at_rate(analysis.rhythm.rr_median_ms))
    array.flags.writeable = False
    return ModelInput(array, spec, record.sha256, beat, starts, notes)


def prepare_page(page: Page, spec: PrepareSpec) -> ModelInput:
    """What a model with this spec sees of a page. PrepareError for a model that doesn't look at pictures."""
    if not spec.is_sheet:
        raise PrepareError(NOT_A_RECORD)
    array = network_pictures(page.sheet.picture[None])
    array.flags.writeable = False
    return ModelInput(array, spec, page.sha256, notes=page.sheet.notes)


def _and(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _credible_beat(analysis: EcgAnalysis) -> MedianBeat:
    """The median beat; without one no model answers, since there may be no heart beat at all."""
    beat = analysis.beat
    if beat is None:
        # Of a wrong unit one should learn here too, not only that it leaves no heart beat to be seen.
        reasons = [analysis.beat_problem or "", *(f.text for f in analysis.quality if f.kind == "too_small")]
        raise PrepareError(f"Not run: there is no median beat. {' '.join(reasons)}".strip())
    if beat.n_used == 1 and beat.n_beats >= _ALIKE_EXPECTED_OF:
        raise PrepareError(f"Not run: of {beat.n_beats} beats no two are alike, so this may be noise.")
    return beat


def _beat_array(beat: MedianBeat, spec: PrepareSpec, rows: list[int]) -> FloatArray:
    part = beat.signals_mv[rows, spec.first_sample : spec.first_sample + spec.n_samples]
    gapped = [name for name, row in zip(spec.leads, part, strict=True) if np.isnan(row).any()]
    if gapped:
        raise PrepareError(f"Not run: the median beat of {_and(gapped)} has gaps where this model looks.")
    return scaled_beat(part, spec.profile)[None, None]


def scaled_beat(beat_mv: FloatArray, profile: Profile) -> FloatArray:
    """Beats (…, n_leads, n_samples) in mV as a beat profile wants them; same shape."""
    if profile == "beat-zscore-12x400":
        return zscore_per_lead(beat_mv)
    if profile == "beat-maxabs-12x400":
        largest = np.abs(beat_mv).max(axis=-1, keepdims=True)
        return np.asarray(beat_mv / np.where(largest > 1e-6, largest, 1.0), np.float32)
    return np.array(beat_mv, np.float32)


def zscore_per_lead(beat_mv: FloatArray) -> FloatArray:
    """(…, n_samples) to mean 0 and standard deviation 1 along the last axis; a flat lead becomes 0."""
    centred = beat_mv - beat_mv.mean(axis=-1, keepdims=True)
    deviation = centred.std(axis=-1, keepdims=True)
    scaled = centred / np.where(deviation > 1e-6, deviation, 1.0)
    return cast(FloatArray, scaled.astype(np.float32))


def _sheet_array(leads_mv: FloatArray, spec: PrepareSpec) -> FloatArray:
    empty = [name for name, strip in sheet_strips(leads_mv) if np.isnan(strip).mean() > _MOST_EMPTY]
    wanting = [name for name in spec.leads if name in empty]
    if wanting:
        raise PrepareError(
            "Not run: a printed sheet shows the first ten seconds of a recording, "
            f"and too much of {_and(wanting)} is missing there."
        )
    return network_pictures(draw_paper_picture(leads_mv)[None])


def window_starts(n_samples: int, spec: PrepareSpec) -> list[int]:
    """First samples (500 Hz) of the windows that lie wholly inside a record of n_samples."""
    length, step = int(spec.window_s * MODEL_FS_HZ), int(spec.step_s * MODEL_FS_HZ)
    return list(range(0, n_samples - length + 1, step))


def complete_window_starts(leads_mv: FloatArray, spec: PrepareSpec) -> list[int]:
    """Those windows of (n_leads, n) filtered mV in which no lead has a gap."""
    length = int(spec.window_s * MODEL_FS_HZ)
    has_gap = np.asarray(np.isnan(leads_mv).any(axis=0))
    starts = window_starts(leads_mv.shape[1], spec)
    return [start for start in starts if not has_gap[start : start + length].any()]


def draw_windows(leads_mv: FloatArray, starts: list[int], spec: PrepareSpec) -> FloatArray:
    """Pictures (n_windows, n_leads, px, px) of windows of (n_leads, n) filtered mV at 500 Hz."""
    length = int(spec.window_s * MODEL_FS_HZ)
    windows = np.stack([leads_mv[:, start : start + length] for start in starts])
    n_windows, n_leads, _ = windows.shape
    images = draw_lead_images(windows.reshape(-1, length), spec.image_px, spec.range_mv)
    return images.reshape(n_windows, n_leads, spec.image_px, spec.image_px)


def _image_array(leads_mv: FloatArray, spec: PrepareSpec) -> tuple[FloatArray, tuple[float, ...]]:
    starts = complete_window_starts(leads_mv, spec)
    if not starts:
        raise PrepareError(f"Not run: no {spec.window_s:g}-s window of this recording is complete.")
    if len(starts) > _MOST_WINDOWS:
        starts = [starts[k] for k in np.linspace(0, len(starts) - 1, _MOST_WINDOWS).astype(int)]
    images = draw_windows(leads_mv, starts, spec)
    return images, tuple(start / MODEL_FS_HZ for start in starts)
