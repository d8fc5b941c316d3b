"""What the caller says of a file, which wins over what the file says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from inference.records.errors import RecordError
from inference.records.leads import KNOWN_LEADS, read_lead_name


@dataclass(frozen=True, slots=True)
class Given:
    """Rate in Hz, unit ("mV", "uV", "V") and one lead name per signal; None where the file is to say it."""

    fs_hz: float | None = None
    unit: str | None = None
    lead_order: tuple[str, ...] | None = None

    @property
    def is_empty(self) -> bool:
        return self == NOTHING_GIVEN

    @property
    def order(self) -> tuple[str, ...] | None:
        """`lead_order`. Raises RecordError where it names one lead twice."""
        if self.lead_order and (twice := named_twice(self.lead_order)):
            raise RecordError(f"The lead order names {', '.join(twice)} twice: give each lead once.")
        return self.lead_order

    def names(self, written: Sequence[str], what: str) -> tuple[str, ...]:
        """One name per `what` ("signal", "channel") of the file: those given by hand, else those `written`.

        Raises RecordError where more or fewer are given than the file has, or one lead for two of them.
        """
        order = self.order
        if order is None:
            return tuple(written)
        if len(order) != len(written):
            raise RecordError(
                f"The lead order names {len(order)} leads and the file holds {len(written)}: "
                f"give one name per {what}."
            )
        return order

    @property
    def notes(self) -> tuple[str, ...]:
        """One sentence for the import report on each fact that was given by hand."""
        return tuple(f"The {what} was given by hand." for what in self._by_hand)

    @property
    def unused_notes(self) -> tuple[str, ...]:
        """One sentence on each fact given by hand, for formats whose files say it all themselves."""
        return tuple(
            f"The {what} given by hand was not used: the file states its own." for what in self._by_hand
        )

    @property
    def _by_hand(self) -> tuple[str, ...]:
        facts = (("rate", self.fs_hz), ("unit", self.unit), ("lead order", self.lead_order))
        return tuple(what for what, value in facts if value is not None)


def named_twice(names: Sequence[str]) -> tuple[str, ...]:
    """The leads that two or more of these names mean; names of no known lead may recur."""
    found = Counter(read_lead_name(name).name for name in names)
    return tuple(name for name, n in found.items() if n > 1 and name in KNOWN_LEADS)


NOTHING_GIVEN: Final = Given()
