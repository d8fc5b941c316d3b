"""LibraryEntry: one line of the worklist, frozen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from inference.records.record import Patient, Sex
from inference.signal.beat import QualityFinding

if TYPE_CHECKING:
    from ecgviewer.store.library_index import IndexedFile

EntryState = Literal["unread", "draft", "signed", "quality", "refused"]
READ_STATES: frozenset[EntryState] = frozenset({"draft", "signed"})


@dataclass(frozen=True, slots=True)
class LibraryEntry:
    """A record in the library as far as it is known.

    `patient` is None until the record was looked into. `label` is what the store holds of the present
    reader, `warning` the first quality warning, `refusal` the sentence for a file that could not be read.
    """

    path: Path
    name: str
    patient: Patient | None = None
    when: str = ""
    is_synthetic: bool = False
    label: Literal["draft", "signed"] | None = None
    warning: str = ""
    refusal: str = ""
    kind: str = ""
    """What the file is beside an ECG of ten seconds: "page" (a picture), "long" or "digitised"."""
    same_as: tuple[str, ...] = ()
    """Names of other files of the library that hold the same ECG."""
    is_analysed: bool = False
    """Whether the recording was analysed, and not only looked into for the index."""
    is_read_by_others: bool = False
    """Whether another reader has answered; what they said is not for the worklist to tell."""

    @property
    def state(self) -> EntryState:
        """What the chip says; a refused file and a reading outweigh a quality warning."""
        if self.refusal:
            return "refused"
        if self.label is not None:
            return self.label
        return "quality" if self.warning else "unread"

    @property
    def reason(self) -> str:
        """Why the state is what it is, for the tooltip."""
        return self.refusal or self.warning


def with_index(entry: LibraryEntry, file: IndexedFile) -> LibraryEntry:
    """What the index knows of a file, in its line of the worklist."""
    if file.refusal:
        return replace(entry, refusal=file.refusal)
    sex = next((known for known in get_args(Sex) if known == file.sex), None)
    patient = Patient(age_years=file.age_years, sex=sex)
    is_synthetic = file.kind == "synthetic"
    kind = "" if is_synthetic else file.kind
    return replace(entry, patient=patient, when=file.day, is_synthetic=is_synthetic, kind=kind, refusal="")


_RHYTHM_KINDS = frozenset({"short_rr", "irregular"})
"""Findings that speak of the heart's rhythm and not of the recording: no reason for a quality mark."""


def recording_warnings(findings: Iterable[QualityFinding]) -> list[str]:
    """The sentences of the findings that put the recording itself in doubt."""
    return [finding.text for finding in findings if finding.kind not in _RHYTHM_KINDS]


def rhythm_notes(findings: Iterable[QualityFinding]) -> list[str]:
    """The sentences of the findings that speak of the rhythm."""
    return [finding.text for finding in findings if finding.kind in _RHYTHM_KINDS]


def names_for(paths: list[Path], root: Path | None) -> list[str]:
    """Short names that tell records apart: the stem, with its folder where stems repeat."""
    stems = [path.stem for path in paths]
    counts = Counter(stems)
    return [
        stem if counts[stem] == 1 else _with_folder(path, stem, root)
        for path, stem in zip(paths, stems, strict=True)
    ]


def _with_folder(path: Path, stem: str, root: Path | None) -> str:
    parent = "" if root is not None and path.parent == root else path.parent.name
    return f"{parent} / {stem}" if parent else stem
