"""The vocabulary that reviewers, models and manifests share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final, Self


class Omi(StrEnum):
    """Does this ECG show an occlusion myocardial infarction, in the reader's judgement?"""

    YES = "yes"
    NO = "no"
    UNCERTAIN = "uncertain"


class Culprit(StrEnum):
    """The coronary artery that the reader holds responsible."""

    LAD = "LAD"
    RCA = "RCA"
    LCX = "LCx"
    LM = "LM"
    UNKNOWN = "unknown"


MI_LOCATIONS: Final = {
    "N": "No infarction",
    "A": "Anterior",
    "AL": "Anterolateral",
    "AS": "Anteroseptal",
    "I": "Inferior",
    "IL": "Inferolateral",
    "IP": "Inferoposterior",
    "IPL": "Inferoposterolateral",
    "L": "Lateral",
    "P": "Posterior",
    "PL": "Posterolateral",
}
"""Classes of Uchiyama et al. 2022 (Bioengineering 9:430), code to the name that a reader means by it.

A model's N says less: that the record's report has no MI code. `ecgviewer.widgets.wording` names it so."""

LOCATION_FAMILIES: Final = {
    "A": "anterior",
    "AL": "anterior",
    "AS": "anterior",
    "I": "inferior",
    "IL": "inferolateral/posterior",
    "IP": "inferolateral/posterior",
    "IPL": "inferolateral/posterior",
    "P": "inferolateral/posterior",
    "PL": "inferolateral/posterior",
    "L": "lateral",
}
"""The four families in which localization is mainly judged."""

CONFIDENCES: Final = (1, 2, 3, 4, 5)


@dataclass(frozen=True, slots=True)
class Reading:
    """One reader's answers for one record; None means not answered yet."""

    omi: Omi | None = None
    location: str | None = None
    culprit: Culprit | None = None
    confidence: int | None = None
    comment: str = ""

    def __post_init__(self) -> None:
        if self.location is not None and self.location not in MI_LOCATIONS:
            raise ValueError(f"{self.location!r} is not an MI location of the vocabulary.")
        if self.confidence is not None and self.confidence not in CONFIDENCES:
            raise ValueError(f"Confidence is 1 to 5, not {self.confidence!r}.")

    @property
    def is_empty(self) -> bool:
        return self == Reading()

    def to_json(self) -> dict[str, Any]:
        """Plain values under the field names, as the store and the manifest keep them."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Inverse of `to_json`; other keys are left alone. Raises ValueError for a word it does not know."""
        omi, culprit, comment = values.get("omi"), values.get("culprit"), values.get("comment", "")
        if not isinstance(comment, str):
            raise ValueError(f"A comment is text, not {comment!r}.")
        return cls(
            omi=None if omi is None else Omi(omi),
            location=values.get("location"),
            culprit=None if culprit is None else Culprit(culprit),
            confidence=values.get("confidence"),
            comment=comment,
        )
