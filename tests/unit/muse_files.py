"""GE MUSE XML files built from the published description of `RestingECG`, the odd ones included."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.int64]

STORED = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")
MICROVOLTS = 4.88


def muse_counts(names: Sequence[str] = STORED, n_samples: int = 5000, seed: int = 5) -> dict[str, Counts]:
    """Leads of ordinary size in counts of 4.88 µV, (n_samples,) each."""
    rng = np.random.default_rng(seed)
    return {name: rng.integers(-300, 300, n_samples) for name in names}


@dataclass(frozen=True)
class Lead:
    """One LeadData; None leaves an element out."""

    counts: Counts
    per_bit: str | None = "4.88"
    unit: str | None = "MICROVOLTS"
    n_bytes: int = 2
    declared: int | None = None
    checksum: int | None = None
    offset_ms: int = 0
    baseline: int = 0
    flags: tuple[str, ...] = ()
    data: str | None = None

    def xml(self, name: str) -> str:
        payload = self.counts.astype(f"<i{self.n_bytes}").tobytes()
        text = base64.b64encode(payload).decode() if self.data is None else self.data
        broken = "\n".join(text[place : place + 76] for place in range(0, len(text), 76))
        flags = dict.fromkeys(("LeadOff", "BaselineSway"), "FALSE") | dict.fromkeys(self.flags, "TRUE")
        fields: dict[str, object] = {
            "LeadByteCountTotal": len(payload),
            "LeadTimeOffset": self.offset_ms,
            "LeadSampleCountTotal": len(self.counts) if self.declared is None else self.declared,
            "LeadAmplitudeUnitsPerBit": self.per_bit,
            "LeadAmplitudeUnits": self.unit,
            "LeadHighLimit": 32767,
            "LeadLowLimit": -32768,
            "LeadID": name,
            "LeadOffsetFirstSample": 0,
            "FirstSampleBaseline": self.baseline,
            "LeadSampleSize": self.n_bytes,
            **flags,
            "LeadDataCRC32": zlib.crc32(payload) if self.checksum is None else self.checksum,
            "WaveFormData": f"\n{broken}\n",
        }
        return element("LeadData", fields)


def element(name: str, fields: Mapping[str, object]) -> str:
    """An element with one child per field that is not None."""
    inner = "".join(f"<{tag}>{value}</{tag}>" for tag, value in fields.items() if value is not None)
    return f"<{name}>{inner}</{name}>"


def waveform(
    leads: Mapping[str, Lead],
    kind: str | None = "Rhythm",
    *,
    base: str | None = "500",
    exponent: str = "0",
    sample_type: str | None = "CONTINUOUS_SAMPLES",
    mains: Sequence[str] = ("50",),
) -> str:
    """One Waveform with its filters: high pass 0.05 Hz, low pass 150 Hz."""
    head = {
        "WaveformType": kind,
        "WaveformStartTime": 0,
        "NumberofLeads": len(leads),
        "SampleType": sample_type,
        "SampleBase": base,
        "SampleExponent": exponent,
        "HighPassFilter": 5,
        "LowPassFilter": 150,
    }
    filters = "".join(f"<ACFilter>{each}</ACFilter>" for each in mains)
    body = filters + "".join(lead.xml(name) for name, lead in leads.items())
    return element("Waveform", head).replace("</Waveform>", f"{body}</Waveform>")


def usual_leads(counts: Mapping[str, Counts]) -> dict[str, Lead]:
    """The leads as MUSE writes them."""
    return {name: Lead(each) for name, each in counts.items()}


def changed(counts: Mapping[str, Counts], name: str, **changes: object) -> dict[str, Lead]:
    """The usual leads with one of them changed."""
    leads = usual_leads(counts)
    leads[name] = replace(leads[name], **changes)  # type: ignore[arg-type]
    return leads


PATIENT: Mapping[str, object] = {
    "PatientID": "4711",
    "PatientAge": "38",
    "AgeUnits": "YEARS",
    "DateofBirth": "03-15-1985",
    "Gender": "FEMALE",
    "PatientLastName": "Müller",
    "PatientFirstName": "Zoë",
}
TEST: Mapping[str, object] = {
    "DataType": "RESTING",
    "AcquisitionDevice": "MAC55",
    "Status": "CONFIRMED",
    "AcquisitionTime": "13:15:18",
    "AcquisitionDate": "05-10-2021",
    "AcquisitionSoftwareVersion": "010B",
    "AnalysisSoftwareVersion": "241",
}
MEASUREMENTS: Mapping[str, object] = {
    "VentricularRate": 72,
    "AtrialRate": 72,
    "PRInterval": 160,
    "QRSDuration": 88,
    "QTInterval": 380,
    "QTCorrected": 416,
    "PAxis": 51,
    "RAxis": -20,
    "TAxis": 40,
    "QRSCount": 12,
    "QOnset": 214,
    "QOffset": 258,
    "POnset": 134,
    "POffset": 65535,
    "TOffset": 404,
    "ECGSampleBase": 500,
    "ECGSampleExponent": 0,
    "QTcFrederica": 404,
}


def diagnosis(statements: Sequence[tuple[str, Sequence[str]]], name: str = "Diagnosis") -> str:
    """A diagnosis of (text, flags)."""
    inner = "".join(
        "<DiagnosisStatement>"
        + "".join(f"<StmtFlag>{flag}</StmtFlag>" for flag in flags)
        + f"<StmtText>{text}</StmtText></DiagnosisStatement>"
        for text, flags in statements
    )
    return f"<{name}><Modality>RESTING</Modality>{inner}</{name}>"


USUAL_DIAGNOSIS = diagnosis(
    [("Sinus rhythm", ()), ("with short PR", ["ENDSLINE"]), ("Normal ECG", ["ENDSLINE"])]
)


def muse(
    *waveforms: str,
    patient: Mapping[str, object] = PATIENT,
    test: Mapping[str, object] = TEST,
    measurements: str = element("RestingECGMeasurements", MEASUREMENTS),
    diagnoses: str = USUAL_DIAGNOSIS,
    head: str = '<!DOCTYPE RestingECG SYSTEM "restecg.dtd">',
) -> str:
    """A whole file."""
    return (
        f'<?xml version="1.0" encoding="ISO-8859-1"?>\n{head}\n<RestingECG>'
        f"<MuseInfo><MuseVersion>9.0</MuseVersion></MuseInfo>{element('PatientDemographics', patient)}"
        f"{element('TestDemographics', test)}{measurements}{diagnoses}{''.join(waveforms)}</RestingECG>"
    )


def write_muse(folder: Path, text: str, name: str = "ecg.xml") -> Path:
    """Save the text as MUSE encodes it and return its path."""
    path = folder / name
    path.write_bytes(text.encode("iso-8859-1"))
    return path
