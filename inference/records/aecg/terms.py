"""Terms of ISO/IEEE 11073-10101 that aECG annotations use, in the words of the field."""

from __future__ import annotations

from typing import Final

_TERMS: Final = {
    "MDC_ECG_HEART_RATE": "Heart rate",
    "MDC_ECG_HEART_RATE_ATRIAL": "Atrial rate",
    "MDC_ECG_TIME_PD_RR": "RR interval",
    "MDC_ECG_TIME_PD_PP": "PP interval",
    "MDC_ECG_TIME_PD_P": "P duration",
    "MDC_ECG_TIME_PD_PR": "PR interval",
    "MDC_ECG_TIME_PD_PQ": "PQ interval",
    "MDC_ECG_TIME_PD_QRS": "QRS duration",
    "MDC_ECG_TIME_PD_QT": "QT interval",
    "MDC_ECG_TIME_PD_QTC": "QTc interval",
    "MDC_ECG_TIME_PD_QTCB": "QTc interval (Bazett)",
    "MDC_ECG_TIME_PD_QTCF": "QTc interval (Fridericia)",
    "MDC_ECG_ANGLE_P_FRONT": "P axis",
    "MDC_ECG_ANGLE_QRS_FRONT": "QRS axis",
    "MDC_ECG_ANGLE_T_FRONT": "T axis",
    "MDC_ECG_WAVC_PWAVE": "P wave",
    "MDC_ECG_WAVC_QRSWAVE": "QRS complex",
    "MDC_ECG_WAVC_TWAVE": "T wave",
    "MDC_ECG_WAVC_QRSTWAVE": "QRS and T wave",
    "MDC_ECG_RHY_SINUS_RHY": "Sinus rhythm",
}


def in_words(code: str, display_name: str = "") -> str:
    """What a term is called: in our words, else in the file's, else the code itself."""
    plain = code.strip().upper().removesuffix("_GL")
    return _TERMS.get(plain) or display_name.strip() or code.strip()
