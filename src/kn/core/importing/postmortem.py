"""Postmortems, as the SRE book has them and as people make them: one file, one incident."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kn.core.adr.document import Document, Section, entries, heading_key, take_apart
from kn.core.adr.header import date_of, title_of
from kn.core.adr.wording import plain
from kn.core.candidate import Candidate
from kn.core.importing.reading import (
    Proposal,
    Reading,
    Skipped,
    Source,
    Surroundings,
    evidence_of,
)
from kn.core.importing.saying import hidden_in, say
from kn.core.shorten import shorten_text

_PARTS: dict[str, tuple[str, ...]] = {
    "summary": ("summary", "executive summary", "overview", "tl;dr", "what happened", "description",
                "incident summary", "issue summary", "synopsis"),
    "impact": ("impact", "customer impact", "user impact", "business impact", "effects"),
    "cause": ("root cause", "root causes", "cause", "causes", "contributing factors", "trigger",
              "root cause analysis", "why it happened", "root cause and trigger",
              "contributing factor", "root cause & trigger", "root causes and trigger"),
    "fix": ("resolution", "remediation", "fix", "mitigation", "recovery", "resolution and recovery",
            "how it was fixed", "corrective actions", "solution"),
    "follow_ups": ("action items", "follow-ups", "follow ups", "follow up", "next steps", "actions",
                   "action item", "preventive measures", "preventative measures", "to do", "todo",
                   "corrective and preventative measures", "follow-up", "follow-up actions"),
    "lessons": ("lessons learned", "lessons", "what went well", "what went wrong", "learnings",
                "where we got lucky", "what went poorly"),
}  # fmt: skip
_TELLING = ("impact", "cause", "fix", "follow_ups")
_TITLE = re.compile(r"post-?mortem|incident|outage|retrospective|\brca\b", re.IGNORECASE)
_LEAD = re.compile(r"^(?:post-?mortem|incident(?: report)?|outage|rca)\s*(?:[#-]?\d+)?\W+", re.I)
_SEVERITY = (
    ("critical", re.compile(r"\b(?:sev[- ]?[01]|p0|critical|blocker)\b", re.IGNORECASE)),
    ("high", re.compile(r"\b(?:sev[- ]?2|p1|high|major|severe)\b", re.IGNORECASE)),
    ("medium", re.compile(r"\b(?:sev[- ]?3|p2|medium|moderate)\b", re.IGNORECASE)),
    ("low", re.compile(r"\b(?:sev[- ]?[45]|p[345]|low|minor)\b", re.IGNORECASE)),
)
_NAMES = re.compile(r"(?:readme|index|(?:.*[-_ ])?template(?:[-_ ].*)?|contributing)$", re.I)
_RULE = re.compile(r"^:?-+:?$")
_TELLS = re.compile(
    r"\b(?:actions?|items?|tasks?|descriptions?|what|follow-?ups?)\b", re.IGNORECASE
)
_STATUS_CELL = re.compile(r"^[-:\s]*$|^(?:action item|type|owner|bug|status)$", re.IGNORECASE)
_FIELD_WORDS = 60
"""Of impact, cause and fix; the whole text is in the document (a guess)."""


def read_postmortem(source: Source, around: Surroundings) -> Reading:
    """The incident that a file tells, or why it tells none."""
    stem = source.name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    document = take_apart(source.text)
    title = title_of(document, source.name)
    parts = {name: _text(document, headings) for name, headings in _PARTS.items()}
    because = _no_incident(stem, title, parts, source.text)
    if because:
        return Reading((), (Skipped(source.name, 0, because),))
    what = parts["summary"] or [_LEAD.sub("", title)]
    said = say(what[0], around.count)
    own = {
        name: shorten_text(" ".join(parts[name]), _FIELD_WORDS)
        for name in ("impact", "cause", "fix")
        if parts[name]
    }
    if day := date_of(document, source.name):
        own["on"] = day
    if severity := _severity(document, title):
        own["severity"] = severity
    if parts["follow_ups"]:
        # one a line: a step may hold commas
        own["follow_ups"] = "".join(f"{x}\n" for x in parts["follow_ups"][:10])
    candidate = Candidate(
        kind="incident",
        statement=said.statement,
        scope=around.scope_of(source.text, source.folder),
        evidence=evidence_of(source, _quote(source.text, title, what[0])),
        details="\n".join(f"- {lesson}" for lesson in parts["lessons"][:10]),
        own=own,
        confidence=0.9 if parts["cause"] else 0.7,
        extractor="import:postmortem",
    )
    return Reading((Proposal(candidate, 0),))


def _no_incident(stem: str, title: str, parts: dict[str, list[str]], text: str) -> str:
    if stem.startswith((".", "_")) or _NAMES.match(stem):
        return "by its name it is an index or a template"
    told = [name for name in _TELLING if parts[name]]
    if len(told) < 2 and not (told and _TITLE.search(f"{title} {stem}")):
        return "no postmortem: it tells neither impact and cause, nor resolution and follow-ups"
    if hidden_in(text):
        return "holds hidden characters"
    return ""


def _text(document: Document, headings: Sequence[str]) -> list[str]:
    """What stands under the headings, one text an entry; of a table row the cell that tells it."""
    found: list[str] = []
    for section in document.sections:
        if section.level and heading_key(section.title).split(":")[0].strip() in headings:
            for part in (section, *document.below(section)):
                found += _entries(part)
    for entry in document.header:
        if entry.key in headings:
            found.append(plain(entry.text))
    return list(dict.fromkeys(text for text in found if text and not text.startswith("{")))


def _entries(section: Section) -> list[str]:
    rows = [line for line in section.lines if line.lstrip().startswith("|")]
    prose = tuple(line for line in section.lines if not line.lstrip().startswith("|"))
    texts = [f"{e.key.capitalize()}: {e.text}" if e.key else e.text for e in entries(prose)]
    return [*(plain(t) for t in texts), *_told_in(rows)]


def _told_in(rows: Sequence[str]) -> Iterator[str]:
    """The cells of a table's rows below the column that its heading says to tell it, else the
    first one; the heading itself and what says nothing by itself are left out."""
    cells = [[plain(c).strip() for c in re.split(r"(?<!\\)\|", r.strip().strip("|"))] for r in rows]
    column = 0
    for at, row in enumerate(cells):
        below = cells[at + 1] if at + 1 < len(cells) else []
        if below and all(_RULE.match(c) for c in below):
            column = next((n for n, c in enumerate(row) if _TELLS.search(c)), 0)
        elif column < len(row) and not _STATUS_CELL.match(row[column]):
            yield row[column].replace("\\|", "|")


def _severity(document: Document, title: str) -> str:
    said = [e.text for e in document.header if e.key in ("severity", "priority", "sev", "level")]
    said += [" ".join(s.lines) for s in document.named("severity", "priority")]
    said.append(title)
    for text in said:
        for name, words in _SEVERITY:
            if words.search(text) and (text is not title or "sev" in text.lower()):
                return name
    return ""


def _quote(text: str, title: str, what: str) -> str:
    """The title and the first words, verbatim where they stand so in the file."""
    lines = text.splitlines()
    heading = next((x.lstrip("# ").strip() for x in lines if x.startswith("# ")), title)
    start = what[:40]
    body = next((x.strip() for x in lines if start in plain(x)), what)
    return "\n".join(dict.fromkeys((heading, body)))
