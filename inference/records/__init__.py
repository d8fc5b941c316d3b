"""Reading ECG files into frozen Records, saying what was assumed, derived or missing."""

from inference.records.errors import RecordError
from inference.records.leads import LIMB_LEADS, STANDARD_LEADS, normalise_lead_name
from inference.records.reader import read_record
from inference.records.record import ImportReport, Patient, Record, SyntheticTruth

__all__ = [
    "LIMB_LEADS",
    "STANDARD_LEADS",
    "ImportReport",
    "Patient",
    "Record",
    "RecordError",
    "SyntheticTruth",
    "normalise_lead_name",
    "read_record",
]
