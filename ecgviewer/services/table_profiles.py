"""What the reader once said of tables that do not describe themselves, found again by their form."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inference.records.given import NOTHING_GIVEN, Given
from inference.whole_file import replace_file

if TYPE_CHECKING:
    from inference.records.errors import UndescribedTable
    from inference.records.record import Record

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TableFacts:
    """Rate in Hz, unit ("mV", "uV", "V") and one lead name per signal."""

    fs_hz: float
    unit: str
    lead_order: tuple[str, ...]


class TableProfiles:
    """Facts by the form of a table, kept in one small file; those of one file only for the session.

    The GUI thread adds, other threads look up: every change replaces a whole dictionary.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._by_form: dict[str, TableFacts] = {} if file is None else _loaded(file)
        self._by_path: dict[Path, TableFacts] = {}
        self._read: dict[Path, UndescribedTable] = {}

    def read(self, path: Path) -> Record:
        """`read_record`, with what was said of such a table; raises as `read_given` does."""
        return self.read_given(path)[0]

    def read_given(self, path: Path) -> tuple[Record, Given]:
        """The same with what of that was given to `read_record`: nothing for files that describe themselves.

        Raises RecordError as it does, and UndescribedError where it cannot be as it was said.
        """
        from inference.records import RecordError, read_record
        from inference.records.errors import UndescribedError

        try:
            record = read_record(path)
        except UndescribedError as error:
            facts = self.facts_for(error.table)
            if facts is None:
                raise
            table = error.table
        else:
            self._read.pop(path, None)
            return record, NOTHING_GIVEN
        self._read[path] = table
        given = Given(facts.fs_hz, facts.unit, facts.lead_order)
        try:
            record = read_record(path, fs_hz=given.fs_hz, unit=given.unit, lead_order=given.lead_order)
        except RecordError as error:
            # A slip of the hand would otherwise keep every such table from ever being read.
            raise UndescribedError(str(error), table) from error
        return record, given

    def table_at(self, path: Path) -> UndescribedTable | None:
        """The table that was read as the reader said, so that it can be said anew; None for other files."""
        return self._read.get(path)

    def facts_for(self, table: UndescribedTable) -> TableFacts | None:
        """What was said of this file, else of tables of its form; None where nothing was."""
        return self._by_path.get(table.path) or self._by_form.get(table.form)

    def describe(self, table: UndescribedTable, facts: TableFacts, *, for_its_form: bool) -> str:
        """Take over what the reader says; returns the sentence why it cannot be kept, '' where it is."""
        if not for_its_form:
            self._by_path = self._by_path | {table.path: facts}
            return ""
        self._by_path = {path: said for path, said in self._by_path.items() if path != table.path}
        self._by_form = self._by_form | {table.form: facts}
        if self._file is None:
            return ""
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            kept = {form: asdict(facts) for form, facts in self._by_form.items()}
            replace_file(self._file, json.dumps(kept, indent=2, ensure_ascii=False))
        except OSError as error:
            return f"The description cannot be kept for the next time ({error.strerror or error})."
        return ""


def _loaded(file: Path) -> dict[str, TableFacts]:
    """The facts kept at `file`; what is missing or broken there is left out, with a log line."""
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        return {str(form): _facts(values) for form, values in kept.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        _log.warning("The descriptions of tables in %s cannot be read (%s); none is used.", file, error)
        return {}


def _facts(values: dict[str, Any]) -> TableFacts:
    return TableFacts(float(values["fs_hz"]), str(values["unit"]), tuple(map(str, values["lead_order"])))
