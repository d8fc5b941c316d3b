"""RowView: some rows of a large array in another order, without copying them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
SHORT_ROW_BYTES: Final = 64
IntArray = npt.NDArray[np.int64]


class RowView:
    """Rows of an array (usually a memory map) as if they were an array of their own.

    Indexing works as with an array and reads only what it asks for; `np.asarray` reads all of it.
    """

    __slots__ = ("_array", "_rows")

    def __init__(self, array: Array, rows: IntArray) -> None:
        self._array = array
        self._rows = rows

    @property
    def shape(self) -> tuple[int, ...]:
        return (self._rows.size, *self._array.shape[1:])

    @property
    def dtype(self) -> np.dtype[Any]:
        return self._array.dtype

    @property
    def ndim(self) -> int:
        return self._array.ndim

    @property
    def size(self) -> int:
        return int(np.prod(self.shape, dtype=np.int64))

    def __len__(self) -> int:
        return int(self._rows.size)

    def __iter__(self) -> Iterator[Array]:
        return (self._array[row] for row in self._rows)

    def __getitem__(self, key: Any) -> Any:
        first, *rest = key if isinstance(key, tuple) else (key,)
        if first is None or first is Ellipsis:
            return np.asarray(self)[key]
        return self._array[(self._rows[first], *rest)]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.asarray(self._array[self._rows], dtype=dtype)

    def copy(self) -> Array:
        """All rows as an array of their own."""
        return np.array(self)

    def take(self, rows: IntArray) -> Array | RowView:
        """These rows of the rows, see `rows_of`."""
        return rows_of(self._array, self._rows[rows])


def rows_of(array: Array | RowView, rows: IntArray) -> Array | RowView:
    """These rows of an array without copying: a slice where they follow each other, otherwise a RowView.

    Short rows (fiducials, fingerprints) are copied, since plain arrays are quicker to work with.
    """
    if isinstance(array, RowView):
        return array.take(rows)
    if array.itemsize * int(np.prod(array.shape[1:], dtype=np.int64)) <= SHORT_ROW_BYTES:
        return np.array(array[rows])
    if rows.size and np.array_equal(rows, np.arange(rows[0], rows[0] + rows.size)) and rows[0] >= 0:
        return array[rows[0] : rows[0] + rows.size]
    return RowView(array, np.asarray(rows, dtype=np.int64))
