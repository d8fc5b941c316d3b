"""Whole-number samples of a WFDB record, from files that were found to be local and large enough."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final, cast

import numpy as np

from inference.records.errors import RecordError
from inference.records.safety import contained_file, file_size
from inference.records.sample_words import WFDB_WORDS, IntArray, SampleWords
from inference.records.wfdb_header import SignalSpec
from inference.records.wfdb_package import quiet_wfdb

_BITS_PER_SAMPLE: Final = {
    8: 8,
    16: 16,
    24: 24,
    32: 32,
    61: 16,
    80: 8,
    160: 16,
    212: 12,
    310: 32 / 3,
    311: 32 / 3,
}
_FLAC_FORMATS: Final = (508, 516, 524)
_DIRECT_FORMATS: Final = (*WFDB_WORDS, 516)
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


def by_file(signals: Sequence[SignalSpec]) -> dict[str, list[SignalSpec]]:
    """The signals of each file, files and signals in the header's order."""
    files: dict[str, list[SignalSpec]] = {}
    for signal in signals:
        files.setdefault(signal.file_name, []).append(signal)
    return files


def check_files(folder: Path, signals: Sequence[SignalSpec], n_frames: int | None) -> int:
    """Check every signal file against the header and give the number of frames.

    Raises RecordError for a file outside the folder, missing, empty, shorter than the header says, or
    in an unknown format. Where the header gives no length, it follows from the first file's size.
    """
    for name, inside in by_file(signals).items():
        path = contained_file(folder, name)
        first = inside[0]
        if any((other.fmt, other.byte_offset) != (first.fmt, first.byte_offset) for other in inside):
            raise RecordError(f"The header gives '{name}' two formats: copy or export the record again.")
        held = _frames_held(path, inside)
        n_frames = held if n_frames is None else n_frames
        if held < n_frames:
            raise RecordError(
                f"The signal file '{name}' is cut off: it holds {max(held, 0)} of {n_frames} samples "
                "per lead. Copy the record again."
            )
    return n_frames or 0


def _frames_held(path: Path, inside: Sequence[SignalSpec]) -> int:
    size = file_size(path)
    first = inside[0]
    if first.fmt in _FLAC_FORMATS:
        return _flac_frames(path, len(inside)) // first.samples_per_frame
    if first.fmt not in _BITS_PER_SAMPLE:
        raise RecordError(
            f"'{path.name}' has WFDB format {first.fmt}, which is not known: export it in format 16."
        )
    values = sum(signal.samples_per_frame for signal in inside)
    return int((size - first.byte_offset) * 8 // (_BITS_PER_SAMPLE[first.fmt] * values))


def _flac_frames(path: Path, n_signals: int) -> int:
    import soundfile

    try:
        info = soundfile.info(str(path))
    except (RuntimeError, OSError):
        raise RecordError(
            f"'{path.name}' is not the FLAC file that the header declares: copy the record again."
        ) from None
    if info.format != "FLAC" or info.channels != n_signals:
        raise RecordError(
            f"The signal file '{path.name}' does not hold the {n_signals} signals that the header declares: "
            "copy the record again."
        )
    return int(info.frames)


def read_samples(header_path: Path, signals: Sequence[SignalSpec], n_frames: int) -> list[IntArray]:
    """Every signal's integers in the header's order, each (n_frames * samples_per_frame,).

    Call only after `check_files`, which makes sure of names and sizes. Formats 16, 24, 32, 61, 80,
    160, 212 and 516 are decoded here; anything else goes through the wfdb package, whose import alone
    takes longer than all that comes before the first paint.
    """
    files = by_file(signals)
    if not all(_is_direct(inside) for inside in files.values()):
        return _read_through_wfdb(header_path, signals, n_frames)
    samples: dict[int, IntArray] = {}
    for name, inside in files.items():
        frames = _read_file(header_path.parent / name, inside, n_frames)
        first = 0
        for signal in inside:
            columns = frames[:, first : first + signal.samples_per_frame]
            samples[id(signal)] = columns.reshape(-1)
            first += signal.samples_per_frame
    return [samples[id(signal)] for signal in signals]


def _is_direct(inside: Sequence[SignalSpec]) -> bool:
    fmt, offset = inside[0].fmt, inside[0].byte_offset
    plain = all(signal.skew == 0 for signal in inside)
    whole = fmt != 516 or (offset == 0 and all(signal.samples_per_frame == 1 for signal in inside))
    return fmt in _DIRECT_FORMATS and plain and whole


def _read_file(path: Path, inside: Sequence[SignalSpec], n_frames: int) -> IntArray:
    """One file's samples, shape (n_frames, values per frame). RecordError where it cannot be read."""
    width = sum(signal.samples_per_frame for signal in inside)
    fmt, offset = inside[0].fmt, inside[0].byte_offset
    try:
        if fmt == 516:
            values = _read_flac(path, n_frames)
        else:
            values = _read_words(path, WFDB_WORDS[fmt], offset, n_frames * width)
    except (OSError, RuntimeError):
        raise RecordError(f"'{path.name}' may not be read or is damaged: copy the record again.") from None
    if values.size != n_frames * width:
        raise RecordError(f"'{path.name}' is cut off or damaged: copy the record again.")
    return values.reshape(n_frames, width)


def _read_flac(path: Path, n_frames: int) -> IntArray:
    import soundfile

    with soundfile.SoundFile(str(path)) as stream:
        if stream.subtype != "PCM_16":
            raise RecordError(f"'{path.name}' does not hold 16-bit samples: copy the record again.")
        return cast(IntArray, stream.read(n_frames, dtype="int16", always_2d=True))


def _read_words(path: Path, words: SampleWords, offset: int, n_values: int) -> IntArray:
    n_bytes = words.bytes_of(n_values)
    with path.open("rb") as stream:
        stream.seek(offset)
        content = stream.read(n_bytes)
    missing = n_bytes - len(content)
    if missing >= words.bytes_per_group:
        return np.empty(0, dtype=np.int16)
    # The last group may lack the bytes of values that do not exist.
    return words.decode(content + bytes(missing) if missing else content)[:n_values]


def _read_through_wfdb(header_path: Path, signals: Sequence[SignalSpec], n_frames: int) -> list[IntArray]:
    record_path = str(header_path.parent.resolve() / header_path.stem)
    if "::" in record_path:
        # wfdb opens files through fsspec, for which '::' chains file systems, even remote ones.
        raise RecordError("The folder's name holds '::', which cannot be read: rename the folder.")
    try:
        with quiet_wfdb() as wfdb:
            # wfdb reads the header once more; it must see the same files that were checked.
            if wfdb.rdheader(record_path).file_name != [signal.file_name for signal in signals]:
                raise ValueError("the header reads in two ways")
            record = wfdb.rdrecord(
                record_path, sampto=n_frames, physical=False, smooth_frames=False, return_res=32
            )
    except Exception as error:
        # wfdb raises whatever a damaged file happens to meet in it; here each is the file's fault.
        raise RecordError(
            "The signal files do not fit the header or are damaged: copy or export the record again."
        ) from error
    return [np.asarray(signal) for signal in cast(list[IntArray], record.e_d_signal)]
