"""The one table of kinds and fields.

It validates, and the JSON Schema, the documentation, the templates of `kn add` and the options
of the command line are made from it. A team's own kinds (`.knowledge/kinds/*.yaml`) extend it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Literal, NamedTuple

from kn.core.model import STATUSES
from kn.core.yaml.loaded import Fault

FORMAT = 1
"""Version of the item format; a repository with a higher one is read-only for this kn."""

Shape = Literal[
    "id", "ids", "line", "lines", "text", "date", "choice",
    "rejected", "scope", "evidence", "verified",
]  # fmt: skip
SIMPLE_SHAPES: tuple[Shape, ...] = ("line", "lines", "text", "date")
"""What a team's own kind may ask for."""


class Field(NamedTuple):
    """One field: what it holds, who has it, and the sentence that explains it."""

    name: str
    shape: Shape
    doc: str
    kinds: tuple[str, ...] = ()
    """The kinds that have it; empty for all."""
    required: bool = False
    choices: tuple[str, ...] = ()


class Kind(NamedTuple):
    """A kind of item: its name, the prefix of its ids, its folder, and when to use it."""

    name: str
    prefix: str
    folder: str
    doc: str
    own: tuple[Field, ...] = ()
    """Fields that only a team's own kind has; built-in kinds have theirs in `FIELDS`."""


BUILT_IN: tuple[Kind, ...] = (
    Kind("decision", "dec", "decisions", "A choice between options, and its reason."),
    Kind("convention", "con", "conventions", "How things are done here, always."),
    Kind("gotcha", "got", "gotchas", "A trap that somebody fell into, and what to do instead."),
    Kind("incident", "inc", "incidents", "What broke, why, and what was learned."),
    Kind("owner", "own", "owners", "Who knows or answers for a part of the code."),
    Kind("fact", "fac", "facts", "Something true that the code does not say: a limit, a contract."),
)

_TAKEN = ("kinds", "schema")
"""Folders that hold no items."""

FIELDS: tuple[Field, ...] = (
    Field("id", "id", "Prefix of the kind, then 8 random characters; never reused.", required=True),
    Field("kind", "choice", "What sort of knowledge this is.", required=True),
    Field("statement", "line", "The one sentence that is served; at most about 40 tokens.",
          required=True),
    Field("because", "text", "The reason, in a sentence."),
    Field("rejected", "rejected", "Options that were not taken, each with its reason.",
          ("decision", "convention")),
    Field("instead", "text", "What to do instead.", ("gotcha",)),
    Field("on", "date", "The day it happened.", ("incident",)),
    Field("severity", "choice", "How bad it was.", ("incident",),
          choices=("critical", "high", "medium", "low")),
    Field("impact", "text", "Who or what suffered.", ("incident",)),
    Field("cause", "text", "The root cause.", ("incident",)),
    Field("fix", "text", "What put it right.", ("incident",)),
    Field("follow_ups", "lines", "What is left to do.", ("incident",)),
    Field("who", "lines", "People, roles or teams: a name, a handle, an address.", ("owner",)),
    Field("expertise", "lines", "What they know.", ("owner",)),
    Field("scope", "scope", "Where it applies: gitignore-style `paths`, and `tags`."),
    Field("status", "choice", "proposed, accepted, superseded or retired.", required=True,
          choices=tuple(STATUSES)),
    Field("retired_because", "text", "Why it no longer holds."),
    Field("supersedes", "ids", "Items that this one replaces."),
    Field("superseded_by", "ids", "Stamped by kn into the item that was replaced."),
    Field("amends", "ids", "Items of which this one changes a part."),
    Field("relates", "ids", "Items to read together; also says that both sides of a fork hold."),
    Field("deciders", "lines", "Who decided."),
    Field("evidence", "evidence", "Where it comes from: commits, sessions, documents, quoted."),
    Field("recorded", "date", "The day it was written down.", required=True),
    Field("valid_until", "date", "After this day it is no longer current."),
    Field("review_after", "date", "After this day somebody should look at it again."),
    Field("verified", "verified", "When it was last held against the code, and which files."),
    Field("document", "line", "A text in the repository that says more; searched too."),
    Field("details", "text", "More, when a sentence is not enough."),
)  # fmt: skip

ID_TAIL = "[0-9a-hjkmnp-tv-z]{8}"
"""Crockford base32 in lower case: no i, l, o, u."""
ID = re.compile(rf"[a-z][a-z0-9]{{1,7}}-{ID_TAIL}")


class Schema(NamedTuple):
    """The kinds of one repository: the built-in ones and the team's."""

    kinds: Mapping[str, Kind]

    def fields_of(self, kind: str) -> tuple[Field, ...]:
        """The fields of a kind, in canonical order; the team's own stand before `scope`."""
        return tuple(self.by_name(kind).values())

    def by_name(self, kind: str) -> Mapping[str, Field]:
        """The same by their names."""
        return _fields_of(kind, self.kinds[kind].own if kind in self.kinds else ())

    def kind_of_folder(self, folder: str) -> Kind | None:
        return next((k for k in self.kinds.values() if k.folder == folder), None)


@lru_cache(maxsize=256)
def _fields_of(kind: str, own: tuple[Field, ...]) -> Mapping[str, Field]:
    shared = [f for f in FIELDS if not f.kinds or kind in f.kinds]
    at = next(i for i, f in enumerate(shared) if f.name == "scope")
    return {f.name: f for f in (*shared[:at], *own, *shared[at:])}


def default_schema() -> Schema:
    """The built-in kinds alone."""
    return Schema({kind.name: kind for kind in BUILT_IN})


def extend_schema(files: Mapping[str, bytes]) -> tuple[Schema, dict[str, list[Fault]]]:
    """The built-in kinds and those that `files` (path -> content) define.

    Returns:
        The schema with every definition that is sound, and the faults by path.
    """
    kinds = {kind.name: kind for kind in BUILT_IN}
    faults: dict[str, list[Fault]] = {}
    for path in sorted(files):
        kind, found = _read_kind(files[path])
        if kind is not None:
            found += _clashes(kind, kinds.values())
        if found:
            faults[path] = found
        elif kind is not None:
            kinds[kind.name] = kind
    return Schema(kinds), faults


def _read_kind(raw: bytes) -> tuple[Kind | None, list[Fault]]:
    from kn.core.yaml.read import read_yaml  # PyYAML: 8 ms

    loaded = read_yaml(raw)
    faults = list(loaded.faults)
    data = loaded.data
    if faults or not isinstance(data, dict):
        return None, faults or [Fault(1, "", "expected `kind: name` and what belongs to it")]
    texts = {name: data.get(name) for name in ("kind", "prefix", "folder", "doc")}
    patterns = {"kind": r"[a-z][a-z0-9-]{1,30}", "prefix": r"[a-z][a-z0-9]{1,7}",
                "folder": r"[a-z][a-z0-9-]{1,40}", "doc": r"(?s).{1,400}"}  # fmt: skip
    for name, pattern in patterns.items():
        text = texts[name]
        if not isinstance(text, str) or not re.fullmatch(pattern, text):
            line = loaded.lines.get((name,), 1)
            faults.append(Fault(line, name, f"expected a text like {pattern}"))
    faults += [
        Fault(loaded.lines.get((name,), 1), name, f"unknown; a kind has {', '.join(texts)}, fields")
        for name in data
        if name not in (*texts, "fields")
    ]  # fmt: skip
    own = _read_fields(data.get("fields") or {}, loaded.lines, faults)
    if faults:
        return None, faults
    name, prefix, folder, doc = (str(texts[n]).strip() for n in ("kind", "prefix", "folder", "doc"))
    return Kind(name, prefix, folder, doc, own), []


def _read_fields(
    data: object, lines: Mapping[tuple[str | int, ...], int], faults: list[Fault]
) -> tuple[Field, ...]:
    if not isinstance(data, dict):
        faults.append(Fault(lines.get(("fields",), 1), "fields", "expected `name: {shape: line}`"))
        return ()
    found = []
    for name, about in data.items():
        line = lines.get(("fields", name), 1)
        about = {"shape": about} if isinstance(about, str) else about
        if not isinstance(about, dict) or about.get("shape") not in SIMPLE_SHAPES:
            faults.append(
                Fault(line, f"fields.{name}", f"shape must be one of {', '.join(SIMPLE_SHAPES)}")
            )
        elif not re.fullmatch(r"[a-z][a-z0-9_]{0,30}", name) or any(f.name == name for f in FIELDS):
            faults.append(
                Fault(line, f"fields.{name}", "not a field name, or one that kn has already")
            )
        else:
            needed = about.get("required") == "true"
            found.append(Field(name, about["shape"], str(about.get("doc") or ""), (), needed))
    return tuple(found)


def _clashes(kind: Kind, others: Iterable[Kind]) -> list[Fault]:
    if kind.folder in _TAKEN:
        return [Fault(1, "folder", f"{kind.folder!r} is a folder of kn's own")]
    return [
        Fault(1, name, f"{mine!r} is taken by the kind {other.name}")
        for other in others
        for name, mine, theirs in (
            ("kind", kind.name, other.name),
            ("prefix", kind.prefix, other.prefix),
            ("folder", kind.folder, other.folder),
        )
        if mine == theirs
    ]
