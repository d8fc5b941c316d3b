"""ManifestRow: the file that carries labels from the viewer to training.

A manifest is UTF-8 JSON Lines. The first line is a header, {"schema": "ecgviewer-manifest",
"version": 1, "rows": n}; each further line is one reading. The header's count shows a file that was
cut off; its version lets an older program refuse what it would misread.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from inference.labels import Reading
from inference.whole_file import replace_file

if TYPE_CHECKING:
    from inference.results import Prediction

SCHEMA: Final = "ecgviewer-manifest"
SCHEMA_VERSION: Final = 1


class ManifestError(Exception):
    """A manifest that cannot be used; one plain sentence that names the file and the line."""


@dataclass(frozen=True, slots=True)
class ShownPrediction:
    """What one model said on screen while a reading was made."""

    bundle: str
    bundle_sha256: str
    classes: tuple[str, ...]
    probabilities: tuple[float, ...]
    threshold: float | None = None

    @classmethod
    def of(cls, prediction: Prediction) -> Self:
        """The part of an engine's answer that a reader saw."""
        return cls(
            bundle=prediction.bundle,
            bundle_sha256=prediction.bundle_sha256,
            classes=tuple(prediction.classes),
            probabilities=tuple(float(p) for p in prediction.probabilities),
            threshold=prediction.threshold,
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "bundle": self.bundle,
            "bundle_sha256": self.bundle_sha256,
            "classes": list(self.classes),
            "probabilities": list(self.probabilities),
            "threshold": self.threshold,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Inverse of `to_json`. Raises KeyError, TypeError or ValueError for values that are not one."""
        threshold = values["threshold"]
        return cls(
            bundle=_text(values["bundle"]),
            bundle_sha256=_text(values["bundle_sha256"]),
            classes=tuple(_text(name) for name in values["classes"]),
            probabilities=tuple(float(p) for p in values["probabilities"]),
            threshold=None if threshold is None else float(threshold),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestRow:
    """One reader's last reading of one record, with where it came from."""

    path: str
    """Where the record was when it was read; training looks here first."""
    record_sha256: str
    reading: Reading
    reader: str
    time: datetime
    """When the reading was made, in UTC."""
    app_version: str
    signed: bool
    synthetic: bool
    patient_key: str | None = None
    """Groups records of one patient; None when the file does not say."""
    previous: Reading | None = None
    """The signed reading by the same reader that this one replaced."""
    predictions: tuple[ShownPrediction, ...] = ()
    """The models' answers that were on screen."""

    def to_json(self) -> dict[str, Any]:
        return {
            "path": self.path,
            "record_sha256": self.record_sha256,
            "patient_key": self.patient_key,
            **self.reading.to_json(),
            "reader": self.reader,
            "time": self.time.isoformat(),
            "app_version": self.app_version,
            "signed": self.signed,
            "synthetic": self.synthetic,
            "previous": None if self.previous is None else self.previous.to_json(),
            "predictions": [shown.to_json() for shown in self.predictions],
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Inverse of `to_json`. Raises KeyError, TypeError or ValueError for values that are not a row."""
        patient_key, previous = values["patient_key"], values["previous"]
        time = datetime.fromisoformat(_text(values["time"]))
        if time.tzinfo is None:
            raise ValueError("the time has no time zone")
        return cls(
            path=_text(values["path"]),
            record_sha256=_text(values["record_sha256"]),
            reading=Reading.from_json(values),
            reader=_text(values["reader"]),
            time=time,
            app_version=_text(values["app_version"]),
            signed=_flag(values["signed"]),
            synthetic=_flag(values["synthetic"]),
            patient_key=None if patient_key is None else _text(patient_key),
            previous=None if previous is None else Reading.from_json(previous),
            predictions=tuple(ShownPrediction.from_json(shown) for shown in values["predictions"]),
        )


def write_manifest(path: Path, rows: Iterable[ManifestRow]) -> int:
    """Write rows to `path` and return their number; the file is whole or, after any failure, as it was.

    Raises ManifestError when the folder cannot be written or the disk is full.
    """
    objects = [row.to_json() for row in rows]
    header = {"schema": SCHEMA, "version": SCHEMA_VERSION, "rows": len(objects)}
    lines = [json.dumps(values, ensure_ascii=False, allow_nan=False) for values in (header, *objects)]
    try:
        replace_file(path, "\n".join(lines) + "\n")
    except OSError as error:
        reason = error.strerror or str(error)
        raise ManifestError(f"{path} could not be written ({reason}); choose another place.") from error
    return len(objects)


def read_manifest(path: Path) -> tuple[ManifestRow, ...]:
    """All rows of a manifest, in its order. Raises ManifestError, naming the line, for anything else."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise ManifestError(f"{path} could not be read ({error.strerror or error}).") from error
    except UnicodeDecodeError as error:
        raise ManifestError(f"{path} is not a manifest: it is not UTF-8 text.") from error
    n_rows = _read_header(path, lines[0])
    rows = tuple(_read_row(path, i, line) for i, line in enumerate(lines[1:], start=2) if line.strip())
    if len(rows) != n_rows:
        raise ManifestError(
            f"{path} says it holds {n_rows} rows and holds {len(rows)}; "
            "it was cut off or edited, export it again."
        )
    return rows


def _read_header(path: Path, line: str) -> int:
    """The number of rows that the header promises."""
    try:
        header = json.loads(line)
    except ValueError:
        header = None
    if not isinstance(header, dict) or header.get("schema") != SCHEMA:
        raise _bad_line(path, 1, "this is not the header of a label manifest; export the labels again")
    if header.get("version") != SCHEMA_VERSION:
        versions = f"version {header.get('version')}, and this program reads version {SCHEMA_VERSION}"
        raise _bad_line(path, 1, f"this manifest has {versions}; use the program that wrote it")
    n_rows = header.get("rows")
    if not isinstance(n_rows, int):
        raise _bad_line(path, 1, "the header does not say how many rows follow; export the labels again")
    return n_rows


def _read_row(path: Path, number: int, line: str) -> ManifestRow:
    try:
        values = json.loads(line)
        if not isinstance(values, dict):
            raise TypeError("it is not an object")
        return ManifestRow.from_json(values)
    except KeyError as error:
        raise _bad_line(path, number, f"the field {error} is missing; export the labels again") from error
    except (TypeError, ValueError, AttributeError) as error:
        reason = str(error).rstrip(".")
        raise _bad_line(path, number, f"{reason}; correct it or export the labels again") from error


def _bad_line(path: Path, number: int, what: str) -> ManifestError:
    return ManifestError(f"{path}, line {number}: {what}.")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not text")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is not true or false")
    return value
