"""What the caller says of a file, which wins over what the file says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Given:
    """Rate in Hz, unit ("mV", "uV", "V") and one lead name per signal; None where the file is to say it."""

    fs_hz: float | None = None
    unit: str | None = None
    lead_order: tuple[str, ...] | None = None

    @property
    def is_empty(self) -> bool:
        return self == Given()

    @property
    def notes(self) -> tuple[str, ...]:
        """One sentence for the import report on each fact that was given by hand."""
        by_hand = (("rate", self.fs_hz), ("unit", self.unit), ("lead order", self.lead_order))
        return tuple(f"The {what} was given by hand." for what, value in by_hand if value is not None)

    @property
    def unused_notes(self) -> tuple[str, ...]:
        """One sentence on each fact given by hand, for formats whose files say it all themselves."""
        by_hand = (("rate", self.fs_hz), ("unit", self.unit), ("lead order", self.lead_order))
        return tuple(
            f"The {what} given by hand was not used: the file states its own."
            for what, value in by_hand
            if value is not None
        )
