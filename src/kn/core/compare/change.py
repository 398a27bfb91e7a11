"""What happened to each item between two trees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Sort = Literal["added", "changed", "superseded", "amended", "retired", "removed", "renamed"]
SORTS: tuple[Sort, ...] = (
    "added", "superseded", "amended", "changed", "retired", "removed", "renamed",
)  # fmt: skip
"""In the order in which they are told."""


@dataclass(frozen=True, slots=True)
class Version:
    """An item as one tree has it."""

    path: str
    fields: Mapping[str, Any]
    """As `kn.core.codec.plain_fields` gives them."""

    @property
    def id(self) -> str:
        return str(self.fields.get("id", ""))

    def names(self, field: str) -> list[str]:
        """The ids that a field of links holds."""
        return [str(i) for i in self.fields.get(field) or ()]


@dataclass(frozen=True, slots=True)
class Change:
    """One item's change; `fields` has before and after, None where there was or is nothing."""

    id: str
    kind: str
    change: Sort
    path: str
    statement: str
    fields: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    by: tuple[str, ...] = ()
    """Of what is superseded or amended: the items that do it, where the change says so."""
    was: str = ""
    """The path before, where it is another one."""
    again: bool = False
    """Of what is superseded: it was so before, by something else."""

    def to_json(self) -> dict[str, Any]:
        """The shape of `kn diff --json` and `kn review --json`."""
        return {
            "id": self.id,
            "kind": self.kind,
            "change": self.change,
            "path": self.path,
            "statement": self.statement,
            "fields": {name: [before, after] for name, (before, after) in self.fields.items()},
            "by": list(self.by),
            "was": self.was,
        }


def compare(
    before: Iterable[Version], after: Iterable[Version], untouched: Mapping[str, Version]
) -> list[Change]:
    """What happened to each item.

    Args:
        before: The items of the files that differ, as they were.
        after: The same as they are; a file that only one side has is on that side alone.
        untouched: Items by id whose files are the same: what a new item supersedes or amends is
            told too, though its file may say nothing of it.

    Returns:
        One change an item, in the order of `SORTS`, then of ids. An id that several files have
        is paired by path first.
    """
    pairs = _pair(list(before), list(after))
    newer: dict[Sort, dict[str, list[str]]] = {
        "superseded": _links(pairs, "supersedes"), "amended": _links(pairs, "amends"),
    }  # fmt: skip
    changes = [_tell(old, new, newer) for old, new in pairs]
    told = {c.id for c in changes}
    for sort, links in newer.items():
        for older, by in links.items():
            if older in untouched and older not in told:
                told.add(older)
                version = untouched[older]
                again = version.fields.get("status") == "superseded"
                changes.append(_make(version, sort, {}, tuple(by), "", again))
    return sorted(changes, key=lambda c: (SORTS.index(c.change), c.id, c.path))


Pair = tuple[Version | None, Version | None]


def _pair(before: Sequence[Version], after: Sequence[Version]) -> list[Pair]:
    """Each old version with the new one of the same item: at its path, else anywhere."""
    left = {(v.id, v.path): v for v in before}
    pairs: list[Pair] = []
    rest: list[Version] = []
    for new in after:
        same = left.pop((new.id, new.path), None)
        if same is not None:
            pairs.append((same, new))
        else:
            rest.append(new)
    for new in rest:
        key = next((k for k in left if k[0] == new.id), None)
        pairs.append((left.pop(key) if key else None, new))
    return pairs + [(old, None) for old in left.values()]


def _links(pairs: Iterable[Pair], name: str) -> dict[str, list[str]]:
    """Older id -> the items that name it in this field now, and did not before."""
    found: dict[str, list[str]] = {}
    for old, new in pairs:
        if new is not None and new.fields.get("status") != "proposed":
            counted = old is not None and old.fields.get("status") != "proposed"
            known = set(old.names(name)) if old is not None and counted else set()
            for older in new.names(name):
                if older not in known and older != new.id:
                    found.setdefault(older, []).append(new.id)
    return found


def _tell(
    old: Version | None, new: Version | None, newer: Mapping[Sort, Mapping[str, Sequence[str]]]
) -> Change:
    if new is None:
        assert old is not None
        return _make(old, "removed", {n: (v, None) for n, v in old.fields.items()}, (), "")
    fields = _differences(old.fields if old else {}, new.fields)
    by = tuple(newer["superseded"].get(new.id, ()))
    if old is None:
        return _make(new, "added", fields, by, "")
    was = old.path if old.path != new.path else ""
    status = new.fields.get("status") if "status" in fields else None
    if by or status == "superseded":
        by = by or tuple(new.names("superseded_by"))
        again = old.fields.get("status") == "superseded"
        return _make(new, "superseded", fields, by, was, again)
    if status == "retired":
        return _make(new, "retired", fields, (), was)
    if amended := tuple(newer["amended"].get(new.id, ())):
        return _make(new, "amended", fields, amended, was)
    return _make(new, "renamed" if was and not fields else "changed", fields, (), was)


def _differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    names = [*new, *(n for n in old if n not in new)]
    return {n: (old.get(n), new.get(n)) for n in names if old.get(n) != new.get(n)}


def _make(
    version: Version, sort: Sort, fields: Mapping[str, tuple[Any, Any]], by: tuple[str, ...],
    was: str, again: bool = False,
) -> Change:  # fmt: skip
    about = version.fields
    return Change(
        version.id, str(about.get("kind", "")), sort, version.path, str(about.get("statement", "")),
        fields, by, was, again,
    )  # fmt: skip
