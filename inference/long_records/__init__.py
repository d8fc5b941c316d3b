"""Recordings of hours: only what is looked at is read."""

from inference.long_records.long_record import LongRecord
from inference.long_records.opening import LONG_S, open_long
from inference.long_records.pyramid import Pyramid, build

__all__ = ["LONG_S", "LongRecord", "Pyramid", "build", "open_long"]
