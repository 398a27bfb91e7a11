"""Made-up cases of three versions of an item, and the laws that hold for merging each.

The laws are stated by what is in the three files and in the result, not by how it was merged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from hypothesis import strategies as st

from kn.core.merge import markers
from kn.core.merge.files import Merged, merge_items
from kn.core.yaml.read import find_comments, read_yaml
from kn.core.yaml.write import write_field

ID = "dec-7k3m9qzt"
OUT = ("superseded", "retired")
_DEC = [f"dec-0000000{n}" for n in range(4)]
_TEXTS = ["One.", "Two: three.", "a #b", "Über\n\nzwei Zeilen", "no"]
_RAW: dict[str, list[Any]] = {
    "statement": _TEXTS[:3],
    "because": _TEXTS,
    "status": ["proposed", "accepted", "superseded", "retired"],
    "retired_because": _TEXTS[:2],
    "recorded": ["2026-01-01", "2026-02-02"],
    "valid_until": ["2027-01-01", "2027-02-02", "2027-03-03"],
    "document": ["docs/a.md", "docs/b.md"],
    "details": _TEXTS,
    "later_field": ["new", ["x", "y"], ["x"], {"k": "v"}, {"k": "w"}],
}
SINGLE = tuple(_RAW)
SETS: dict[str, list[str]] = {
    "supersedes": _DEC, "superseded_by": _DEC, "amends": _DEC, "relates": _DEC,
    "deciders": ["Ann", "Bob B.", "@c"],
}  # fmt: skip
_OPTIONS, _REASONS = ["token bucket", "none: at all", "queue"], ["", "bursts", "slow"]
_PATHS, _TAGS = ["src/a/**", "lib/*.py", "x"], ["api", "rate limit"]
_ANCHORS, _BLOBS = ["src/a.py", "src/b.py"], ["1a2b3c4d5e6f", "0000000aaaaa"]
_COMMITS, _QUOTES = ["4f2c1e9b7a", "aaaaaaa"], ["as said", "else: so"]
ORDER = (
    "id", "kind", "statement", "because", "rejected", "scope", "status", "retired_because",
    "supersedes", "superseded_by", "amends", "relates", "deciders", "evidence", "recorded",
    "valid_until", "verified", "document", "details", "later_field",
)  # fmt: skip

_REQUIRED = ("statement", "status", "recorded")


def _some(values: list[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(values), unique=True, max_size=3)


_REJECTED = st.dictionaries(st.sampled_from(_OPTIONS), st.sampled_from(_REASONS), max_size=3).map(
    lambda found: [{"option": o, "because": b} if b else {"option": o} for o, b in found.items()]
)
_SCOPE = st.tuples(_some(_PATHS), _some(_TAGS)).map(
    lambda s: {name: values for name, values in zip(("paths", "tags"), s, strict=True) if values}
)
_EVIDENCE = st.lists(
    st.builds(
        lambda c, q, n: {"commit": c, "quote": q, **({"source_tokens": n} if n else {})},
        st.sampled_from(_COMMITS), st.sampled_from(_QUOTES), st.sampled_from([0, 0, 77]),
    ), max_size=2, unique_by=repr,
)  # fmt: skip
_VERIFIED = st.none() | st.tuples(
    st.sampled_from(["2026-05-18", "2026-06-01"]),
    st.dictionaries(st.sampled_from(_ANCHORS), st.sampled_from(_BLOBS)),
).map(lambda v: {"on": v[0], "anchors": v[1]} if v[1] else {"on": v[0]})

VALUES: dict[str, st.SearchStrategy[Any]] = {
    **{name: st.sampled_from(pool if name in _REQUIRED else [None, *pool])
       for name, pool in _RAW.items()},
    **{name: _some(pool) for name, pool in SETS.items()},
    "rejected": _REJECTED, "scope": _SCOPE, "evidence": _EVIDENCE, "verified": _VERIFIED,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """Three versions of an item's file."""

    base: bytes
    ours: bytes
    theirs: bytes


def write(values: Mapping[str, Any], notes: Mapping[str, str], style: int) -> bytes:
    """A file as an author may have it.

    Args:
        values: Field -> value.
        notes: Field -> a comment above it; `=name` is one behind its value.
        style: Bits: 1 CRLF, 2 byte order mark, 4 no newline at the end, 8 lists in block style,
            16 another order.
    """
    rows = []
    names = [n for n in ORDER if n in values]
    for name in [*names[:2], *reversed(names[2:])] if style & 16 else names:
        value = values[name]
        if value in (None, [], {}):
            continue
        text = write_field(name, value)
        if style & 8 and isinstance(value, list) and all(isinstance(v, str) for v in value):
            rows_of = "".join(f"  - {v}\n" for v in value if ": " not in v and v[0] != "@")
            text = f"{name}:\n{rows_of}" if rows_of.count("\n") == len(value) else text
        if f"={name}" in notes and text.count("\n") == 1:
            text = f"{text[:-1]}  # {notes['=' + name]}\n"
        rows.append(f"# {notes[name]}\n{text}" if name in notes else text)
    whole = "".join(rows)
    whole = whole[:-1] if style & 4 else whole
    whole = whole.replace("\n", "\r\n") if style & 1 else whole
    if not whole:
        return b""
    return (("\ufeff" if style & 2 else "") + whole).encode()


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Three versions: a base, and what two people made of it."""
    base: dict[str, Any] = {"id": ID, "kind": "decision"}
    for name, values in VALUES.items():
        if name in _REQUIRED or draw(st.integers(0, 2)) == 0:
            base[name] = draw(values)
    touched = draw(st.lists(st.sampled_from(tuple(VALUES)), min_size=1, max_size=4))
    sides = [dict(base), dict(base)]
    for side in sides:
        mine = draw(st.lists(st.sampled_from(tuple(VALUES)), max_size=3))
        for name in dict.fromkeys((*touched, *mine)):
            side[name] = draw(VALUES[name])
    comments = draw(
        st.dictionaries(
            st.sampled_from(["statement", "status", "=statement", "=status", "=supersedes", "id"]),
            st.sampled_from(["why", "see Ann"]), max_size=2,
        )
    )  # fmt: skip
    styles = [0, 0, 0]
    notes = [comments, comments, comments]
    if draw(st.integers(0, 2)) == 0:
        styles = [draw(st.sampled_from([0, 1, 2, 4, 8, 11, 16])) for _ in range(3)]
        more = st.dictionaries(
            st.sampled_from(["recorded", "=recorded", "=because", "scope"]),
            st.sampled_from(["mine", "theirs"]), max_size=2,
        )  # fmt: skip
        notes = [comments, {**comments, **draw(more)}, {**comments, **draw(more)}]
    whole = [draw(st.sampled_from([base] * 15 + [{}])), *sides]
    return Case(*(write(v, n, s) for v, n, s in zip(whole, notes, styles, strict=True)))


def made_case(chance: Random) -> Case:
    """Three versions that all differ, without Hypothesis: for what takes a process each."""

    def some(values: list[str]) -> list[str]:
        return chance.sample(values, chance.randint(0, len(values)))

    def value(name: str) -> Any:
        match name:
            case "rejected":
                return [{"option": o, "because": chance.choice(["bursts", "slow"])}
                        for o in some(_OPTIONS)]  # fmt: skip
            case "scope":
                parts = {"paths": some(_PATHS), "tags": some(_TAGS)}
                return {part: values for part, values in parts.items() if values}
            case "evidence":
                return [{"commit": c, "quote": chance.choice(_QUOTES)} for c in some(_COMMITS)]
            case "verified":
                anchors = {path: chance.choice(_BLOBS) for path in some(_ANCHORS)}
                return {"on": chance.choice(["2026-05-18", "2026-06-01"]), "anchors": anchors}
        return some(SETS[name]) if name in SETS else chance.choice(_RAW[name])

    while True:
        base: dict[str, Any] = {"id": ID, "kind": "decision"}
        base |= {n: value(n) for n in VALUES if n in _REQUIRED or chance.random() < 0.4}
        sides = [dict(base), dict(base)]
        touched = chance.sample(tuple(VALUES), chance.randint(0, 2))
        for side in sides:
            for name in (*touched, *chance.sample(tuple(VALUES), chance.randint(0, 2))):
                taken = name in side and name not in _REQUIRED and chance.random() < 0.2
                side[name] = None if taken else value(name)
        style = chance.choice([0, 0, 0, 8])
        notes = {"scope": "why"} if chance.random() < 0.3 else {}
        base = {} if chance.random() < 0.08 else base
        case = Case(*(write(version, notes, style) for version in (base, *sides)))
        if len({case.base, case.ours, case.theirs}) == 3:
            return case


def atoms(name: str, value: Any) -> set[Any]:
    """What a field says, taken apart: what can be lost or come back by itself."""
    if value in (None, "", [], {}):
        return set()
    if name in SETS or name in ("who", "expertise", "follow_ups"):
        return set(value)
    if name in ("rejected", "evidence"):
        return {tuple(sorted((k, str(v)) for k, v in entry.items())) for entry in value}
    if name == "scope":
        return {(part, entry) for part, entries in value.items() for entry in entries}
    if name == "verified":
        return {("on", value["on"]), *value.get("anchors", {}).items()}
    return {repr(value).replace("\\n'", "'")}


def data(raw: bytes) -> dict[str, Any]:
    """The fields of a readable file."""
    if not raw.strip():
        return {}
    loaded = read_yaml(raw)
    assert not loaded.faults and isinstance(loaded.data, dict), (loaded.faults, raw)
    return {
        n: v.rstrip("\n") if isinstance(v, str) else v
        for n, v in loaded.data.items()
        if v not in (None, "", [], {})
    }


def marked_fields(merged: Merged) -> set[str]:
    """The fields that stand between markers in the file itself."""
    found = set()
    text = merged.data.decode().removeprefix("\ufeff").replace("\r\n", "\n")
    for piece in markers.split_hunks(text):
        if not isinstance(piece, str):
            found |= {*data(piece.ours.encode()), *data(piece.theirs.encode())}
    return found


def side_of(merged: Merged, side: str) -> bytes:
    """The result with one side of every conflict."""
    return markers.take_side(merged.data.decode(), side).encode()


def check(case: Case) -> Merged:
    """Merge, and hold the result against every law."""
    merged = merge_items(case.base, case.ours, case.theirs)
    assert merged is not None, "readable files are always merged by field"
    marked = check_result(case, merged.data)
    assert bool(marked) == bool(merged.conflicts), "markers stand there, or it is clean"
    check_twice(case, merged, marked)
    return merged


def check_result(case: Case, result: bytes) -> set[str]:
    """Hold a merged file against the laws that speak of it alone; the fields that are marked."""
    merged = Merged(result)
    marked = marked_fields(merged)
    base, ours, theirs = (data(raw) for raw in (case.base, case.ours, case.theirs))
    our, their = (data(side_of(merged, side)) for side in (markers.OURS, markers.THEIRS))
    for name in {*base, *ours, *theirs}:
        check_field(name, marked, [base, ours, theirs], [our, their])
    for fields in (our, their):
        assert set(fields) <= {*ours, *theirs}, "nothing is made up"
    if "status" not in marked and case.ours != case.base != case.theirs != case.ours:
        out = ours.get("status") in OUT or theirs.get("status") in OUT
        assert not out or our["status"] in OUT, "out of service stays out of service"
    check_comments(case, merged)
    return marked


def check_lines(case: Case, result: bytes) -> None:
    """The laws for a merge by lines, as git makes it where there is no kn."""
    base, ours, theirs = (_rows(raw) for raw in (case.base, case.ours, case.theirs))
    pieces = markers.split_hunks(result.decode())
    plain = _rows("".join(p for p in pieces if isinstance(p, str)).encode())
    whole = _rows(result)
    assert whole >= (ours | theirs) - base, "lost a line that a side put in"
    assert whole >= ours & theirs, "lost a line that both sides have"
    assert not plain & (base - (ours & theirs)), "brought back a line that a side took out"


def _rows(raw: bytes) -> set[str]:
    return set(raw.decode().replace("\r", "").replace("\ufeff", "").split("\n"))


def check_field(
    name: str, marked: set[str], versions: list[dict[str, Any]], results: list[dict[str, Any]]
) -> None:
    """The laws for one field."""
    base, ours, theirs = (v.get(name) for v in versions)
    our, their = (r.get(name) for r in results)
    if name in marked:
        assert (our, their) == (ours, theirs), f"{name}: both sides stand in the markers, whole"
        return
    assert our == their
    was, mine, yours, now = (atoms(name, v) for v in (base, ours, theirs, our))
    assert now >= (mine | yours) - was, f"{name}: lost what a side put in"
    assert now >= mine & yours, f"{name}: lost what both sides have"
    assert not now & (was - (mine & yours)), f"{name}: brought back what a side took out"
    assert now <= mine | yours, f"{name}: made up"
    if name in SINGLE:
        both_changed = ours != base and theirs != base and ours != theirs
        assert not both_changed, f"{name}: both sides differ, and nothing is marked"


def check_comments(case: Case, merged: Merged) -> None:
    """A comment that both sides have, or one of them added, is still there."""
    sides = [side_of(merged, side) for side in (markers.OURS, markers.THEIRS)]
    left = {c for raw in sides for c in find_comments(raw)}
    base, ours, theirs = (
        set(find_comments(r)) if r.strip() else set() for r in (case.base, case.ours, case.theirs)
    )
    assert left >= (ours & theirs) | ((ours | theirs) - base), "lost a comment"


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: atoms(name, value) for name, value in values.items()}


def check_twice(case: Case, merged: Merged, marked: set[str]) -> None:
    """It does not matter who merges whom, nor that it is merged again."""
    other = merge_items(case.base, case.theirs, case.ours)
    assert other is not None
    assert marked_fields(other) == marked, "the same is in conflict, whoever merges"
    ours = plain(data(side_of(merged, markers.OURS)))
    assert ours == plain(data(side_of(other, markers.THEIRS))), "commutes up to side"
    for side in (case.ours, case.theirs):
        assert merge_items(case.base, side, side) == Merged(side)
        assert merge_items(case.base, case.base, side) == Merged(side)
        assert merge_items(case.base, side, case.base) == Merged(side)
    if not marked:
        again = merge_items(case.base, merged.data, case.theirs)
        assert again is not None
        assert plain(data(again.data)) == plain(data(merged.data)), "merging again changes nothing"
        assert not again.conflicts
