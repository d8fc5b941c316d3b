"""Waveform samples as a DICOM file encodes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from inference.records.dicom_ecg.elements import Elements
from inference.records.errors import RecordError
from inference.records.safety import check_shape

_TYPES: Final = {
    ("SB", 8): "i1", ("UB", 8): "u1", ("SS", 16): "i2", ("US", 16): "u2",
    ("SL", 32): "i4", ("UL", 32): "u4", ("SV", 64): "i8", ("UV", 64): "u8",
}  # fmt: skip
"""PS3.3 C.10.9.1.5: sample interpretation and bits allocated, as numpy writes the type."""
_COMPANDED: Final = {"MB": "mu-law", "AB": "A-law"}


@dataclass(frozen=True, slots=True)
class Samples:
    """One multiplex group's samples, shape (n_samples, n_channels), in the file's own counts."""

    counts: npt.NDArray[Any] = field(repr=False)
    padding: int | None
    """The count that stands for no sample (PS3.3 C.10.9.1.8)."""

    def channel(self, column: int) -> npt.NDArray[np.float64]:
        """One channel's counts, shape (n_samples,), NaN where there is no sample."""
        counts = self.counts[:, column]
        values = counts.astype(np.float64)
        if self.padding is not None:
            values[counts == self.padding] = np.nan
        return values


def read_samples(group: Elements, n_channels: int, fs_hz: float) -> Samples:
    """The samples of an item of the waveform sequence, without copying them.

    RecordError where they are fewer than the file declares, or of a kind that no ECG uses.
    """
    n_samples = int(group.number("NumberOfWaveformSamples") or 0)
    check_shape(n_channels, n_samples, fs_hz)
    dtype = _dtype(group)
    data = group.data("WaveformData")
    if len(data) < n_samples * n_channels * dtype.itemsize:
        raise RecordError(
            f"The file declares {n_samples} samples in {n_channels} channels and holds fewer: copy it again."
        )
    counts = np.frombuffer(data, dtype=dtype, count=n_samples * n_channels)
    return Samples(counts.reshape(n_samples, n_channels), _padding(group, dtype))


def _padding(group: Elements, dtype: np.dtype[Any]) -> int | None:
    written = group.data("WaveformPaddingValue")
    return int(np.frombuffer(written, dtype=dtype, count=1)[0]) if len(written) >= dtype.itemsize else None


def _dtype(group: Elements) -> np.dtype[Any]:
    kind = group.text("WaveformSampleInterpretation").upper()
    bits = group.number("WaveformBitsAllocated")
    if kind in _COMPANDED:
        raise RecordError(
            f"The samples are {_COMPANDED[kind]} coded, as sound is and no ECG should be, and are not read: "
            "export the ECG with linear samples."
        )
    code = _TYPES.get((kind, int(bits or 0)))
    if code is None:
        raise RecordError(
            f"The samples are of kind '{kind[:8]}' with {bits or 0:g} bits, which DICOM does not know: "
            "export the ECG again."
        )
    return np.dtype(code).newbyteorder("<" if group.is_little_endian else ">")
