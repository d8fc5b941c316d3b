"""What an SCP-ECG file says beside its samples: sections 1, 7, 8, 10 and 11, each left out where damaged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from inference.records.device import DeviceFindings, DeviceMeasurement, DeviceMedianBeat
from inference.records.errors import RecordError
from inference.records.scp.container import Container
from inference.records.scp.demographics import Demographics, read_demographics
from inference.records.scp.measurements import read_global_measurements, read_lead_measurements
from inference.records.scp.statements import Interpretation, read_coded_statements, read_statements

Part = TypeVar("Part")
_NO_MEASUREMENTS: tuple[DeviceMeasurement, ...] = ()


@dataclass(frozen=True, slots=True)
class Findings:
    """`read` and `checks` are sentences for the import report."""

    demographics: Demographics
    device: DeviceFindings = field(repr=False)
    read: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()


def read_findings(container: Container, median_beat: DeviceMedianBeat | None) -> Findings:
    """All that is there; never raises."""
    checks: list[str] = []
    demographics = read_part(container, 1, read_demographics, Demographics(), checks)
    in_words = read_part(
        container, 8, lambda body: read_statements(body, demographics.codec), Interpretation(), checks
    )
    coded = read_part(
        container, 11, lambda body: read_coded_statements(body, demographics.codec), Interpretation(), checks
    )
    of_beat = read_part(container, 7, read_global_measurements, _NO_MEASUREMENTS, checks)
    of_leads = read_part(container, 10, read_lead_measurements, _NO_MEASUREMENTS, checks)
    device = DeviceFindings(
        maker=demographics.machine.maker,
        model=demographics.machine.model,
        software=demographics.machine.software,
        statements=in_words.statements + coded.statements,
        measurements=of_beat + of_leads,
        filters=demographics.filters,
        median_beat=median_beat,
    )
    status = dict.fromkeys(part.status for part in (in_words, coded) if part.status)
    return Findings(demographics, device, (*demographics.read, *status), tuple(checks))


def read_part(
    container: Container, number: int, read: Callable[[bytes], Part], missing: Part, checks: list[str]
) -> Part:
    """What `read` makes of a section; `missing` where it is not there, or damaged, as `checks` then says."""
    if number not in container.sections:
        return missing
    try:
        return read(container.sections[number])
    except RecordError:
        checks.append(f"Section {number} is damaged and was left out.")
        return missing
