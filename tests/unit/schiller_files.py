"""Small Schiller XML files for tests, with the elements of an AT-10 recorder's file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from inference.records import STANDARD_LEADS

_ROOT = "com.xiriuz.sema.xml.schillerEDI.SchillerEDI"


def waves(
    rows: npt.NDArray[np.int16],
    names: Sequence[str] = STANDARD_LEADS,
    *,
    kind: str = "ECG_RHYTHMS",
    rate: str = "<exponent>1</exponent><value>500</value>",
    scale: str = "<unitperbit>1.0</unitperbit><units>UV</units>",
    datastype: str = "COMMASEPARATE",
    measured: str = "",
) -> str:
    """One block of leads; `measured` goes into each channel."""
    channels = "".join(
        f"<channel>{measured}<name>{name.upper()}</name><data>{','.join(map(str, row))},</data>"
        f"<datastype>{datastype}</datastype><samplecount>{len(row)}</samplecount></channel>"
        for name, row in zip(names, rows, strict=True)
    )
    resolution = f"<resolution><samplerate>{rate}</samplerate><yres>{scale}</yres></resolution>"
    return f"<wavedata><type>{kind}</type>{resolution}{channels}</wavedata>"


def pair(element: str, name: str, value: str) -> str:
    """An element with a name and a value."""
    return f"<{element}><name>{name}</name><value>{value}</value></{element}>"


def write_schiller(
    path: Path, event: str, *, patient: str = "", date: str = "20240229", time: str = "131415250"
) -> Path:
    """A whole document."""
    path.write_text(
        f'<?xml version="1.0"?>\n<{_ROOT}><patdata>{patient}</patdata><examdescript>'
        f"<startdatetime><date>{date}</date><time>{time}</time></startdatetime></examdescript>"
        f"<eventdata><event>{event}</event></eventdata></{_ROOT}>",
        encoding="utf-8",
    )
    return path
