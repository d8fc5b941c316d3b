"""The import report in words."""

from __future__ import annotations

from typing import Final

from inference.records.record import EINTHOVEN_LIMIT_MV, ImportReport, Patient

DIGITISED: Final = "digitised"
"""The word that stands beside every ECG whose samples were measured from a picture."""


def headline(report: ImportReport) -> tuple[str, bool]:
    """Format and the gravest thing in one line, and whether the reader should be careful."""
    if report.breaks_einthoven:
        return f"{report.format} · Einthoven check failed", True
    if report.digitised:
        return f"{report.format} · {DIGITISED}", True
    if report.failed:
        return f"{report.format} · {report.failed[0]}", True
    count = len(report.assumed)
    if count:
        return f"{report.format} · {count} {'assumption' if count == 1 else 'assumptions'}", False
    return f"{report.format} · nothing assumed", False


def report_sections(report: ImportReport) -> list[tuple[str, list[str]]]:
    """The report's sentences by kind, in the order in which a reader wants them; no empty kinds."""
    failed, passed = _einthoven(report)
    sections = [
        ("Failed", [*failed, *report.failed]),
        ("Digitised", [_DIGITISED_SENTENCE] if report.digitised else []),
        ("Assumed", list(report.assumed)),
        ("Missing", [f"{', '.join(report.missing_leads)}."] if report.missing_leads else []),
        ("Derived from other limb leads", _listed(report.derived_leads)),
        ("Scaled", list(report.scaled)),
        ("Resampled", list(report.resampled)),
        ("Checked", [*report.checks, *passed]),
        ("Read", [f"Format: {report.format}.", *report.read]),
    ]
    return [(kind, texts) for kind, texts in sections if texts]


def patient_sentences(patient: Patient) -> list[str]:
    """Who the file says it is of: on screen only, never stored with a reading."""
    said = [
        f"Name: {patient.name}." if patient.name else "",
        f"Number: {patient.patient_id}." if patient.patient_id else "",
        f"Born {patient.birth_date:%Y-%m-%d}." if patient.birth_date else "",
    ]
    return [sentence for sentence in said if sentence]


_DIGITISED_SENTENCE: Final = (
    "The samples were measured from a picture of the ECG. Fine detail is lost, and the models were not "
    "trained on such signals."
)


def _listed(leads: tuple[str, ...]) -> list[str]:
    return [f"{', '.join(leads)}."] if leads else []


def _einthoven(report: ImportReport) -> tuple[list[str], list[str]]:
    residual_mv = report.einthoven_residual_mv
    if residual_mv is None:
        return [], []
    if report.breaks_einthoven:
        return [
            f"Einthoven check FAILED: II differs from I + III by up to {residual_mv:.3f} mV "
            f"(limit {EINTHOVEN_LIMIT_MV:g} mV)."
        ], []
    return [], [f"Einthoven check: II = I + III within {residual_mv:.3f} mV."]
