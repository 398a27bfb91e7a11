"""The facts of a record: number, title, status, date, people, tags, and what it says of other
records."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from kn.core.adr.document import Document, Entry, Section, entries, heading_key
from kn.core.adr.mentions import Mention, mentions
from kn.core.adr.refs import number_in
from kn.core.adr.status import Standing, standing
from kn.core.adr.wording import plain

_STATUS_KEYS = frozenset(("status", "state", "adr status", "decision status"))
_DATE_KEYS = (
    "date",
    "decision date",
    "date decided",
    "decided",
    "accepted",
    "created",
    "created at",
    "last updated",
    "updated",
)
_PEOPLE_KEYS = (
    "deciders",
    "decision-makers",
    "decision makers",
    "decider",
    "decided by",
    "approvers",
    "authors",
    "author",
    "author(s)",
    "owner",
    "owners",
)
_TAG_KEYS = ("tags", "tag", "keywords")
_HISTORY = ("changelog", "revision history", "history", "change log", "document history")
_RELATION_KEY = re.compile(
    r"(?:partial(?:ly)?[ -])?(?:super[sc]ede[sd]?|replace[sd]?|obsolete[sd]?|amend(?:s|ed|ments?)?"
    r"|update[sd]|deprecate[sd]|revise[sd]|modifie[sd])"
    r"(?:[ -]in[ -]part)?(?:[ -](?:by|adrs?|decisions?|records?))?"
)
_TITLE_NUMBER = re.compile(
    r"^(?:\[?(?:ADRs?|AD|RFC|DR|Decision(?: Record)?"
    r"|Architect\w{1,10} Decision Record)\]?[- #:_]{0,3}\d{0,5}[a-z]?(?:\b|(?<=\d))"
    r"|\d{1,5}(?=[.):\s–—-]))"
    r"[\s.:)\]–—-]*",
    re.IGNORECASE,
)
_SLUG = re.compile(r"(?<=[a-z])-+(?=[a-z]+-|[a-z]+$)")
_ISO = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?!\d)")
_WORDED = re.compile(
    r"(?:(?P<d1>\d{1,2})(?:st|nd|rd|th)?\s+(?P<m1>[A-Za-z]{3,9})\.?,?"
    r"|(?P<m2>[A-Za-z]{3,9})\.?\s+(?P<d2>\d{1,2})(?:st|nd|rd|th)?,?)\s+(?P<y>\d{4})"
)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})(?!\d)")
_IN_TITLE = re.compile(
    r"[\[(]\s?((?:super[sc]eded|deprecated|rejected|withdrawn|obsolete|draft"
    r"|proposed)\b[^()]{0,200})[\])]",
    re.IGNORECASE,
)
_NO_VALUE = re.compile(r"[\W_]*(?:none|n/?a|nil|no|not applicable|tbd)?[\W_]*$", re.IGNORECASE)


def status_of(document: Document) -> tuple[Standing, tuple[str, ...]]:
    """The record's standing and the paragraphs that it was read from."""
    texts = tuple(_status_texts(document))
    found = standing(texts)
    if not found.known:
        # Some write no status and put "> **Superseded by ADR-9**" under the title.
        marks = [
            e.text if not e.key else f"{e.key}: {e.text}"
            for e in document.header
            if re.match(
                r"\W*(?:super[sc]eded|deprecated|rejected|withdrawn|obsolete)\b",
                f"{e.key} {e.text}",
                re.I,
            )
            and not _NO_VALUE.match(e.text)
        ]
        marks += _IN_TITLE.findall(document.title)
        if marks:
            return standing(marks), texts
    return found, texts


def _status_texts(document: Document) -> Iterator[str]:
    keyed = [e.text for e in document.header if e.key in _STATUS_KEYS]
    if keyed:
        yield from keyed
        return
    for section in _status_sections(document):
        tail = re.sub(r"^[\W\d]*status\s*:", "", section.title, flags=re.IGNORECASE)
        if tail != section.title and plain(tail):
            yield plain(tail)
        yield from (_whole(entry) for entry in entries(section.lines))


def _status_sections(document: Document) -> tuple[Section, ...]:
    return document.named("status", "state", "decision status", "adr status")[:1]


def _whole(entry: Entry) -> str:
    return (
        f"{entry.key}: {entry.text}" if entry.key and entry.key not in _STATUS_KEYS else entry.text
    )


def mentions_of(document: Document, own: str, found_status: Standing) -> tuple[Mention, ...]:
    """What the record states of other records: in its header and status, then in its text."""
    found: list[Mention] = []
    head = [*document.header, *(e for s in _status_sections(document) for e in entries(s.lines))]
    for entry in head:
        keyed = bool(_RELATION_KEY.fullmatch(entry.key))
        if keyed and _NO_VALUE.match(entry.text):
            continue
        text = f"{entry.key.replace('-', ' ')}: {entry.text}" if keyed else entry.text
        found += mentions(text, own=own, keyed=keyed)
    for marked in _IN_TITLE.findall(document.title):
        found += mentions(marked, own=own)
    if found_status.status == "superseded" and all(m.relation != "superseded_by" for m in found):
        found += _successors(document, own, found_status)
    found += _in_text(document, own)
    return tuple(dict.fromkeys(found))


def _successors(document: Document, own: str, found: Standing) -> list[Mention]:
    """For "Superseded, see ADR-9", and where only a note below a bare "Superseded" tells by
    what."""
    for sentence in _status_texts(document):
        if re.match(r"\W*(?:super[sc]eded|replaced|obsolete)", sentence, re.IGNORECASE):
            named = re.sub(
                r"^\W*\w+(?:\s*(?:→|->|[:,;(–—-]|\bsee\b|\bwith\b))*",
                "superseded by ",
                sentence,
                count=1,
            )
            if said := mentions(named, own=own):
                return said
    noted = [m for e in document.header for m in mentions(e.text, own=own, firm=False, anyone=True)]
    return [replace(m, relation="superseded_by") for m in noted if m.relation.endswith("_by")]


def _in_text(document: Document, own: str) -> list[Mention]:
    found: list[Mention] = []
    for section in document.sections:
        key = heading_key(section.title)
        if _RELATION_KEY.fullmatch(key):
            for entry in entries(section.lines):
                found += mentions(f"{key}: {_whole(entry)}", own=own, keyed=True)
        elif section.level and section.title != document.title and key not in _LOOKING_AROUND:
            for entry in entries(section.lines):
                if _TELLTALE.search(text := _whole(entry)):
                    found += mentions(text, own=own, firm=False)
    return found


_TELLTALE = re.compile(r"uper[sc]ede|replaces|amends|obsoletes|modifies|updates|revises")
_LOOKING_AROUND = frozenset(
    ("status", "references", "related", "related adrs", "see also", "links", *_HISTORY)
)


def title_of(document: Document, path: str) -> str:
    """The title in plain words, without the number; the file's name has to do when there is
    none."""
    for written in (document.title, document.front.get("title", "")):
        # A title that is only a number ("ADR-001") says nothing.
        if title := _TITLE_NUMBER.sub("", plain(written).replace("`", "")).strip(" :-–—"):
            # adr-tools users paste slugs as titles.
            return title if " " in title else _SLUG.sub(" ", title)
    stem = path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    words = re.sub(
        r"^(?:\d{8}|(?:adr|ad)?[-_ ]?\d{1,5}[a-z]?)[-_ ]+", "", stem, flags=re.IGNORECASE
    )
    return words.replace("-", " ").replace("_", " ").strip().capitalize()


def number_of(document: Document, path: str) -> str:
    """The record's number without leading zeros, from its file name, else from its title, else
    ""."""
    if number := number_in(path.rsplit("/", 1)[-1]):
        return number
    match = re.match(
        r"(?:\[?ADR\]?[-_ ]?)?(\d{1,5})\b(?!-\d)", plain(document.title), re.IGNORECASE
    )
    return (match[1].lstrip("0") or "0") if match else ""


def date_of(document: Document, path: str) -> str:
    """The ISO date of the record: its field, section, name (Log4brains) or the oldest of its
    history."""
    header = document.header
    for key in _DATE_KEYS:
        for entry in header:
            if entry.key == key and (found := _dates(entry.text)):
                return found[0]
    for section in document.named("date", "decision date"):
        if found := _dates(" ".join(section.lines)):
            return found[0]
    if found := _dates(path.rsplit("/", 1)[-1]):
        return found[0]
    for section in document.named(*_HISTORY):
        if found := _dates(" ".join(section.lines)):
            return min(found)
    return next(iter(_dates(" ".join(_status_texts(document)))), "")


def _dates(text: str) -> list[str]:
    found: list[tuple[int, str]] = []
    for m in _ISO.finditer(text):
        found.append((m.start(), _iso(int(m[1]), int(m[2]), int(m[3]))))
    for m in _DAY_FIRST.finditer(text):
        year = int(m[4]) + (2000 if len(m[4]) == 2 else 0)
        first, second = int(m[1]), int(m[3])
        # With slashes the month comes first where it can (the usage of US repositories); else the
        # day.
        swap = m[2] == "/" and first <= 12
        day, month = (second, first) if swap or second > 12 else (first, second)
        found.append((m.start(), _iso(year, month, day)))
    for m in _WORDED.finditer(text):
        name = (m["m1"] or m["m2"])[:3].casefold()
        if name in _MONTHS:
            found.append(
                (m.start(), _iso(int(m["y"]), _MONTHS.index(name) + 1, int(m["d1"] or m["d2"])))
            )
    if compact := _COMPACT.match(text):
        found.append((0, _iso(*(int(part) for part in compact.groups()))))
    return [iso for _, iso in sorted(found) if iso]


def _iso(year: int, month: int, day: int) -> str:
    try:
        return date(year, month, day).isoformat() if 1970 <= year <= 2199 else ""
    except ValueError:
        return ""


def people_of(document: Document) -> tuple[str, ...]:
    """Who decided; the authors where no deciders are named."""
    for key in _PEOPLE_KEYS:
        for entry in document.header:
            if entry.key == key and not _NO_VALUE.match(entry.text):
                return _listed(entry.text)
    for section in document.named(*_PEOPLE_KEYS):
        names = [name for e in entries(section.lines) for name in _listed(_whole(e))]
        return tuple(dict.fromkeys(names))[:10]
    return ()


def tags_of(document: Document) -> tuple[str, ...]:
    """The tags of the record's own `Tags:` field, lower case; Log4brains also separates by
    spaces."""
    for entry in document.header:
        if entry.key in _TAG_KEYS and not _NO_VALUE.match(entry.text):
            tags = _listed(entry.text) if "," in entry.text else tuple(plain(entry.text).split())
            return tuple(t.strip("#").casefold() for t in tags if len(t) <= 40)
    return ()


def _listed(text: str) -> tuple[str, ...]:
    parts = re.split(r"[,;]|\s+and\s+|\s&\s", plain(re.sub(r"\([^()]{0,200}\)", "", text)))
    return tuple(
        dict.fromkeys(p.strip(" .\"'[]") for p in parts if 0 < len(p.strip(" .\"'[]")) <= 60)
    )[:10]
