"""Copies of files, broken as transmission, disks and ill will break them; the same ones every time."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from inference.records import RecordError, read_record

_TOKENS = (b"0", b"-1", b"999999999999999999999", b"1e308", b"nan", b"inf", b"", b"\xff", b"<", b"&#1;")


def broken_copies(whole: Sequence[bytes], n_copies: int, seed: int = 7) -> Iterator[bytes]:
    """`n_copies` copies in turn of each file, each broken in one to four places."""
    chance = random.Random(seed)
    for copy in range(n_copies):
        data = bytearray(whole[copy % len(whole)])
        for _ in range(chance.randint(1, 4)):
            _WAYS[chance.randrange(len(_WAYS))](data, chance)
        yield bytes(data)


def read_or_refused(path: Path) -> bool:
    """Whether a file is read, or refused with a sentence; whatever else is raised passes through."""
    try:
        return read_record(path).n_samples > 0
    except RecordError as refused:
        return str(refused).endswith(".")


def _flip_bits(data: bytearray, chance: random.Random) -> None:
    for _ in range(chance.randint(1, 8)):
        _at_random(data, chance, lambda byte: byte ^ (1 << chance.randrange(8)))


def _random_bytes(data: bytearray, chance: random.Random) -> None:
    for _ in range(chance.randint(1, 8)):
        _at_random(data, chance, lambda _byte: chance.randrange(256))


def _at_random(data: bytearray, chance: random.Random, change: object) -> None:
    # The beginning of a file is where its lengths and counts are.
    if data and callable(change):
        place = chance.randrange(min(len(data), chance.choice((64, 512, len(data)))))
        data[place] = change(data[place])


def _huge_number(data: bytearray, chance: random.Random) -> None:
    place = chance.randrange(min(len(data), 600) or 1)
    width = chance.choice((1, 2, 4))
    data[place : place + width] = b"\xff" * width


def _cut(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(len(data) or 1) :]


def _remove(data: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(data) or 1)
    del data[start : start + chance.randint(1, 64)]


def _repeat(data: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(data) or 1)
    data[start:start] = data[start : start + chance.randint(1, 400)]


def _zero(data: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(data) or 1)
    length = min(chance.randint(1, 200), len(data) - start)
    data[start : start + length] = bytes(length)


def _token(data: bytearray, chance: random.Random) -> None:
    """In text: what stands between two quotes or brackets becomes something else."""
    marks = [place for place in range(len(data)) if data[place] in b'"<>,'][:4000]
    if len(marks) > 1:
        first = chance.randrange(len(marks) - 1)
        data[marks[first] + 1 : marks[first + 1]] = chance.choice(_TOKENS)


_WAYS = (_flip_bits, _random_bytes, _huge_number, _cut, _remove, _repeat, _zero, _token)
