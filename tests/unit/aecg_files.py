"""Small HL7 aECGs for tests, written as text after ANSI/HL7 V3 ECG R1-2004; any part may be wrong."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from inference.records import STANDARD_LEADS


def lead(
    name: str, digits: npt.NDArray[np.int16], *, scale: str = "1", origin: str = "0", unit: str = "uV"
) -> str:
    """One sequence of type SLIST_PQ."""
    text = " ".join(map(str, digits))
    return (
        f'<component><sequence><code code="MDC_ECG_LEAD_{name.upper()}" codeSystem="2.16.840.1.113883.6.24"/>'
        f'<value xsi:type="SLIST_PQ"><origin value="{origin}" unit="{unit}"/>'
        f'<scale value="{scale}" unit="{unit}"/><digits>{text}</digits></value></sequence></component>'
    )


def times(head: str = 'value="20240229131415.250"', increment: str = 'value="0.002" unit="s"') -> str:
    """The sequence that says when the others were sampled."""
    kind, code = ("GLIST_PQ", "TIME_RELATIVE") if "unit" in head else ("GLIST_TS", "TIME_ABSOLUTE")
    return (
        f'<component><sequence><code code="{code}"/><value xsi:type="{kind}">'
        f"<head {head}/><increment {increment}/></value></sequence></component>"
    )


def lead_set(
    rows: npt.NDArray[np.int16], names: Sequence[str] = STANDARD_LEADS, time: str | None = None
) -> str:
    """One sequence set of leads in µV at 500 Hz."""
    leads = "".join(lead(name, row) for name, row in zip(names, rows, strict=True))
    return f"<component><sequenceSet>{times() if time is None else time}{leads}</sequenceSet></component>"


def series(content: str, code: str = "RHYTHM", extra: str = "") -> str:
    """One series; `extra` comes before its sequence sets (author, filters)."""
    return f'<component><series><code code="{code}"/>{extra}{content}</series></component>'


def derived(content: str, code: str = "REPRESENTATIVE_BEAT") -> str:
    """A series that was computed from the one around it."""
    return f'<derivation><derivedSeries><code code="{code}"/>{content}</derivedSeries></derivation>'


def annotation(code: str, value: str, inner: str = "") -> str:
    """One annotation with its value element, and what is nested in it."""
    return f'<component><annotation><code code="{code}"/>{value}{inner}</annotation></component>'


def annotation_set(content: str, author: str = "assignedDevice") -> str:
    """Annotations by a device, or by an `assignedPerson`."""
    kind = f"<assignedAuthorType><{author}/></assignedAuthorType>"
    who = f"<author><assignedEntity>{kind}</assignedEntity></author>"
    return f"<subjectOf><annotationSet>{who}{content}</annotationSet></subjectOf>"


def filters(kind: str, content: str) -> str:
    """A control variable of a series."""
    code = f'<code code="MDC_ECG_CTL_VBL_ATTR_FILTER_{kind}"/>'
    return f"<controlVariable><controlVariable>{code}{content}</controlVariable></controlVariable>"


def person(content: str, subject_id: str = '<id root="1.2.3" extension="S-1"/>') -> str:
    """The trial subject at the place where the standard wants it."""
    return (
        "<componentOf><timepointEvent><componentOf><subjectAssignment><subject><trialSubject>"
        f"{subject_id}<subjectDemographicPerson>{content}</subjectDemographicPerson>"
        "</trialSubject></subject></subjectAssignment></componentOf></timepointEvent></componentOf>"
    )


def write_aecg(path: Path, content: str, head: str = "") -> Path:
    """A whole document."""
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n<!-- made for a test -->\n'
        '<AnnotatedECG xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f'<code code="93000"/>{head}{content}</AnnotatedECG>',
        encoding="utf-8",
    )
    return path
