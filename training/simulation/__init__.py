"""The synthetic demo library, with planted truth."""
