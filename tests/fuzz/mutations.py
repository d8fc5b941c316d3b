"""Ways in which a file becomes hostile; most of it is kept, so that readers get past their first check."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Final

Mutation = Callable[[bytearray, random.Random], bytearray]

HUGE_NUMBERS: Final = (
    "-1",
    "0",
    "4294967295",
    "9223372036854775808",
    "1e308",
    "-1e-308",
    "nan",
    "inf",
    "99999999999999",
)
NASTY_TEXTS: Final = (
    "../../etc/passwd",
    "/etc/passwd",
    "file:///etc/passwd",
    "http://127.0.0.1/x",
    "&lol;",
    "%s%n",
    "\x00",
    "A" * 5000,
)
_NUMBER: Final = re.compile(rb"-?\d+(?:\.\d+)?")
_TOKEN: Final = re.compile(rb"[A-Za-z][A-Za-z0-9_.:-]*")


def flip_bits(data: bytearray, chance: random.Random) -> bytearray:
    for _ in range(chance.choice((1, 2, 8, 64))):
        place = chance.randrange(len(data))
        data[place] ^= 1 << chance.randrange(8)
    return data


def flip_bits_in_front(data: bytearray, chance: random.Random) -> bytearray:
    """Headers stand in front: what they declare is what readers trust."""
    for _ in range(chance.choice((1, 2, 4))):
        place = chance.randrange(min(len(data), 512))
        data[place] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)))
    return data


def cut(data: bytearray, chance: random.Random) -> bytearray:
    return data[: chance.randrange(len(data) + 1)]


def remove_a_chunk(data: bytearray, chance: random.Random) -> bytearray:
    start = chance.randrange(len(data))
    del data[start : start + chance.choice((1, 2, 7, 64, 1024))]
    return data


def repeat_a_chunk(data: bytearray, chance: random.Random) -> bytearray:
    start = chance.randrange(len(data))
    chunk = data[start : start + chance.choice((1, 4, 64, 1024))]
    data[start:start] = chunk * chance.choice((1, 2, 20))
    return data


def zero_a_chunk(data: bytearray, chance: random.Random) -> bytearray:
    return _fill(data, chance, 0)


def fill_a_chunk(data: bytearray, chance: random.Random) -> bytearray:
    return _fill(data, chance, 0xFF)


def grow_a_field(data: bytearray, chance: random.Random) -> bytearray:
    """A length or count of 2, 4 or 8 bytes becomes absurd, in either byte order."""
    width = chance.choice((2, 4, 8))
    place = chance.randrange(max(1, min(len(data), 4096) - width))
    value = chance.choice((1 << (8 * width - 1), (1 << (8 * width)) - 1, (1 << (8 * width - 1)) - 1, 0))
    data[place : place + width] = value.to_bytes(width, chance.choice(("little", "big")))
    return data


def change_a_number(data: bytearray, chance: random.Random) -> bytearray:
    return _replace_one(data, chance, _NUMBER, chance.choice(HUGE_NUMBERS))


def change_a_word(data: bytearray, chance: random.Random) -> bytearray:
    return _replace_one(data, chance, _TOKEN, chance.choice(NASTY_TEXTS))


def swap_words(data: bytearray, chance: random.Random) -> bytearray:
    places = [match.span() for match in _TOKEN.finditer(bytes(data[:20_000]))]
    if len(places) < 2:
        return flip_bits(data, chance)
    (a, b), (c, d) = sorted(chance.sample(places, 2))
    return data[:a] + data[c:d] + data[b:c] + data[a:b] + data[d:]


MUTATIONS: Final[tuple[Mutation, ...]] = (
    flip_bits,
    flip_bits_in_front,
    cut,
    remove_a_chunk,
    repeat_a_chunk,
    zero_a_chunk,
    fill_a_chunk,
    grow_a_field,
    change_a_number,
    change_a_word,
    swap_words,
)


def mutated(content: bytes, number: int, seed: str) -> bytes:
    """One to three mutations of a file, the same for the same number and seed."""
    chance = random.Random(f"{seed}|{number}")
    data = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 3))):
        if not data:
            break
        data = chance.choice(MUTATIONS)(data, chance)
    return bytes(data)


def _fill(data: bytearray, chance: random.Random, value: int) -> bytearray:
    start = chance.randrange(len(data))
    stop = min(len(data), start + chance.choice((1, 2, 4, 16, 512)))
    data[start:stop] = bytes([value]) * (stop - start)
    return data


def _replace_one(data: bytearray, chance: random.Random, pattern: re.Pattern[bytes], text: str) -> bytearray:
    places = [match.span() for match in pattern.finditer(bytes(data[:40_000]))]
    if not places:
        return flip_bits(data, chance)
    start, stop = chance.choice(places)
    return data[:start] + text.encode() + data[stop:]
