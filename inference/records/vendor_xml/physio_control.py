"""Physio-Control XML (LIFEPAK, CODE-STAT, LIFENET): recognised, and refused with a way out.

Neither Physio-Control nor anyone else has published what its elements mean, so that rate and scale would
be guesses, and a guessed scale is a wrong ST segment.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, NoReturn

from inference.records.errors import RecordError
from inference.records.file_head import FileHead
from inference.records.given import Given

_NAMES: Final = re.compile(r"physio-?control|lifepak|code-?stat", re.IGNORECASE)


def is_physio_control(head: FileHead) -> bool:
    """Whether an XML file names Physio-Control near its beginning; to be asked after all other formats."""
    return head.xml_root is not None and _NAMES.search(head.xml_text) is not None


def read_physio_control(path: Path, given: Given) -> NoReturn:
    """Always RecordError."""
    by_hand = " Rate and unit given by hand do not help." if not given.is_empty else ""
    raise RecordError(
        f"'{path.name[:80]}' is Physio-Control's XML, whose structure is not published: export the 12-lead "
        f"ECG from CODE-STAT or LIFENET as DICOM, or print it as PDF.{by_hand}"
    )
