"""Three versions of an item's file -> one: field by field, with what is in conflict marked.

A field keeps the lines of the side that it came from; only a list that was joined is written anew.
The result is proved before it is given out: with our side of every conflict it reads as all that
merging gave and our values, and the same with theirs. What can't be proved is not merged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kn.core.merge import markers
from kn.core.merge.values import Outcome, comes_back, merge_fields, say_same, settle
from kn.core.schema import FIELDS
from kn.core.yaml.read import find_comments, read_yaml
from kn.core.yaml.splice import Part, divide_fields, exchange_value

_ORDER = {field.name: at for at, field in enumerate(FIELDS)}
_WHOLE = ("id", "kind")
"""Where these are in conflict the two sides are different items, and nothing of them is mixed."""
_NOTHING = b"\xef\xbb\xbf \t\r\n"
"""A file of these bytes alone is empty; the first three are a byte order mark."""


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged file, and the fields in it that stand between markers."""

    data: bytes
    conflicts: tuple[str, ...] = ()


Style = tuple[str, str, bool]
"""Of a file: byte order mark, line break, and whether the last line ends with one."""


@dataclass(frozen=True, slots=True)
class Side:
    """One version: its fields as lines and as values."""

    head: str = ""
    parts: Mapping[str, Part] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    comments: tuple[str, ...] = ()
    style: Style = ("", "\n", True)

    def body(self, name: str) -> str:
        part = self.parts.get(name)
        return part.body if part else ""

    def tail(self, name: str) -> str:
        part = self.parts.get(name)
        return part.tail if part else ""


def merge_items(base: bytes, ours: bytes, theirs: bytes, size: int = markers.SIZE) -> Merged | None:
    """Merge two versions of an item.

    Args:
        base: What both come from; empty when both sides added the file.
        ours: Our version.
        theirs: Theirs.
        size: Length of a conflict marker.

    Returns:
        The file, in which both sides of each conflict stand between markers; None when one of
        the three is not readable, or is laid out so that its fields can't be told apart.
    """
    if ours == theirs or theirs == base:
        return Merged(ours)
    if ours == base:
        return Merged(theirs)
    sides = [read_side(raw) for raw in (base, ours, theirs)]
    if any(side is None for side in sides):
        return None
    old, our, their = (side for side in sides if side is not None)
    outcome = merge_fields(old.values, our.values, their.values)
    if outcome.conflicts.intersection(_WHOLE):
        return Merged(markers.mark_bytes(ours, theirs, size), tuple(sorted(outcome.conflicts)))
    texts = {name: _lines_of(name, outcome, old, our, their) for name in field_names(our, their)}
    marked = {name for name, text in texts.items() if text is None}
    text = assemble(texts, old, our, their, size)
    if not _proves(text, outcome, marked, old, our, their):
        return None
    order = [name for name in texts if name in marked]
    return Merged(_styled(text, old.style, our.style, their.style), tuple(order))


def falls_back(result: bytes, ours: bytes, theirs: bytes) -> bool:
    """Whether the result has an item in service that one of the sides has not (promise 4).

    For results that another merge made; a side that is not readable says nothing.
    """
    merged, *sides = (read_yaml(raw) for raw in (result, ours, theirs))
    told = [s.data for s in sides if not s.faults and isinstance(s.data, dict)]
    return isinstance(merged.data, dict) and comes_back(merged.data, *told)


def read_side(raw: bytes) -> Side | None:
    """A version taken apart; None when it is not readable, or its fields can't be told apart."""
    if not raw.strip(_NOTHING):
        return Side()
    loaded = read_yaml(raw)
    if loaded.faults or not isinstance(loaded.data, dict):
        return None
    text = raw.decode("utf-8")
    bom = "\ufeff" if text.startswith("\ufeff") else ""
    newline = "\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n"
    text = text.removeprefix(bom).replace("\r\n", "\n")
    style = (bom, newline, text.endswith("\n"))
    head, parts = divide_fields(text if style[2] else text + "\n")
    if parts is None or [part.name for part in parts] != list(loaded.data):
        return None
    comments = tuple(find_comments(raw)) if "#" in text else ()
    return Side(head, {part.name: part for part in parts}, loaded.data, comments, style)


def field_names(ours: Side, theirs: Side) -> list[str]:
    """All fields of both sides: ours as they stand, each of theirs where it belongs among them."""
    names = list(ours.parts)
    before = ""
    for name in theirs.parts:
        if name not in names:
            names.insert(_place(name, before, names), name)
        before = name
    return names


def _place(name: str, before: str, names: Sequence[str]) -> int:
    if name not in _ORDER:
        return names.index(before) + 1 if before else 0
    above = [
        at for at, n in enumerate(names, 1) if _ORDER.get(n, len(_ORDER)) < _ORDER[name]
    ]  # fmt: skip
    return max(above, default=0)


def _lines_of(name: str, outcome: Outcome, old: Side, our: Side, their: Side) -> str | None:
    """The lines of a field in the result; None when both sides have to be shown."""
    if name in outcome.conflicts:
        return None
    bodies = [side.body(name) for side in (old, our, their)]
    if bodies[1] == bodies[2] or bodies[0] == bodies[2]:
        lines = bodies[1]
    elif bodies[0] == bodies[1]:
        lines = bodies[2]
    else:
        needed = _needed(*map(_comments_of, bodies))
        choice = _choices(name, outcome.values.get(name), our, their)
        fitting = (lines for lines in choice if not needed - Counter(_comments_of(lines)))
        found = next(fitting, None)
        if found is None:
            return None
        lines = found
    said = settle(name, _value_of(lines).get(name))
    return lines if say_same(name, said, outcome.values.get(name)) else None


def _choices(name: str, value: Any, our: Side, their: Side) -> list[str]:
    """Lines that say the value: ours, theirs, or new ones."""
    sides = [
        side for side in (our, their) if say_same(name, settle(name, side.values.get(name)), value)
    ]
    if sides:
        return [side.body(name) for side in sides]
    parts = (side.parts[name] for side in (our, their) if name in side.parts)
    return [exchange_lines(part, value) for part in parts]


def exchange_lines(part: Part, value: Any) -> str:
    """The lines of a field with another settled value."""
    return exchange_value(part, _written(value), "\n")


def _written(value: Any) -> Any:
    """A value as it is written: of an item's numbers only this one is no text."""
    match value:
        case list():
            return [_written(entry) for entry in value]
        case {"source_tokens": str(number)} if number.isdecimal():
            return {**value, "source_tokens": int(number)}
    return value


def _value_of(lines: str) -> Mapping[str, Any]:
    if not lines:
        return {}
    loaded = read_yaml(lines.encode("utf-8"))
    return loaded.data if not loaded.faults and isinstance(loaded.data, dict) else {}


def _comments_of(text: str) -> list[str]:
    return find_comments(text.encode("utf-8")) if "#" in text else []


def _needed(base: Iterable[str], ours: Iterable[str], theirs: Iterable[str]) -> Counter[str]:
    """How often each comment has to be in the result: what a side added, and neither took out."""
    counts = [Counter(found) for found in (base, ours, theirs)]
    needed: Counter[str] = Counter()
    for comment in counts[1] | counts[2]:
        before, mine, other = (count[comment] for count in counts)
        most, least = max(mine, other), min(mine, other)
        needed[comment] = most if least >= before else max(least + most - before, 0)
        if most < before:
            needed[comment] = least
    return +needed


def assemble(texts: Mapping[str, str | None], old: Side, our: Side, their: Side, size: int) -> str:
    """The lines of all fields, with what stands between them; None is a field to be marked."""
    left = _count_notes(our) | _count_notes(their)
    written = [_once(_join_notes(old.head, our.head, their.head), left)]
    for name, text in texts.items():
        if text is None:
            text = markers.mark(our.body(name), their.body(name), size)
        notes = _join_notes(old.tail(name), our.tail(name), their.tail(name))
        written += [text, _once(notes, left)]
    return "".join(written)


def _join_notes(base: str, ours: str, theirs: str) -> str:
    """Blank lines and comments between fields: ours, and those that only they have put in."""
    if ours == theirs or base == theirs:
        return ours
    if base == ours:
        return theirs
    old, our, their = (text.splitlines(keepends=True) for text in (base, ours, theirs))
    kept = [row for row in our if not row.strip() or row not in old or row in their]
    return "".join((*kept, *(r for r in their if r.strip() and r not in old and r not in our)))


def _count_notes(side: Side) -> Counter[str]:
    tails = (part.tail for part in side.parts.values())
    rows = "".join((side.head, *tails)).split("\n")
    return Counter(row for row in rows if row.strip())


def _once(notes: str, left: Counter[str]) -> str:
    """Without lines that stand elsewhere already: the field above a comment may have changed."""
    kept = []
    for row in notes.splitlines(keepends=True):
        if row.strip():
            if not left[row.rstrip("\n")]:
                continue
            left[row.rstrip("\n")] -= 1
        kept.append(row)
    return "".join(kept)


def _proves(
    text: str, outcome: Outcome, marked: set[str], old: Side, our: Side, their: Side
) -> bool:
    """Whether the text holds what merging gave, and both sides of the rest."""
    found: Counter[str] = Counter()
    for side, name in ((our, markers.OURS), (their, markers.THEIRS)):
        chosen = markers.take_side(text, name).encode("utf-8")
        loaded = read_yaml(chosen)
        if loaded.faults or not isinstance(loaded.data, dict):
            return False
        wanted = {n: v for n, v in outcome.values.items() if n not in marked}
        wanted |= {n: settle(n, side.values.get(n)) for n in marked}
        told = {n: settle(n, v) for n, v in loaded.data.items()}
        if not all(say_same(n, told.get(n), wanted.get(n)) for n in {*told, *wanted}):
            return False
        found |= Counter(_comments_of(chosen.decode("utf-8")))
    return not _needed(old.comments, our.comments, their.comments) - found


def _styled(text: str, base: Style, ours: Style, theirs: Style) -> bytes:
    bom, newline, ended = (
        their if old == our else our for old, our, their in zip(base, ours, theirs, strict=True)
    )
    return style_as(text, (str(bom), str(newline), bool(ended)))


def style_as(text: str, style: Style) -> bytes:
    """The text as the bytes of a file with that mark, those line breaks and that end."""
    bom, newline, ended = style
    if not ended and not text.endswith(f" {markers.THEIRS}\n"):
        text = text.removesuffix("\n")
    return (f"{bom}{text}" if newline == "\n" else f"{bom}{text}".replace("\n", "\r\n")).encode()
