"""Philips Sierra XML files built from the published description: XLI, Base64 and plain, 1.03 and 1.04."""

from __future__ import annotations

import base64
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from inference.records import STANDARD_LEADS

Counts = npt.NDArray[np.int64]

FS_HZ = 500
MICROVOLTS = 5
N_ECG = 5000


def sierra_leads(seed: int = 3) -> Counts:
    """Twelve leads in counts of 5 µV, shape (12, 5000), halves rounded down as the device does it."""
    rng = np.random.default_rng(seed)
    seconds = np.arange(N_ECG) / FS_HZ
    beats = np.exp(-(((seconds % 0.8) - 0.4) ** 2) / 0.0004)
    rows = np.stack([(20 + 10 * lead) * beats + rng.normal(0, 2, N_ECG) for lead in range(12)])
    counts = np.round(rows).astype(np.int64)
    one, two = counts[0], counts[1]
    three = two - one
    counts[2:6] = three, -((one + two) // 2), (one - three) // 2, (two + three) // 2
    return counts


def with_pulse(counts: Counts, height: int = 1000 // MICROVOLTS) -> Counts:
    """The leads and their last second: 600 ms of ECG, then a flat line with the pulse of 200 ms in it."""
    last = np.zeros((len(counts), FS_HZ), dtype=np.int64)
    last[:, :300] = counts[:, -300:]
    last[:, 350:450] = height
    return np.concatenate([counts, last], axis=1)


def as_differences(counts: Counts) -> Counts:
    """III, aVR, aVL and aVF as what is left of them when I and II have foretold them."""
    one, two, three, avr, avl, avf = counts[:6]
    stored = counts.copy()
    stored[2:6] = (
        two - one - three,
        -avr - (one + two) // 2,
        (one - three) // 2 - avl,
        (two + three) // 2 - avf,
    )
    return stored


def xli(counts: Counts) -> bytes:
    """Each row as one XLI chunk."""
    return b"".join(_chunk([int(value) for value in row]) for row in counts)


def _chunk(samples: Sequence[int]) -> bytes:
    bends = [2 * samples[place - 1] - samples[place - 2] - samples[place] for place in range(2, len(samples))]
    words = [*samples[:2], *(bend + 64 for bend in bends[1:]), 64]
    high_bytes = bytes((word >> 8) & 0xFF for word in words)
    low_bytes = bytes(word & 0xFF for word in words)
    packed = _lzw(high_bytes + low_bytes)
    return struct.pack("<ihh", len(packed), 1, bends[0]) + packed


def _lzw(text: bytes) -> bytes:
    known = {bytes([value]): value for value in range(256)}
    codes, current = [], b""
    for value in text:
        longer = current + bytes([value])
        if longer in known:
            current = longer
            continue
        codes.append(known[current])
        if len(known) < 1023:
            known[longer] = len(known)
        current = bytes([value])
    bits = "".join(f"{code:010b}" for code in [*codes, known[current], 1023])
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def base64_lines(data: bytes) -> str:
    """Base64 broken into lines of 76, as the recorders write it."""
    text = base64.b64encode(data).decode()
    return "\n".join(text[place : place + 76] for place in range(0, len(text), 76))


def int16(counts: Counts) -> bytes:
    """The counts as little-endian 16-bit integers, one lead after the other."""
    return counts.astype("<i2").tobytes()


PATIENT = (
    "<generalpatientdata><patientid>P-7</patientid>"
    "<name><lastname>Muster</lastname><firstname>Änne</firstname><middlename>---</middlename></name>"
    '<age defaultage="50"><dateofbirth>1980-06-15</dateofbirth></age><sex>Female</sex></generalpatientdata>'
)
INTERPRETATION = (
    "<interpretation><globalmeasurements><heartrate>72</heartrate><print>160</print><qrsdur>90</qrsdur>"
    "<qtint>380</qtint><qtcb>416</qtcb><qrsfrontaxis>Indeterminate</qrsfrontaxis><tfrontaxis/>"
    '<qtco methodname="Hodges">401</qtco><qtco methodname="Framingham"/></globalmeasurements>'
    "<mdsignatureline>Unconfirmed Diagnosis</mdsignatureline><severity>- ABNORMAL ECG -</severity>"
    '<statement editedflag="False"><leftstatement>SINUS RHYTHM</leftstatement>'
    "<rightstatement>V-rate 50-99</rightstatement></statement>"
    '<statement editedflag="True"><leftstatement>Compared with last year</leftstatement><rightstatement/>'
    "</statement></interpretation>"
)


def beats_104(beats: Mapping[str, Counts], *, resolution: str = 'resolution="2.5"') -> str:
    """`repbeats` of 1.04 at 500 Hz."""
    items = "".join(
        f'<repbeat leadname="{name}"><qonset>100</qonset>'
        f'<waveform duration="{2 * len(counts)}">{base64_lines(int16(counts))}</waveform></repbeat>'
        for name, counts in beats.items()
    )
    return f'<repbeats dataencoding="Base64" samplespersec="500" {resolution}>{items}</repbeats>'


def sierra_104(
    samples: str,
    *,
    stored: str = 'dataencoding="Base64" compression="XLI"',
    leads: Sequence[str] = STANDARD_LEADS,
    duration_ms: int = 11000,
    resolution: str = "5",
    version: str = "1.04",
    patient: str = PATIENT,
    beats: str = "",
    encoding: str = "utf-16",
) -> str:
    """A file of 1.04 or later, whose samples carry their own description."""
    return (
        f'<?xml version="1.0" encoding="{encoding}"?>\n<restingecgdata xmlns="http://www3.medical.philips.com">'
        f"<documentinfo><documenttype>PhilipsECG</documenttype><documentversion>{version}</documentversion>"
        "</documentinfo><reportinfo><reportbandwidth><highpassfiltersetting>0.15</highpassfiltersetting>"
        "<lowpassfiltersetting>100</lowpassfiltersetting><notchfiltersetting>50</notchfiltersetting>"
        '</reportbandwidth></reportinfo><dataacquisition date="2020-03-01" time="10:15:30">'
        '<machine machineid="US7" detaildescription="Philips Medical Products:860306:B.01.02">PageWriter TC70'
        "</machine><signalcharacteristics><samplingrate>500</samplingrate><acquisitiontype>10-WIRE"
        f"</acquisitiontype></signalcharacteristics></dataacquisition><patient>{patient}</patient>"
        f"<interpretations>{INTERPRETATION}</interpretations><waveforms><parsedwaveforms {stored} "
        f'numberofleads="{len(leads)}" leadlabels="{" ".join(leads)}" durationperchannel="{duration_ms}" '
        f'samplespersecond="500" resolution="{resolution}" signaloffset="0" signalsigned="True" '
        'bitspersample="16" hipass="0.05" lowpass="150" notchfiltered="True" notchfilterfreqs="50">'
        f"{samples}</parsedwaveforms>{beats}</waveforms></restingecgdata>"
    )


def sierra_103(samples: str, beats: str = "") -> str:
    """A file of 1.03, whose samples are described only where their acquisition is."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<restingecgdata xmlns="http://www3.medical.philips.com">'
        "<documentinfo><documenttype>SierraECG</documenttype><documentversion>1.03</documentversion>"
        '</documentinfo><dataacquisition date="2011-12-01" time="07:27:34"><machine machineid="0001" '
        'detaildescription="">HeartstartMRx</machine><signalcharacteristics><samplingrate>500</samplingrate>'
        "<signalresolution>5</signalresolution><signalbandwidth>0.05-150</signalbandwidth>"
        "<acquisitiontype>STD-12</acquisitiontype><bitspersample>16</bitspersample>"
        "<signaloffset>0</signaloffset><signalsigned>True</signalsigned>"
        "<numberchannelsallocated>16</numberchannelsallocated></signalcharacteristics></dataacquisition>"
        "<patient><generalpatientdata><patientid>X1</patientid><name><lastname/><firstname/></name>"
        "<age><years>61</years></age><sex>Unknown</sex></generalpatientdata></patient>"
        "<measurements><globalmeasurements><meanventrate>41</meanventrate><meanprint>151</meanprint>"
        "<meanqrsdur>135</meanqrsdur><meanqtint>476</meanqtint><meanqtc>393</meanqtc></globalmeasurements>"
        '</measurements><waveforms><parsedwaveforms compressflag="True" compressmethod="XLI" '
        'dataencoding="Base64" durationperchannel="11000" nbitspersample="16">'
        f"{samples}</parsedwaveforms>{beats}</waveforms></restingecgdata>"
    )


def write_xml(folder: Path, text: str, *, encoding: str = "utf-16", name: str = "ecg.xml") -> Path:
    """Save the text and return its path."""
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path
