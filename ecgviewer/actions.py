"""Every action of the window as data: what it is called, its key, and what it does in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from PySide6.QtGui import QKeySequence

from inference.labels import CONFIDENCES, Culprit

CULPRIT_NAMES: Final = {
    Culprit.LAD: "Left anterior descending artery",
    Culprit.RCA: "Right coronary artery",
    Culprit.LCX: "Left circumflex artery",
    Culprit.LM: "Left main artery",
    Culprit.UNKNOWN: "Culprit artery unknown",
}
Group = Literal["Records", "View", "Recordings of hours", "Reading", "Program"]
_HOURS: Final[Group] = "Recordings of hours"


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One action. `keys` are all its shortcuts in Qt's portable spelling, the shown one first."""

    id: str
    text: str
    keys: tuple[str, ...]
    tooltip: str
    group: Group
    series: str = ""
    """Actions of one series stand on one line of the sheet, under this text."""

    @property
    def all_keys(self) -> list[str]:
        """Every key as this platform writes it, without repetition (Return and Enter are one)."""
        native = QKeySequence.SequenceFormat.NativeText
        return list(dict.fromkeys(_PLAIN.get(key) or QKeySequence(key).toString(native) for key in self.keys))

    @property
    def shown_key(self) -> str:
        """The first key, '' where there is none."""
        return self.all_keys[0] if self.keys else ""

    @property
    def hint(self) -> str:
        """Tooltip with its key: 'Open the next record (Right)'."""
        return f"{self.tooltip} ({self.shown_key})" if self.keys else self.tooltip


_PLAIN: Final = {
    "Return": "Enter",
    "Right": "→",
    "Left": "←",
    "Down": "↓",
    "Up": "↑",
    "-": "−",
    "Shift+Right": "Shift+→",
    "Shift+Left": "Shift+←",
}

_CONFIDENCE: Final = tuple(
    ActionSpec(
        f"confidence_{n}",
        f"Confidence {n}",
        (f"Ctrl+{n}",),
        f"Confidence {n} of 5",
        "Reading",
        "Confidence, 1 to 5",
    )
    for n in CONFIDENCES
)
_CULPRIT: Final = tuple(
    ActionSpec(
        f"culprit_{culprit.name.lower()}",
        f"Culprit {culprit.value}",
        (f"Alt+{place}",),
        name,
        "Reading",
        "Culprit: LAD, RCA, LCx, LM, unknown",
    )
    for place, (culprit, name) in enumerate(CULPRIT_NAMES.items(), start=1)
)
ACTIONS: Final[tuple[ActionSpec, ...]] = (
    ActionSpec("open_folder", "Open folder…", ("Ctrl+O",), "Choose a folder of ECGs", "Records"),
    ActionSpec("open_file", "Open file…", ("Ctrl+Shift+O",), "Choose one ECG file", "Records"),
    ActionSpec(
        "open_demo", "Open demo library", (), "Open the synthetic ECGs that came with this", "Records"
    ),
    ActionSpec("next", "Next record", ("Right", "Down", "N", "PgDown"), "Open the next record", "Records"),
    ActionSpec(
        "previous", "Previous record", ("Left", "Up", "P", "PgUp"), "Open the previous record", "Records"
    ),
    ActionSpec("export", "Export…", ("Ctrl+E",), "Write ECGs to files for other programs", "Records"),
    ActionSpec("filter", "Filter the worklist", ("Ctrl+F",), "Find a record by name or state", "Records"),
    ActionSpec(
        "describe_table",
        "Describe this table…",
        ("T",),
        "Say rate, unit and leads of the open table",
        "Records",
    ),
    ActionSpec("refused", "Files not read…", (), "Files that could not be read, with the reason", "Records"),
    ActionSpec("layout", "Layout", ("L",), "Next layout: 3×4 + II, 6×2, 12×1", "View"),
    ActionSpec("speed", "Paper speed", ("V",), "Next paper speed: 25, 50, 12.5 mm/s", "View"),
    ActionSpec("gain", "Gain", ("G",), "Next gain: 10, 20, 5 mm/mV", "View"),
    ActionSpec("caliper", "Caliper", ("C",), "Measure time and voltage between two points", "View"),
    ActionSpec("saliency", "Saliency", ("S",), "Show what a model is sensitive to, under the traces", "View"),
    ActionSpec(
        "lead_shares",
        "Lead shares of the location model",
        ("W",),
        "Compute which leads its answer hangs on",
        "View",
    ),
    ActionSpec("beats", "Single beats", ("B",), "Show the beats behind the median beat", "View"),
    ActionSpec(
        "device_beat", "Device's median beat", ("K",), "Lay the device's own median beat over ours", "View"
    ),
    ActionSpec(
        "median_row", "Median beats", ("D",), "Show the median beats, or give their room to the paper", "View"
    ),
    ActionSpec("page", "Page or ECG", ("E",), "The page as opened, or the ECG digitised from it", "View"),
    ActionSpec("lead_areas", "Leads on the page", ("U",), "Outline where each lead lies on the page", "View"),
    ActionSpec("zoom_in", "Zoom in", ("+", "="), "Enlarge the paper", "View"),
    ActionSpec("zoom_out", "Zoom out", ("-",), "Shrink the paper", "View"),
    ActionSpec("reset_view", "Whole page", ("0",), "Show the whole page again", "View"),
    ActionSpec("theme", "Light or dark", ("Ctrl+T",), "Light room, dark room with dim or dark paper", "View"),
    ActionSpec(
        "previous_window",
        "Previous 10 s",
        ("Shift+Left", ","),
        "Show the ten seconds before these",
        _HOURS,
    ),
    ActionSpec(
        "next_window",
        "Next 10 s",
        ("Shift+Right", "."),
        "Show the ten seconds after these",
        _HOURS,
    ),
    ActionSpec("strip", "Rhythm strip", ("R",), "Open or close the rhythm strip", _HOURS),
    ActionSpec(
        "strip_leads", "One lead in the strip, or all", ("A",), "One lead in the rhythm strip, or all", _HOURS
    ),
    ActionSpec("long_lead", "Next lead", ("I",), "Next lead of the overview and the strip", _HOURS),
    ActionSpec(
        "scan",
        "Scan the recording",
        ("Shift+S",),
        "Ask the models about every ten seconds of the recording, or stop asking",
        _HOURS,
    ),
    ActionSpec(
        "scan_peak",
        "Highest probability of the scan",
        ("J",),
        "Go to the highest probability of the scan",
        _HOURS,
    ),
    ActionSpec("scan_model", "Next scan curve", ("Shift+M",), "Show another model's scan", _HOURS),
    ActionSpec(
        "read_long",
        "Read the whole recording",
        ("Shift+R",),
        "Stop reading the recording for its overview, or go on",
        _HOURS,
    ),
    ActionSpec("omi_yes", "OMI", ("1",), "Occlusion MI, in your judgement", "Reading"),
    ActionSpec("omi_no", "Not OMI", ("2",), "No occlusion MI, in your judgement", "Reading"),
    ActionSpec("omi_uncertain", "Uncertain", ("3",), "Cannot be decided from this ECG", "Reading"),
    *_CULPRIT,
    ActionSpec(
        "location", "Location", ("O",), "MI location, in the classes of the localization model", "Reading"
    ),
    *_CONFIDENCE,
    ActionSpec("sign_next", "Sign and next", ("Return", "Enter"), "Sign and open the next record", "Reading"),
    ActionSpec(
        "comment", "Write a comment", ("M",), "Put the cursor into the comment; Esc leaves it", "Reading"
    ),
    ActionSpec("history", "Earlier readings", ("H",), "Every reading of this record", "Reading"),
    ActionSpec("undo", "Undo", ("Ctrl+Z",), "Take the last change back", "Reading"),
    ActionSpec("redo", "Redo", ("Ctrl+Shift+Z", "Ctrl+Y"), "Make it again", "Reading"),
    ActionSpec("reader", "Reader name…", (), "Whose readings these are", "Reading"),
    ActionSpec(
        "retry_save", "Save again", ("Ctrl+S",), "Try again to save what could not be saved", "Reading"
    ),
    ActionSpec(
        "retrain",
        "Retrain on corrected labels…",
        (),
        "Make a new version of a model from your signed readings",
        "Program",
    ),
    ActionSpec("shortcuts", "Shortcuts", ("?",), "All keys on one sheet", "Program"),
    ActionSpec("notice", "About and notice", ("F1",), "What this program is, and what it is not", "Program"),
    ActionSpec("show_log", "Show log", (), "Open the folder of the log file", "Program"),
    ActionSpec("quit", "Quit", ("Ctrl+Q",), "Close the program; everything is already saved", "Program"),
)
BY_ID: Final = {spec.id: spec for spec in ACTIONS}


def hint(action_id: str) -> str:
    """The tooltip with its key of one action."""
    return BY_ID[action_id].hint


def key(action_id: str) -> str:
    """The key that an action's control shows on its face."""
    return BY_ID[action_id].shown_key


def key_series(first_id: str, last_id: str) -> str:
    """The keys of a series for its one caption: 'Alt+1–5'."""
    return f"{key(first_id)}–{key(last_id)[-1]}"


def by_group() -> dict[Group, list[ActionSpec]]:
    """Actions in their groups, in the table's order."""
    groups: dict[Group, list[ActionSpec]] = {}
    for spec in ACTIONS:
        groups.setdefault(spec.group, []).append(spec)
    return groups
