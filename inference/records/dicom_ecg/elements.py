"""Elements of a DICOM data set by keyword; one that is absent or cannot be decoded is simply not there."""

from __future__ import annotations

from collections.abc import Callable, MutableSequence, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Final, TypeVar

from inference.records.errors import RecordError
from inference.records.xml_tree import number_of

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

Value = TypeVar("Value")

MAX_READS: Final = 100_000
"""A 12-lead ECG with the marks of all its beats takes 4,000 readings of a few bytes; these many take under a
second."""
MAX_VALUE_BYTES: Final = 65_534
"""Of any value but samples: the longest that DICOM's short form of an element can hold."""


@dataclass(slots=True)
class Source:
    """The file behind all elements: how often it may still be read from, and what turned out damaged."""

    reads_left: int = MAX_READS
    is_little_endian: bool = True
    damaged: set[str] = field(default_factory=set)

    def stream(self, content: bytes) -> BytesIO:
        """`content` as a file whose readings count."""
        return _CountedStream(content, self)

    def spend(self) -> None:
        """Count one reading. RecordError when there were too many."""
        self.reads_left -= 1
        if self.reads_left < 0:
            raise RecordError("The file holds far more elements than any ECG: check that it is one.")


class _CountedStream(BytesIO):
    """Bounds the time that a file made of millions of tiny elements can take."""

    def __init__(self, content: bytes, source: Source) -> None:
        super().__init__(content)
        self._source = source

    def read(self, size: int | None = -1, /) -> bytes:
        self._source.spend()
        return super().read(size)


@dataclass(frozen=True, slots=True)
class Code:
    """A coded entry (PS3.3 8.8): what it is called, and by which scheme."""

    value: str = ""
    scheme: str = ""
    meaning: str = ""


class Elements:
    """One data set or sequence item."""

    def __init__(self, dataset: Dataset, source: Source) -> None:
        self._dataset = dataset
        self._source = source

    @property
    def damaged(self) -> tuple[str, ...]:
        """Keywords of the file's elements that could not be decoded so far."""
        return tuple(sorted(self._source.damaged))

    @property
    def is_little_endian(self) -> bool:
        """Byte order of the file's binary values."""
        return self._source.is_little_endian

    def value(self, keyword: str) -> object | None:
        """A value as pydicom decodes it, None where there is none."""
        return self._guarded(keyword, self._value)

    def texts(self, keyword: str) -> tuple[str, ...]:
        """All values of an element as stripped text, empty ones left out."""
        value = self.value(keyword)
        values = list(value) if isinstance(value, MutableSequence) else [value]
        texts = (_plain(each) for each in values)
        return tuple(text for text in texts if text)

    def text(self, keyword: str) -> str:
        """The first value of an element as stripped text, '' where there is none."""
        return next(iter(self.texts(keyword)), "")

    def numbers(self, keyword: str) -> tuple[float, ...]:
        """All finite numbers of an element."""
        numbers = (number_of(text) for text in self.texts(keyword))
        return tuple(number for number in numbers if number is not None)

    def number(self, keyword: str) -> float | None:
        """The first finite number of an element, None where there is none."""
        return next(iter(self.numbers(keyword)), None)

    def data(self, keyword: str) -> bytes:
        """A binary value as it lies in the file, b'' where there is none."""
        raw = self._guarded(keyword, self._raw)
        return raw if isinstance(raw, bytes) else b""

    def items(self, keyword: str) -> tuple[Elements, ...]:
        """The items of a sequence, none where it is absent or damaged."""
        items = self._guarded(keyword, self._items) or []
        return tuple(Elements(item, self._source) for item in items)

    def code(self, keyword: str) -> Code:
        """The first item of a code sequence, an empty Code where there is none."""
        for item in self.items(keyword):
            return Code(item.text("CodeValue"), item.text("CodingSchemeDesignator"), item.text("CodeMeaning"))
        return Code()

    def _guarded(self, keyword: str, read: Callable[[str], Value]) -> Value | None:
        try:
            return read(keyword)
        except RecordError:
            raise
        except Exception:
            # See open_dicom: whatever pydicom raises, the element cannot be had.
            self._source.damaged.add(keyword)
            return None

    def _value(self, keyword: str) -> object | None:
        raw = self._raw(keyword)
        if isinstance(raw, bytes) and len(raw) > MAX_VALUE_BYTES:
            # A number list of megabytes would take minutes to convert.
            raise ValueError(keyword)
        return self._dataset.get(keyword)  # type: ignore[no-any-return]

    def _raw(self, keyword: str) -> object | None:
        return self._dataset.get_item(keyword).value if keyword in self._dataset else None

    def _items(self, keyword: str) -> list[Dataset]:
        from pydicom.dataelem import RawDataElement
        from pydicom.dataset import Dataset
        from pydicom.filereader import read_sequence

        if keyword not in self._dataset:
            return []
        raw: object = self._dataset.get_item(keyword)
        if not isinstance(raw, RawDataElement) or not isinstance(raw.value, bytes):
            value: object = self._dataset.get(keyword)
            return (
                [item for item in value if isinstance(item, Dataset)] if isinstance(value, Sequence) else []
            )
        # Parsed here and not by pydicom's own conversion, so that these readings count too.
        stream = self._source.stream(raw.value)
        encoding = self._dataset.original_character_set or "iso8859"
        return list(read_sequence(stream, raw.is_implicit_VR, raw.is_little_endian, len(raw.value), encoding))


def _plain(value: object) -> str:
    text = "" if value is None else str(value)
    return "".join(letter for letter in text if letter.isprintable() or letter in "\n\t").strip()
