"""A file's text in, a decision record out, or the reason why it is none."""

from __future__ import annotations

import re

from kn.core.adr.decision import decision_of
from kn.core.adr.document import Document, heading_key, take_apart
from kn.core.adr.header import (
    date_of,
    mentions_of,
    number_of,
    people_of,
    status_of,
    tags_of,
    title_of,
)
from kn.core.adr.record import NotARecord, Record

_NAMES = re.compile(
    r"(?:readme|index|process|contributing|intro(?:duction)?|toc|about|glossary|changelog"
    r"|licen[cs]\w*|"
    r"(?:.*[-_ ])?template(?:[-_ ].*)?|adr)$",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"\{[^{}]{0,60}(?:title|number|adr)[^{}]{0,60}\}|\[(?:short )?title[^\[\]]{0,60}\]"
    r"|<[^<>]{0,20}title[^<>]{0,40}>",
    re.IGNORECASE,
)
_TELLING = frozenset(
    (
        "decision",
        "decisions",
        "decision outcome",
        "context and problem statement",
        "considered options",
    )
)


def read_record(path: str, text: str) -> Record | NotARecord:
    """Read one file as a decision record; what is none says why.

    `path` is relative to the repository's root, with `/`. Any text may be given in: BOM, CRLF and
    broken Markdown are taken as they are, and nothing is raised. Relations to other records are
    only
    noted (`links`); `link_records` looks them up and settles the status.
    """
    stem = path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    if stem.startswith((".", "_")) or _NAMES.match(stem):
        return NotARecord(
            path, "by its name it is an index, a template or a page about the records"
        )
    document = take_apart(text)
    if _PLACEHOLDER.search(document.title):
        return NotARecord(path, "its title is a template's placeholder")
    number = number_of(document, path)
    found, texts = status_of(document)
    if because := _no_decision(document, number, bool(texts) or found.known):
        return NotARecord(path, because)
    title = title_of(document, path)
    statement, because, rejected = decision_of(document, title)
    return Record(
        path=path,
        number=number,
        title=title,
        statement=statement,
        because=because,
        rejected=rejected,
        status=found.status,
        status_text=found.whole,
        retired_because=(found.reason or found.whole) if found.status == "retired" else "",
        date=date_of(document, path),
        deciders=people_of(document),
        tags=tags_of(document),
        links=mentions_of(document, number, found),
    )


def _no_decision(document: Document, number: str, has_status: bool) -> str:
    """Why a text is no record of a decision, or ""."""
    if not any(line.strip() for section in document.sections for line in section.lines):
        return "it has no text"
    if re.search(r"\bappendix\b", document.title, re.IGNORECASE) and not has_status:
        return "it is an appendix of a record"
    headings = {heading_key(section.title).split(":")[0] for section in document.sections}
    if number or has_status or headings & _TELLING:
        return ""
    return "it has neither a number, nor a status, nor a section that tells a decision"
