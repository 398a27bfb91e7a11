"""Where a text names another record: links, `ADR-012`, file names, bare numbers in a field."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ref:
    """A place of a text that names a record; `number` is without leading zeros, either may be
    empty."""

    start: int
    end: int
    href: str
    number: str
    label: str


_LINKED = re.compile(
    r"\[(?P<label>[^\[\]]{1,300})\]"
    r"(?:\((?P<href>[^()\s]{1,400})[^()]{0,200}\)|\[(?P<id>[^\[\]]{1,80})\])?"
)
_BARE = re.compile(
    r"\b(?:[A-Z]{0,3}ADRs?|AD|[A-Z]{0,2}DR|RFCs?"
    r"|decisions?(?: records?)?)[- #_]{0,2}\d{1,5}[a-z]?(?!\w)"
    r"|(?<![\w.#/-])0\d{2,4}(?![\w.-])"
    r"|(?<=\bby )\d{1,4}(?=\s?(?:[.,;)]|$|and\b))",
    re.IGNORECASE,
)
_FILE = re.compile(r"(?<![\w/.-])[\w./-]{0,160}\.(?:md|adoc|mdx|markdown)\b")
_ALSO = re.compile(r"\s?(?:/|,|&|\band\b)\s?(?P<number>\d{1,5})(?![\w.-])")
_NUMBER = re.compile(
    r"(?:[A-Z]{0,3}ADRs?|AD|[A-Z]{0,2}DR|RFCs?)?[-_ #]{0,2}(\d{1,5})(?!\d)", re.IGNORECASE
)
_LONE_NUMBER = re.compile(r"(?<![\w#.§-])\d{1,5}(?![\w.-])")
_IN_NAME = re.compile(r"[A-Za-z]{0,10}[-_ ]{0,3}(\d{1,5})(?!\d)")


def number_in(name: str) -> str:
    """The record number that a file name or label begins with, without leading zeros, else "".

    >>> number_in("ADR-007-x.md"), number_in("0012-y.md"), number_in("20200101-z.md"),
    number_in("z.md")
    ('7', '12', '', '')
    """
    match = _IN_NAME.match(name)
    return _bare(match[1]) if match else ""


def _bare(digits: str) -> str:
    return digits.lstrip("0") or "0"


def refs(text: str, *, keyed: bool = False) -> list[Ref]:
    """The records that a text names, in order. With `keyed`, bare numbers count (a field's
    value)."""
    found: list[Ref] = []
    for match in _LINKED.finditer(text):
        if ref := _linked(match):
            found.append(ref)
    patterns = [_BARE, _FILE] if found or not keyed else [_BARE, _FILE, _LONE_NUMBER]
    for pattern in patterns:
        for match in pattern.finditer(text):
            if not any(r.start < match.end() and match.start() < r.end for r in found):
                found.append(_plain(match))
    found.sort(key=lambda ref: ref.start)
    return _with_lists(text, found)


def _linked(match: re.Match[str]) -> Ref | None:
    label, href = match["label"], match["href"] or ""
    name = href.split("#")[0].rsplit("/", 1)[-1]
    numbered = _NUMBER.match(label.strip())
    number = _bare(numbered[1]) if numbered else ""
    if href:
        if name and not re.search(r"\.(?:md|mdx|markdown|adoc|html?)$", name, re.IGNORECASE):
            return None
        if not name and not number:
            return None
        return Ref(match.start(), match.end(), href, number or number_in(name), label)
    if not numbered or (numbered.end() != len(label.strip()) and not match["id"]):
        return None
    return Ref(match.start(), match.end(), "", number, label)


def _plain(match: re.Match[str]) -> Ref:
    text = match[0]
    if text.lower().endswith((".md", ".adoc", ".mdx", ".markdown")):
        name = text.rsplit("/", 1)[-1]
        return Ref(match.start(), match.end(), text, number_in(name), "")
    return Ref(match.start(), match.end(), "", _bare(re.sub(r"\D", "", text)), "")


def _with_lists(text: str, found: list[Ref]) -> list[Ref]:
    """`ADR-016/017` and `ADRs 61 and 62` name two records."""
    every: list[Ref] = []
    for ref in found:
        every.append(ref)
        if ref.href or ref.label:
            continue
        at = ref.end
        while (more := _ALSO.match(text, at)) and not any(
            r.start <= more.start("number") < r.end for r in found
        ):
            every.append(Ref(more.start("number"), more.end(), "", _bare(more["number"]), ""))
            at = more.end()
    return every
