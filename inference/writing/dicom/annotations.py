"""What the device said of the ECG, as waveform annotations (PS3.3 C.10.10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from inference.records.device import DeviceFindings, DeviceMeasurement
from inference.records.xml_tree import number_of
from inference.writing.comments import one_line
from inference.writing.dicom.codes import measurement_code, unit_code
from inference.writing.dicom.groups import decimal
from inference.writing.dicom.texts import ST, plain

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_WHOLE_FIRST_GROUP: Final = [1, 0]
"""Multiplex group 1, channel 0: all its channels."""
_STATEMENTS, _MEASUREMENTS = 0, 1


def device_annotations(device: DeviceFindings) -> list[Dataset]:
    """One item per statement and per measurement, in the device's order."""
    said = [_text(statement, _STATEMENTS) for statement in device.statements]
    return said + [_measurement(each) for each in device.measurements]


def _item(group: int) -> Dataset:
    from pydicom.dataset import Dataset

    item = Dataset()
    item.ReferencedWaveformChannels = _WHOLE_FIRST_GROUP
    item.AnnotationGroupNumber = group
    return item


def _text(text: str, group: int) -> Dataset:
    item = _item(group)
    item.UnformattedTextValue = one_line(text)[:ST]
    return item


def _measurement(each: DeviceMeasurement) -> Dataset:
    number = number_of(each.value)
    if number is None:
        return _text(f"{each.name}: {each.value} {each.unit}", _MEASUREMENTS)
    item = _item(_MEASUREMENTS)
    item.ConceptNameCodeSequence = [measurement_code(plain(each.name) or "value")]
    item.MeasurementUnitsCodeSequence = [unit_code(plain(each.unit))]
    item.NumericValue = decimal(number)
    return item
