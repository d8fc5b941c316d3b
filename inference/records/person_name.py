"""A patient's name put together from the parts that files store."""

from __future__ import annotations


def person_name(family: str, given: str) -> str | None:
    """`Curie, Marie`; one part alone as it is, None for none. Runs of white space become one space."""
    parts = [" ".join(part.split()) for part in (family, given)]
    return ", ".join(part for part in parts if part) or None
