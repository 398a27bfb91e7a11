"""Reading the strict subset of YAML that kn's files are written in.

No tags, anchors, aliases, merge keys, duplicate keys, directives or second documents; size and
depth are bounded. Every plain scalar stays text (`no`, `010` and `2026-05-18` are what they look
like); what a field means is the field table's business.

The tree is built from libyaml's events, which do not recurse: `yaml.load` kills the interpreter
on deep nesting (30,000 brackets), and nothing could catch that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from kn.core.yaml.loaded import MAX_BYTES, NULLS, Fault, Loaded, Place, show_place

MAX_DEPTH = 32
"""Deepest nesting (hazards 7.1); items need four levels."""

MOST_FAULTS = 100
"""So many faults of one file are told; a guess: nobody reads more, and a file of 256 KB can hold
as many as it has bytes."""
TWICE = "the key stands twice; keep one"
"""Of a key: what a merge that took both sides leaves behind."""
_UNPRINTABLE = "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
"""YAML 1.2 §5.1; the parser would refuse it too, but without saying where. Compiled when a text
has something odd: that takes 3 ms."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class _Builder:
    """One open collection, and the key that waits for its value."""

    place: Place
    data: Any
    key: str | None = None
    expects_key: bool = False
    lines: dict[Place, int] = field(default_factory=dict)


def read_yaml(raw: bytes) -> Loaded:
    """Read one document; never raises on any bytes.

    Faults are collected as far as the parser gets; with a fault of severity `error` the data
    may be incomplete and must not be used.
    """
    if len(raw) > MAX_BYTES:
        return _refused(1, f"the file has {len(raw):,} bytes; at most {MAX_BYTES:,} are read")
    try:
        text = raw.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        return _refused(raw[: error.start].count(b"\n") + 1, "not UTF-8; save the file as UTF-8")
    plain = text.replace("\n", "").isprintable()
    unprintable = None if plain else re.search(_UNPRINTABLE, text)
    if unprintable:
        line = text.count("\n", 0, unprintable.start()) + 1
        return _refused(line, f"holds the control character U+{ord(unprintable[0]):04X}")
    faults: list[Fault] = []
    lines: dict[Place, int] = {}
    try:
        data = _build(yaml.parse(text, Loader=_LOADER), lines, faults)
    except yaml.YAMLError as error:
        faults.append(_syntax_fault(error, text))
        data = None
    except (ValueError, RecursionError) as error:  # seen from PyYAML on hostile input (hazards 6)
        faults.append(Fault(1, "", f"not readable as YAML: {type(error).__name__}"))
        data = None
    return Loaded(data, lines, tuple(faults))


def find_comments(raw: bytes) -> list[str]:
    """Every comment of a readable file, from its `#` to the end of its line, in order."""
    text = raw.decode("utf-8").removeprefix("\ufeff")
    found, at = [], 0
    ends = _scalar_ends(text)
    while at < len(text):
        if at in ends:
            at = max(ends[at], at + 1)
        elif text[at] == "#":
            comment = re.compile("[^\r\n\x85\u2028\u2029]*").match(text, at)
            assert comment is not None
            found.append(comment[0].rstrip())
            at = comment.end()
        else:
            at += 1
    return found


def _scalar_ends(text: str) -> dict[int, int]:
    """Where each scalar begins -> where it ends; of a block only what follows its first line."""
    ends = {}
    for token in yaml.scan(text, Loader=_LOADER):
        if isinstance(token, yaml.ScalarToken):
            start = token.start_mark.index
            if token.style in ("|", ">"):
                start = text.find("\n", start) + 1
            ends[start] = token.end_mark.index
    return ends


def _refused(line: int, message: str) -> Loaded:
    return Loaded(None, {}, (Fault(line, "", message),))


def _syntax_fault(error: yaml.YAMLError, text: str) -> Fault:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line = mark.line + 1 if mark is not None else 1
    said = getattr(error, "problem", None) or str(error).splitlines()[0]
    if any(row.startswith(("<<<<<<< ", ">>>>>>> ")) for row in text.split("\n")):
        said = "the file holds conflict markers; `kn merge` settles them"
    elif "mapping values are not allowed" in said:
        said += '; put a text that holds ": " into double quotes'
    elif "cannot start any token" in said or "special characters" in said:
        said += "; put the text into double quotes"
    return Fault(line, "", f"not readable as YAML: {said}")


def _build(events: Iterator[Any], lines: dict[Place, int], faults: list[Fault]) -> Any:
    root = _Builder((), None)
    stack: list[_Builder] = [root]
    documents = 0
    for event in events:
        line = event.start_mark.line + 1
        if len(faults) >= MOST_FAULTS:
            faults.append(Fault(line, "", "more problems follow; settle these first"))
            break
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                faults.append(Fault(line, "", "a second document; one file holds one item"))
                break
            if event.version or event.tags:
                faults.append(Fault(line, "", "YAML directives are not allowed"))
        elif isinstance(event, yaml.AliasEvent):
            faults.append(Fault(line, _path(stack), "aliases (*name) are not allowed"))
            _put(stack, None, line, lines, faults)
        elif isinstance(event, yaml.ScalarEvent):
            _refuse_extras(event, stack, line, faults)
            plain = event.style is None or event.style == ""
            value = None if plain and event.value in NULLS else event.value
            if plain and event.value == "<<" and stack[-1].expects_key:
                faults.append(Fault(line, _path(stack), "merge keys (<<) are not allowed"))
            _put_scalar(stack, value, event.value, line, lines, faults)
        elif isinstance(event, yaml.CollectionStartEvent):
            _refuse_extras(event, stack, line, faults)
            if len(stack) > MAX_DEPTH:
                faults.append(Fault(line, "", f"nested deeper than {MAX_DEPTH} levels"))
                break
            _open(stack, event, line, lines, faults)
        elif isinstance(event, yaml.CollectionEndEvent):
            stack.pop()
    return root.data


def _refuse_extras(event: Any, stack: list[_Builder], line: int, faults: list[Fault]) -> None:
    if event.anchor:
        faults.append(Fault(line, _path(stack), "anchors (&name) are not allowed"))
    if event.tag:
        faults.append(Fault(line, _path(stack), "tags (!type) are not allowed"))


def _put_scalar(
    stack: list[_Builder],
    value: str | None,
    text: str,
    line: int,
    lines: dict[Place, int],
    faults: list[Fault],
) -> None:
    top = stack[-1]
    if not top.expects_key:
        _put(stack, value, line, lines, faults)
        return
    place = (*top.place, text)
    if text in top.data:
        faults.append(Fault(line, show_place(place), TWICE))
    lines.setdefault(place, line)
    top.key, top.expects_key = text, False


def _open(
    stack: list[_Builder], event: Any, line: int, lines: dict[Place, int], faults: list[Fault]
) -> None:
    top = stack[-1]
    mapping = isinstance(event, yaml.MappingStartEvent)
    value: Any = {} if mapping else []
    if top.expects_key:
        faults.append(Fault(line, _path(stack), "a key must be a text"))
        stack.append(_Builder(top.place, value, expects_key=mapping))
        top.key, top.expects_key = "", False
        return
    place = _put(stack, value, line, lines, faults)
    stack.append(_Builder(place, value, expects_key=mapping))


def _put(
    stack: list[_Builder], value: Any, line: int, lines: dict[Place, int], faults: list[Fault]
) -> Place:
    top = stack[-1]
    if top.expects_key:  # an alias as a key; already a fault
        top.key, top.expects_key = "", False
        return top.place
    if isinstance(top.data, dict):
        place: Place = (*top.place, top.key or "")
        top.data[top.key] = value
        top.key, top.expects_key = None, True
    elif isinstance(top.data, list):
        place = (*top.place, len(top.data))
        top.data.append(value)
    else:
        place = ()
        top.data = value
    lines.setdefault(place, line)
    return place


def _path(stack: list[_Builder]) -> str:
    top = stack[-1]
    return show_place((*top.place, top.key) if top.key else top.place)
