"""Marks in a file's comments by which a Record that this program wrote is read back as the same Record.

A mark is one line and looks the same in every format that has comments: `derived leads: III, aVR`,
`digitised: ...`, `invalid samples: V1 0-99 500-500`, `time of recording: unknown` (or the time itself, where
the format has no room for it).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from inference.records.leads import LIMB_LEADS

FloatArray = npt.NDArray[np.float32]

DIGITISED_MARK: Final = "digitised: measured from a picture, not recorded"
UNKNOWN_TIME_MARK: Final = "time of recording: unknown"
_TIME: Final = "time of recording:"
_DERIVED: Final = "derived leads:"
_INVALID: Final = re.compile(r"invalid samples: (?P<lead>\S{1,8})(?P<stretches>(?: \d{1,9}-\d{1,9})+)")
_MARKS: Final = (_DERIVED, "digitised:", "invalid samples:", _TIME)


def is_mark(comment: str) -> bool:
    """Whether a comment is one of these marks and no text of the file's author."""
    return comment.strip().lower().startswith(_MARKS)


def derived_mark(lead_names: Iterable[str]) -> str:
    """Says which of a file's leads follow from others and were not recorded."""
    return f"{_DERIVED} {', '.join(lead_names)}"


def invalid_mark(lead_name: str, is_invalid: npt.NDArray[np.bool_]) -> str:
    """Says which samples of a lead are no samples, for formats that cannot; `is_invalid` is (n_samples,)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], is_invalid, [False]]).astype(np.int8)))
    stretches = " ".join(f"{start}-{stop - 1}" for start, stop in edges.reshape(-1, 2))
    return f"invalid samples: {lead_name} {stretches}"


def time_mark(moment: datetime) -> str:
    """Says when the ECG was recorded, for formats whose own field cannot hold it."""
    return f"{_TIME} {moment.isoformat()}"


def is_digitised(comments: Iterable[str]) -> bool:
    """Whether the samples were measured from a picture."""
    return any(comment.strip().lower().startswith("digitised:") for comment in comments)


def is_time_unknown(comments: Iterable[str]) -> bool:
    """Whether the time that the format asks for is only a placeholder."""
    return any(comment.strip().lower() == UNKNOWN_TIME_MARK for comment in comments)


def marked_time(comments: Iterable[str]) -> datetime | None:
    """The time of recording that a mark says; None without one that can be read."""
    for comment in comments:
        if comment.strip().lower().startswith(_TIME):
            try:
                return datetime.fromisoformat(comment.strip()[len(_TIME) :].strip()).replace(tzinfo=None)
            except ValueError:
                continue
    return None


def marked_as_derived(comments: Iterable[str]) -> frozenset[str]:
    """The limb leads that a file says it derived; other names are not believed."""
    named = (
        comment.strip()[len(_DERIVED) :].split(",")
        for comment in comments
        if comment.strip().lower().startswith(_DERIVED)
    )
    return frozenset(name.strip() for names in named for name in names) & frozenset(LIMB_LEADS)


def comments_within(comments: Iterable[str], start: int, length: int) -> tuple[str, ...]:
    """Comments of a whole recording as they hold for `length` samples of it from sample `start` on."""
    kept = []
    for comment in comments:
        match = _INVALID.fullmatch(comment.strip())
        if match is None:
            kept.append(comment)
            continue
        inside = [
            f"{max(first, start) - start}-{min(last, start + length - 1) - start}"
            for first, last in _stretches(match["stretches"], 10**9)
            if last >= start and first < start + length
        ]
        if inside:
            kept.append(f"invalid samples: {match['lead']} {' '.join(inside)}")
    return tuple(kept)


def with_invalid_blanked(leads: Mapping[str, FloatArray], comments: Iterable[str]) -> dict[str, FloatArray]:
    """The leads with NaN where marks say that there is no sample; each is (n_samples,) mV."""
    blanked = dict(leads)
    for comment in comments:
        match = _INVALID.fullmatch(comment.strip())
        values = blanked.get(match["lead"]) if match else None
        if match and values is not None:
            blanked[match["lead"]] = _blanked(values, _stretches(match["stretches"], values.size))
    return blanked


def _stretches(text: str, n_samples: int) -> list[tuple[int, int]]:
    """First and last sample of each stretch; none where they overlap or lie outside: that mark is broken."""
    pairs = [tuple(map(int, part.split("-"))) for part in text.split()]
    places = [place for pair in pairs for place in pair]
    ordered = all(first <= last for first, last in pairs) and all(
        before[1] < after[0] for before, after in pairwise(pairs)
    )
    return [(first, last) for first, last in pairs] if ordered and max(places) < n_samples else []


def _blanked(values: FloatArray, stretches: list[tuple[int, int]]) -> npt.NDArray[Any]:
    changed = values.copy()
    for first, last in stretches:
        changed[first : last + 1] = np.nan
    return changed
