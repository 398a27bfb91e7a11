"""What a merge lost: what one side said, and the result has as it was before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Fields = Mapping[str, Any]
"""An item as plain values (`kn.core.codec.plain_fields`); None where a tree has no such item."""

_OVER = ("superseded", "retired")


def find_lost(
    base: Fields | None, ours: Fields | None, theirs: Fields | None, merged: Fields | None
) -> Iterator[tuple[str, str]]:
    """What of either side is not in the result: the field, empty for the whole item, and how.

    A choice between two sides that both changed something is nobody's loss; that neither is
    there is.
    """
    sides = [side for side in (ours, theirs) if side is not None]
    deleted = base is not None and len(sides) == 1
    if merged is None:
        if sides and not deleted:
            yield "", "is gone, though both sides of the merge have it, or one had added it"
        return
    if deleted:
        if sides[0] == base and merged == base:
            yield "", "is back, though a side of the merge had deleted it"
        return
    before = base or {}
    for name in dict.fromkeys((*before, *(key for side in sides for key in side))):
        said = _lost(name, before.get(name), [s.get(name) for s in sides], merged.get(name))
        if said:
            yield name, said


def _lost(name: str, old: Any, sides: list[Any], new: Any) -> str:
    if name == "status":
        over = next((side for side in sides if side in _OVER), None)
        if over and new not in _OVER:
            return f"says {new!r}, though a side of the merge says {over!r}"
    if all(isinstance(value or [], list) for value in (old, new, *sides)):
        return _lost_entries(old or [], [side or [] for side in sides], new or [])
    if new == old and any(side != old for side in sides):
        return "is as it was before, though a side of the merge changed it"
    return ""


def _lost_entries(old: list[Any], sides: list[list[Any]], new: list[Any]) -> str:
    lacks = [v for side in sides for v in side if v not in old and v not in new]
    again = [v for v in old if v in new and any(v not in side for side in sides)]
    if lacks:
        return f"lacks {_show(lacks)}, which a side of the merge added"
    if again:
        return f"has {_show(again)} again, which a side of the merge had taken out"
    return ""


def _show(values: list[Any]) -> str:
    names = (str(v.get("option", "an entry")) if isinstance(v, dict) else str(v) for v in values)
    return ", ".join(dict.fromkeys(names))
