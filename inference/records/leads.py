"""Lead names: the twelve standard leads, their order, and the many spellings found in files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

LIMB_LEADS: Final = ("I", "II", "III", "aVR", "aVL", "aVF")
CHEST_LEADS: Final = ("V1", "V2", "V3", "V4", "V5", "V6")
STANDARD_LEADS: Final = LIMB_LEADS + CHEST_LEADS
"""The order in which leads are drawn by default and in which every model sees them."""

EXTRA_LEADS: Final = ("V7", "V8", "V9", "V3R", "V4R", "V5R", "V6R", "X", "Y", "Z")
KNOWN_LEADS: Final = frozenset(STANDARD_LEADS + EXTRA_LEADS)

_SPELLINGS: Final = {name.upper(): name for name in STANDARD_LEADS + EXTRA_LEADS} | {
    "VX": "X",
    "VY": "Y",
    "VZ": "Z",
    "DI": "I",
    "DII": "II",
    "DIII": "III",
    "L1": "I",
    "L2": "II",
    "L3": "III",
    "C1": "V1",
    "C2": "V2",
    "C3": "V3",
    "C4": "V4",
    "C5": "V5",
    "C6": "V6",
}
_PREFIXES: Final = ("MDC_ECG_LEAD_", "LEAD", "ECG", "EKG")
_SEPARATOR: Final = re.compile(r"\s+-\s+|-|[\s_:.]*")
"""Between a prefix and a name. A hyphen that stands alone or touches the prefix (`ECG-II`) separates; any
other one (`Lead -aVR`) is a sign."""
_DASHES: Final = str.maketrans("\u2212\u2013", "--")
_SIGN_IN_FRONT: Final = re.compile(r"(?:-|MINUS\b)\s*")


class WrittenLead(NamedTuple):
    """What a name in a file means: the project's lead name, and whether the lead is stored upside down."""

    name: str
    is_inverted: bool


def read_lead_name(written: str) -> WrittenLead:
    """`AVR`, `avr`, `Lead aVR` are aVR; `-aVR`, `aVR-`, `minus aVR` (Cabrera's order) are aVR inverted.

    A name that is not a known ECG lead comes back stripped but otherwise as it was written.
    """
    plain = written.strip().strip("\x00")
    key, n_signs = _without_sign(plain.upper().translate(_DASHES).strip(" _:."))
    for prefix in _PREFIXES:
        if key.startswith(prefix):
            rest = key.removeprefix(prefix)
            separator = _SEPARATOR.match(rest)
            key = rest[separator.end() if separator else 0 :]
    key, n_more = _without_sign(key)
    if key not in _SPELLINGS or n_signs + n_more > 1:
        return WrittenLead(plain, False)
    return WrittenLead(_SPELLINGS[key], n_signs + n_more == 1)


def normalise_lead_name(name: str) -> str:
    """The project's spelling of a lead name (`AVR`, `avr`, `Lead aVR` become `aVR`).

    A name that is not a known ECG lead, or that of an inverted one (`-aVR`), comes back stripped but
    otherwise as it was written.
    """
    lead = read_lead_name(name)
    return name.strip().strip("\x00") if lead.is_inverted else lead.name


def _without_sign(key: str) -> tuple[str, int]:
    """A name without the minus in front of it and behind it, and how many of the two there were."""
    front = _SIGN_IN_FRONT.match(key)
    inner = key[front.end() :] if front else key
    bare = inner.removesuffix("-")
    return bare.strip(" _:."), (front is not None) + (bare != inner)


def names_leads(cells: Sequence[str]) -> bool:
    """Whether a row of names is an ECG's: at least half of them are leads."""
    n_leads = sum(read_lead_name(cell).name in KNOWN_LEADS for cell in cells)
    return n_leads > 0 and 2 * n_leads >= len(cells)
