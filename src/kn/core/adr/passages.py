"""The passages of a record that tell its decision, its reasons and its alternatives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kn.core.adr.document import Document, Section, heading_key
from kn.core.adr.wording import plain

_DECISION = (
    "decision outcome", "decision", "decisions", "the decision", "our decision", "decision made",
    "proposed decision", "outcome", "resolution", "conclusion", "proposal", "proposed solution",
    "solution", "recommendation", "chosen option", "abstract", "summary", "tl;dr",
    "detailed design",
    "design", "proposed design", "approach", "overview", "discussion",
)  # fmt: skip
"""Headings under which records say what was decided, in the order in which they are believed."""

_REASON = (
    "rationale",
    "reasons",
    "reasoning",
    "justification",
    "why",
    "motivation",
    "argument",
    "decision drivers",
    "drivers",
)
_SITUATION = (
    "context",
    "context and problem statement",
    "problem",
    "problem statement",
    "background",
    "introduction",
    "intro",
    "issue",
)
_GAIN = ("positive consequences", "positive", "benefits", "advantages", "pros")
_BULLET = re.compile(r"^\s{0,6}(?:[-*+•]|\d{1,2}[.)])\s+(?:\[[ xX]\]\s+)?")
_ASIDE = re.compile(
    r"this (?:section|document|adr|record|file|page) (?:describes|explains|contains|captures|lists"
    r"|outlines|records|presents|defines|is|serves)"
    r"|what is the change|the (?:change|decision) that we|the facts? behind|the following|see "
    r"|as (?:described|discussed|mentioned)"
    r"|(?:accepted|approved|proposed|implemented|rejected|draft|tbd|todo|n/?a|none|yes|no|pending"
    r"|done|updates?|notes?|edit)\W*$"
    r"|(?:status|date|deciders?|authors?|owners?|tags?|related|relates|depends|supersedes|amends"
    r"|companion|issue|refs?)\b[^:.]{0,20}:"
    r"|last updated|\W*$|table of contents|(?:figure|diagram|example|listing)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph in plain words; `items` are the bullets that follow it when it introduces a
    list."""

    text: str
    items: tuple[str, ...] = ()


def decisive(document: Document) -> Iterator[Passage]:
    """Passages that may tell what was decided, the likeliest first."""
    for section in _in_order(document, _DECISION):
        yield from passages(section)
        for below in document.below(section):
            yield from passages(below, heading=True)
    for section in document.sections:
        if heading_key(section.title) not in _NOT_TELLING:
            yield from passages(section)


_NOT_TELLING = frozenset(
    "status date changelog references links related deciders authors author revision history "
    "consequences".split()
) | {"see also", "revision history", "table of contents", "related adrs"}


def reasons(document: Document) -> Iterator[Passage]:
    """Passages that may tell why, the likeliest first."""
    for section in _in_order(document, _REASON):
        yield from passages(section)


def situation(document: Document) -> Iterator[Passage]:
    """Passages that tell what made a decision necessary."""
    for section in _in_order(document, _SITUATION):
        yield from passages(section)
        for below in document.below(section):
            yield from passages(below)


def gains(document: Document) -> Iterator[Passage]:
    """What the record says is won by the decision."""
    for section in _in_order(document, _GAIN):
        yield from passages(section)


def _in_order(document: Document, names: tuple[str, ...]) -> Iterator[Section]:
    by_name: dict[str, list[Section]] = {}
    for section in document.sections:
        key = heading_key(section.title)
        by_name.setdefault(key, []).append(section)
        short = re.split(r"[:(—–-]", key)[0].strip()
        if short != key:
            by_name.setdefault(short, []).append(section)
    for name in names:
        yield from by_name.get(name, [])[:5]


def passages(section: Section, *, heading: bool = False) -> Iterator[Passage]:
    """The paragraphs of a section, asides and tables left out; bullets belong to the paragraph
    above."""
    blocks = list(_blocks(section.lines))
    at = 0
    while at < len(blocks):
        bullet, text = blocks[at]
        at += 1
        items: list[str] = []
        if not bullet:
            while at < len(blocks) and blocks[at][0] and len(items) < 8:
                items.append(blocks[at][1])
                at += 1
        if text and not _ASIDE.match(text):
            yield Passage(text, tuple(items))
        else:
            yield from (Passage(item) for item in items if not _ASIDE.match(item))
    if heading and not blocks and len(section.title.split()) > 2:
        yield Passage(plain(section.title))


def _blocks(lines: tuple[str, ...]) -> Iterator[tuple[bool, str]]:
    """(is a bullet, plain text) of each paragraph and bullet; quotes, tables and rules are
    skipped."""
    block: list[str] = []
    bullet = False
    for line in (*lines, ""):
        starts = _BULLET.match(line)
        skipped = not line.strip() or line.lstrip()[:1] in (">", "|") or line.strip(" -*_=") == ""
        if skipped or starts:
            if block and (text := plain(" ".join(block))):
                yield bullet, text
            block, bullet = [], bool(starts)
        if starts:
            block = [line[starts.end() :]]
        elif not skipped:
            block.append(line.strip())
