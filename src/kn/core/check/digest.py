"""One file judged by itself: what is wrong with it, and what the rules over many items need of it.

Both depend on nothing but the file's bytes, the kinds, and what counts as a secret: a digest may
be kept by content. It consists of plain values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, NamedTuple

from kn.core.check.letters import find_hidden
from kn.core.check.posing import find_posing
from kn.core.codec import decode
from kn.core.context.analysis import Stem, split_terms
from kn.core.model import Item
from kn.core.schema import Schema
from kn.core.view import Links
from kn.core.yaml.loaded import Fault, show_place
from kn.core.yaml.read import TWICE, read_yaml

SHAPE = 1
"""Of what is kept; whoever changes a rule on which a digest depends, or its fields, raises this."""

MOST = 50
"""Findings of one file that are told; a guess: nobody reads more."""

FindSecrets = Callable[[str], list[tuple[int, int, str]]]
"""Text -> where each secret begins and ends, and its kind."""


class Found(NamedTuple):
    """A finding of a file, before anybody knows where the file lies."""

    code: str
    line: int
    col: int
    message: str


class Digest(NamedTuple):
    """A file's own findings; and of an item that can be read, what bears on other items."""

    found: tuple[Found, ...]
    id: str = ""
    """Empty when the file cannot be read."""
    kind: str = ""
    links: Links = Links("", "")
    statement: str = ""
    terms: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    """What the item rejects."""
    paths: tuple[tuple[str, int], ...] = ()
    """The globs of its scope, each with its line."""
    tags: tuple[str, ...] = ()
    anchors: tuple[tuple[str, str, int], ...] = ()
    """Path, blob id, line."""
    document: str = ""
    review_after: str = ""
    verified_on: str = ""
    lines: tuple[tuple[str, int], ...] = ()
    """Line of each field."""

    def line(self, name: str) -> int:
        """The line of a field; 1 when the file has none of that name."""
        return next((line for field, line in self.lines if field == name), 1)


def restore(kept: Any) -> Digest:
    """A digest out of the plain values of one."""
    digest = Digest._make(kept)
    return digest._replace(
        found=tuple(Found._make(f) for f in digest.found), links=Links._make(digest.links)
    )


def digest_item(raw: bytes, schema: Schema, stem: Stem, secrets: FindSecrets) -> Digest:
    """Judge an item's file by itself."""
    item, faults = decode(raw, schema)
    text = raw.decode("utf-8", "replace")
    found = list(judge_text(text, secrets))
    if "\\" in text:
        found = list(_unescaped(raw, text, found, secrets))
    marked = any(f.code == "KN008" for f in found)
    found += [_of_fault(f) for f in faults if not (marked and f.severity == "error")]
    told = tuple(sorted(_once(found), key=lambda f: (f.line, f.col, f.code))[:MOST])
    if item is None:
        return Digest(told)
    return _with_item(told, item, text, stem)


def judge_text(text: str, secrets: FindSecrets | None = None) -> Iterator[Found]:
    """What any text file among the knowledge must not hold."""
    for run in islice(find_hidden(text), 20 * MOST):
        yield Found(run.code, *_place(text, run.start), run.said)
    for pose in find_posing(text):
        yield Found(pose.code, *_place(text, pose.start), pose.said)
    for start, end, kind in secrets(text) if secrets else ():
        escaped = _ESCAPED if "\\" in text[start:end] else ""
        yield Found("KN040", *_place(text, start), f"looks like a secret: {kind}{escaped}")
    mark = _MARKS.search(text)
    if mark:
        yield Found("KN008", *_place(text, mark.start()), "a merge left both sides here; keep one")


_MARKS = re.compile(r"^(?:<{7}|>{7}|\|{7})(?:\s|$)", re.MULTILINE)
_TOP = re.compile(r"^[\"']?([A-Za-z_][\w-]*)[\"']?[ \t]*:", re.MULTILINE)


def _place(text: str, at: int) -> tuple[int, int]:
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def _of_fault(fault: Fault) -> Found:
    place = f"{fault.place}: " if fault.place else ""
    code = "KN001" if fault.severity == "error" else "KN002"
    return Found("KN009" if fault.message == TWICE else code, fault.line, 1, place + fault.message)


def _unescaped(raw: bytes, text: str, found: list[Found], secrets: FindSecrets) -> Iterator[Found]:
    """The same with what stands there only as an escape, as `"\\u202e"`, which every reader of
    YAML undoes; and without secrets that only the escapes looked like."""
    loaded = read_yaml(raw)
    values = [(place, value) for place, value in _texts(loaded.data, ()) if value not in text]
    here = [(place, one) for place, value in values for one in judge_text(value, secrets)]
    real = any(one.code == "KN040" for _, one in here) or loaded.data is None
    known = set()
    for one in found:
        if real or not one.message.endswith(_ESCAPED):
            known.add(one.code)
            yield one._replace(message=one.message.removesuffix(_ESCAPED))
    for place, one in here:
        if one.code not in known:
            line = next(
                (
                    loaded.lines[place[:n]]
                    for n in range(len(place), 0, -1)
                    if place[:n] in loaded.lines
                ),
                1,
            )
            said = f"{show_place(place)}: {one.message.removesuffix(_ESCAPED)}"
            yield Found(one.code, line, 1, f"{said}, written as an escape")


_ESCAPED = " (escaped)"


def _texts(data: Any, place: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    match data:
        case str():
            yield place, data
        case list():
            for at, value in enumerate(data):
                yield from _texts(value, (*place, at))
        case dict():
            for name, value in data.items():
                yield (*place, name), name
                yield from _texts(value, (*place, name))


def _once(found: list[Found]) -> Iterator[Found]:
    """One a rule and line: several words of one sentence often trip the same rule."""
    seen = set()
    for one in found:
        key = (one.code, one.line, one.message if one.code in ("KN001", "KN002", "KN009") else "")
        if key not in seen:
            seen.add(key)
            yield one


def _with_item(found: tuple[Found, ...], item: Item, text: str, stem: Stem) -> Digest:
    lines: dict[str, tuple[int, int]] = {}
    line, counted = 1, 0
    for match in _TOP.finditer(text):
        line, counted = line + text.count("\n", counted, match.start()), match.start()
        lines.setdefault(match[1], (line, counted))

    def line_of(name: str, needle: str) -> int:
        line, start = lines.get(name, (1, 0))
        at = text.find(needle, start)
        return line + text.count("\n", start, at) if at >= 0 else line

    verified = item.verified
    return Digest(
        found, item.id, item.kind,
        Links(item.id, item.status, item.supersedes, item.superseded_by, item.amends, item.relates,
              item.valid_until),
        item.statement, tuple(sorted(set(split_terms(item.statement, stem)))),
        tuple(r.option for r in item.rejected),
        tuple((glob, line_of("scope", glob)) for glob in item.scope.paths), item.scope.tags,
        tuple((p, b, line_of("verified", p)) for p, b in verified.anchors.items())
        if verified else (),
        item.document, item.review_after, verified.on if verified else "",
        tuple((name, line) for name, (line, _) in lines.items()),
    )  # fmt: skip
