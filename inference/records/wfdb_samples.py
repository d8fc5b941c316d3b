"""Whole-number samples of a WFDB record, from files that were found to be local and large enough."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
import numpy.typing as npt

from inference.records.errors import RecordError
from inference.records.safety import contained_file, file_size
from inference.records.wfdb_header import SignalSpec

IntArray = npt.NDArray[np.integer[Any]]

_BITS_PER_SAMPLE: Final = {8: 8, 16: 16, 24: 24, 32: 32, 61: 16, 80: 8, 160: 16, 212: 12, 310: 32 / 3, 311: 32 / 3}
_FLAC_FORMATS: Final = (508, 516, 524)
INVALID_SAMPLE: Final = {
    16: -(2**15),
    24: -(2**23),
    32: -(2**31),
    61: -(2**15),
    80: -(2**7),
    160: -(2**15),
    212: -(2**11),
    310: -(2**9),
    311: -(2**9),
    508: -(2**7),
    516: -(2**15),
    524: -(2**23),
}
"""The value with which each format marks an invalid sample (signal(5)); format 8 has none."""


def check_files(folder: Path, signals: Sequence[SignalSpec], n_frames: int | None) -> int:
    """Check every signal file against the header and give the number of frames.

    Raises RecordError for a file outside the folder, missing, empty, shorter than the header says, or
    in an unknown format. Where the header gives no length, it follows from the first file's size.
    """
    by_file: dict[str, list[SignalSpec]] = {}
    for signal in signals:
        by_file.setdefault(signal.file_name, []).append(signal)
    for name, inside in by_file.items():
        path = contained_file(folder, name)
        size = file_size(path)
        first = inside[0]
        if any((other.fmt, other.byte_offset) != (first.fmt, first.byte_offset) for other in inside):
            raise RecordError(f"The header gives '{name}' two formats: copy or export the record again.")
        if first.fmt in _FLAC_FORMATS:
            held = _flac_frames(path, len(inside)) // first.samples_per_frame
        elif first.fmt in _BITS_PER_SAMPLE:
            values = sum(signal.samples_per_frame for signal in inside)
            held = int((size - first.byte_offset) * 8 // (_BITS_PER_SAMPLE[first.fmt] * values))
        else:
            raise RecordError(f"The signal file '{name}' has WFDB format {first.fmt}, which is not known.")
        n_frames = held if n_frames is None else n_frames
        if held < n_frames:
            raise RecordError(
                f"The signal file '{name}' is cut off: it holds {max(held, 0)} of {n_frames} samples per lead. "
                "Copy the record again."
            )
    return n_frames or 0


def read_samples(header_path: Path, n_frames: int) -> list[IntArray]:
    """Every signal's integers as the header declares them, through the wfdb package, local files only.

    Call only after `check_files`: the names in the header are then known to be plain neighbours.
    """
    import wfdb  # 0.3 to 1 s (pandas, aiohttp): not before a record of this kind is opened

    record_path = str(header_path.parent.resolve() / header_path.stem)
    if "::" in record_path:
        # wfdb opens files through fsspec, for which '::' chains one file system to another.
        raise RecordError("The folder's name holds '::', which cannot be read: rename the folder.")
    try:
        record = wfdb.rdrecord(record_path, sampto=n_frames, physical=False, smooth_frames=False, return_res=32)
    except Exception as error:
        # wfdb raises whatever a damaged file happens to meet in it; each is the file's fault here.
        raise RecordError(
            "The signal files do not fit the header or are damaged: copy or export the record again."
        ) from error
    return [np.asarray(signal) for signal in cast(list[IntArray], record.e_d_signal)]


def _flac_frames(path: Path, n_signals: int) -> int:
    import soundfile

    try:
        info = soundfile.info(str(path))
    except (RuntimeError, OSError):
        raise RecordError(
            f"The signal file '{path.name}' is not the FLAC file that the header declares: copy the record again."
        ) from None
    if info.format != "FLAC" or info.channels != n_signals:
        raise RecordError(
            f"The signal file '{path.name}' does not hold the {n_signals} signals that the header declares: "
            "copy the record again."
        )
    return int(info.frames)
