"""What reading a YAML file gives: its values, where they stand, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

MAX_BYTES = 262_144
"""Largest item file (hazards 7.1)."""
NULLS = frozenset(("", "~", "null", "Null", "NULL"))
"""What stands for nothing where it is not quoted."""

Place = tuple[str | int, ...]
"""Where a value stands: `("rejected", 0, "option")`."""


class Fault(NamedTuple):  # `dataclass` takes a third of a millisecond a class
    """One thing that is wrong with a file, and where."""

    line: int
    place: str
    message: str
    severity: str = "error"
    """`error` makes the file unreadable; `warning` does not."""


class Loaded(NamedTuple):
    """A document as dicts, lists, texts and None, with the line on which each value begins."""

    data: Any
    lines: Mapping[Place, int]
    faults: tuple[Fault, ...] = ()


def show_place(place: Place) -> str:
    """As people write it.

    >>> show_place(("rejected", 0, "option"))
    'rejected[0].option'
    """
    text = ""
    for part in place:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
