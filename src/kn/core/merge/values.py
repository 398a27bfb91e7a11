"""Three values of one field -> one, or a conflict: nothing is guessed, nothing comes back.

What a side has put in is in the result or in conflict; what a side has taken out is not in the
result. A field that both sides changed to something else is a conflict, but for lists in which
order means nothing: those are joined, entry by entry.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from kn.core.schema import FIELDS, Shape

Fields = Mapping[str, Any]
"""The top of an item file as `kn.core.yaml.read` gives it."""


class _Conflict:
    """Both sides changed the field, and not to the same."""


CONFLICT: Final = _Conflict()
SHAPES: Mapping[str, Shape] = {field.name: field.shape for field in FIELDS}
STAMP = ("status", "retired_because", "superseded_by")
"""Fields that together say that an item is out of service: in conflict together, or not at all."""
_OUT = ("superseded", "retired")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the fields of three versions."""

    values: Mapping[str, Any]
    """Name -> value of every field that is left and is not in conflict."""
    conflicts: frozenset[str] = frozenset()


def settle(name: str, value: Any) -> Any:
    """A value without what means nothing: blanks, empty lists; None for what says nothing.

    A value that the field cannot have, and one of a field that this kn does not know, stays.
    """
    form = _FORMS.get(SHAPES.get(name, "unknown"))
    settled = form(value) if form else value
    return value if settled is CONFLICT else settled


def merge_fields(base: Fields, ours: Fields, theirs: Fields) -> Outcome:
    """Merge all fields of an item.

    An item that is out of service on one side does not come back: neither its status nor what
    it was superseded by goes, unless both sides took it away.
    """
    sides = [{n: settle(n, v) for n, v in side.items()} for side in (base, ours, theirs)]
    merged = {
        name: merge_field(name, *(side.get(name) for side in sides))
        for name in dict.fromkeys((*ours, *theirs, *base))
    }
    if merged.get("status") is CONFLICT or _comes_back(merged, sides[1:]):
        for name in STAMP:
            if sides[1].get(name) != sides[2].get(name):
                merged[name] = CONFLICT
    return Outcome(
        {n: v for n, v in merged.items() if v is not None and v is not CONFLICT},
        frozenset(n for n, v in merged.items() if v is CONFLICT),
    )


def comes_back(result: Fields, *sides: Fields) -> bool:
    """Whether an item that is out of service on one of the sides is in service in the result."""
    return _comes_back(
        {n: settle(n, result.get(n)) for n in STAMP},
        [{n: settle(n, side.get(n)) for n in STAMP} for side in sides],
    )


def _comes_back(result: Fields, sides: Sequence[Fields]) -> bool:
    def out(fields: Fields) -> bool:
        return fields.get("status") in _OUT or bool(fields.get("superseded_by"))

    marked = any(side.get("status") in _OUT for side in sides)
    if marked and result.get("status") not in _OUT:
        return True
    return any(out(side) for side in sides) and not out(result)


def merge_field(name: str, base: Any, ours: Any, theirs: Any) -> Any:
    """Merge one field of settled values; None is a field that is not there."""
    plain = _merge_whole(base, ours, theirs)
    shape = SHAPES.get(name)
    join = _JOINS.get(shape) if shape else None
    if plain is not CONFLICT or shape is None or join is None:
        return plain
    form = _FORMS[shape]
    if any(form(value) is CONFLICT for value in (base, ours, theirs)):
        return CONFLICT
    joined = join(base, ours, theirs)
    same = (side for side in (ours, theirs) if _unordered(side) == _unordered(joined))
    return joined if joined is CONFLICT else next(same, joined or None)


def say_same(name: str, one: Any, other: Any) -> bool:
    """Whether two settled values of a field mean the same, the order of a set apart."""
    return bool(one == other or (can_join(name) and _unordered(one) == _unordered(other)))


def can_join(name: str) -> bool:
    """Whether the field is one that two sides may both add to."""
    return SHAPES.get(name) in _JOINS


def _merge_whole(base: Any, ours: Any, theirs: Any) -> Any:
    if ours == theirs or base == theirs:
        return ours
    return theirs if base == ours else CONFLICT


def _unordered(value: Any) -> Any:
    """A value of which the order of its lists does not matter."""
    match value:
        case list():
            return sorted(repr(_unordered(entry)) for entry in value)
        case dict():
            return {name: _unordered(inner) for name, inner in value.items()}
    return value


def _join_sets(base: Any, ours: Any, theirs: Any) -> Any:
    base, ours, theirs = base or [], ours or [], theirs or []
    gone = [v for v in base if v not in ours or v not in theirs]
    return list(dict.fromkeys(v for v in (*ours, *theirs) if v not in gone))


def _join_maps(base: Any, ours: Any, theirs: Any) -> Any:
    base, ours, theirs = base or {}, ours or {}, theirs or {}
    joined = {
        key: _merge_whole(base.get(key), ours.get(key), theirs.get(key))
        for key in dict.fromkeys((*ours, *theirs))
    }
    if any(value is CONFLICT for value in joined.values()):
        return CONFLICT
    return {key: value for key, value in joined.items() if value is not None}


def _join_rejected(*lists: Any) -> Any:
    """Options by their name; the reason of one that both sides gave another is a conflict."""
    keyed = [{entry.get("option"): entry for entry in found or []} for found in lists]
    if any(len(k) != len(f or []) for k, f in zip(keyed, lists, strict=True)):
        return CONFLICT  # one option twice in a list: nobody knows which one was changed
    joined = _join_maps(*keyed)
    return joined if joined is CONFLICT else list(joined.values())


def _join_evidence(*lists: Any) -> Any:
    """Pieces of evidence as they are: one that both sides changed is there in both forms."""
    keyed = [{tuple(sorted(entry.items())): entry for entry in found or []} for found in lists]
    joined = _join_sets(*(list(known) for known in keyed))
    known = {key: entry for entries in keyed for key, entry in entries.items()}
    return [known[key] for key in joined]


def _join_scopes(base: Any, ours: Any, theirs: Any) -> Any:
    joined = {
        name: _join_sets(*((side or {}).get(name) for side in (base, ours, theirs)))
        for name in ("paths", "tags")
    }
    return {name: values for name, values in joined.items() if values}


def _join_verified(base: Any, ours: Any, theirs: Any) -> Any:
    if ours is None or theirs is None:  # taken out by one side, changed by the other
        return CONFLICT
    sides = (base or {}, ours, theirs)
    on = _merge_whole(*(side.get("on") for side in sides))
    anchors = _join_maps(*(side.get("anchors") for side in sides))
    if on is CONFLICT or on is None or anchors is CONFLICT:
        return CONFLICT
    return {"on": on, "anchors": anchors} if anchors else {"on": on}


def _line(value: Any) -> Any:
    if value is None:
        return None
    return " ".join(value.split()) or None if isinstance(value, str) else CONFLICT


def _text(value: Any) -> Any:
    if not isinstance(value, str):
        return None if value is None else CONFLICT
    rows = [row.rstrip() for row in value.split("\n")]
    while rows and not rows[-1]:
        rows.pop()
    while rows and not rows[0]:
        rows.pop(0)
    return ("\n".join(rows) if len(rows) > 1 else "".join(rows).strip()) or None


def _lines(value: Any) -> Any:
    if value is None:
        return None
    if not isinstance(value, list):
        return CONFLICT
    found = [_line(entry) for entry in value]
    if CONFLICT in found:
        return CONFLICT
    return [entry for entry in found if entry] or None


def _mapping(value: Any, forms: Mapping[str, Callable[[Any], Any]]) -> Any:
    """A mapping of no other keys than these."""
    if value is None:
        return None
    if not isinstance(value, dict) or not set(value) <= set(forms):
        return CONFLICT
    found = {name: form(value[name]) for name, form in forms.items() if name in value}
    if any(inner is CONFLICT for inner in found.values()):
        return CONFLICT
    return {name: inner for name, inner in found.items() if inner is not None} or None


def _anchors(value: Any) -> Any:
    if not isinstance(value, dict):
        return None if value is None else CONFLICT
    found = {path: _line(blob) for path, blob in value.items()}
    return CONFLICT if CONFLICT in found.values() or None in found.values() else found or None


def _entries(forms: Mapping[str, Callable[[Any], Any]]) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if not isinstance(value, list):
            return None if value is None else CONFLICT
        found = [_mapping(entry, forms) for entry in value]
        if any(entry is CONFLICT for entry in found):
            return CONFLICT
        return [entry for entry in found if entry is not None] or None

    return read


_PROOF: Mapping[str, Callable[[Any], Any]] = {
    "commit": _line, "session": _line, "document": _line, "blob": _line, "quote": _text,
    "source_tokens": _line,
}  # fmt: skip
_FORMS: Mapping[str, Callable[[Any], Any]] = {
    "id": _line, "line": _line, "date": _line, "choice": _line, "text": _text, "ids": _lines,
    "lines": _lines, "rejected": _entries({"option": _line, "because": _line}),
    "scope": lambda value: _mapping(value, {"paths": _lines, "tags": _lines}),
    "evidence": _entries(_PROOF),
    "verified": lambda value: _mapping(value, {"on": _line, "anchors": _anchors}),
}  # fmt: skip
"""Shape -> the value as its reader takes it (`kn.core.codec`); CONFLICT for what it refuses."""
_JOINS: Mapping[str, Callable[[Any, Any, Any], Any]] = {
    "ids": _join_sets, "lines": _join_sets, "rejected": _join_rejected, "scope": _join_scopes,
    "evidence": _join_evidence, "verified": _join_verified,
}  # fmt: skip
