"""Lead names: the twelve standard leads, their order, and the many spellings found in files."""

from typing import Final

LIMB_LEADS: Final = ("I", "II", "III", "aVR", "aVL", "aVF")
CHEST_LEADS: Final = ("V1", "V2", "V3", "V4", "V5", "V6")
STANDARD_LEADS: Final = LIMB_LEADS + CHEST_LEADS
"""The order in which leads are drawn by default and in which every model sees them."""

EXTRA_LEADS: Final = ("V7", "V8", "V9", "V3R", "V4R", "V5R", "V6R", "X", "Y", "Z")

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
_PREFIXES: Final = ("MDC_ECG_LEAD_", "LEAD", "ECG")


def normalise_lead_name(name: str) -> str:
    """The project's spelling of a lead name (`AVR`, `avr`, `Lead aVR` become `aVR`).

    A name that is not a known ECG lead comes back stripped but otherwise as it was written.
    """
    plain = name.strip().strip("\x00")
    key = plain.upper()
    for prefix in _PREFIXES:
        key = key.removeprefix(prefix).strip(" _-:.")
    return _SPELLINGS.get(key, plain)
