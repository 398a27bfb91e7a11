"""Mulch's `.mulch/expertise/*.jsonl`: records that are typed already (@os-eco/mulch-cli 0.10)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from kn.core.candidate import Candidate
from kn.core.importing.reading import Proposal, Reading, Skipped, Source, Surroundings
from kn.core.importing.saying import hidden_in, say
from kn.core.model import Evidence, Scope

_KINDS = {
    "convention": "convention",
    "pattern": "convention",
    "guide": "convention",
    "failure": "gotcha",
    "decision": "decision",
    "reference": "fact",
}
_SURE = {"foundational": 0.9, "tactical": 0.7, "observational": 0.5}
"""Confidence by Mulch's own tiers of shelf life."""
_NAME_WORDS = 6
"""A longer name says what the record says, and is its statement."""


class _Record(NamedTuple):
    source: Source
    line: int
    data: Mapping[str, Any]

    @property
    def id(self) -> str:
        return str(self.data.get("id") or "")

    def text(self, name: str) -> str:
        value = self.data.get(name)
        return " ".join(value.split()) if isinstance(value, str) else ""

    def texts(self, name: str) -> list[str]:
        value = self.data.get(name)
        return [v for v in value if isinstance(v, str)] if isinstance(value, list) else []


def read_mulch(sources: Iterable[Source], around: Surroundings) -> Reading:
    """The live records of all domains; what another record supersedes is named, not proposed.

    All files are read together, as a record may supersede one of another domain.
    """
    records: list[_Record] = []
    skipped: list[Skipped] = []
    for source in sources:
        for number, line in enumerate(source.text.splitlines(), 1):
            read = _read(source, number, line) if line.strip() else None
            if isinstance(read, _Record):
                records.append(read)
            elif read:
                skipped.append(Skipped(source.name, number, read))
    newest = _newest(records)
    replaced = {
        old: r.id for r in newest if not _unfit(r) for old in r.texts("supersedes") if old != r.id
    }
    by_id = {r.id: r for r in newest if r.id}
    kept = {id(r) for r in newest}
    proposals = []
    for record in records:
        because = _unfit(record)
        if id(record) not in kept:
            because = f"an older version of {record.id}"
        elif record.id in replaced:
            because = f"superseded by {replaced[record.id]}"
        if because:
            skipped.append(Skipped(record.source.name, record.line, because))
            continue
        older = [by_id[i] for i in record.texts("supersedes") if i in by_id]
        quotes = tuple(_said(o)[0] for o in older)
        proposals.append(Proposal(_candidate(record, older, around), record.line, quotes))
    ordered = sorted(skipped, key=lambda s: (s.source, s.line))
    return Reading(tuple(proposals), tuple(ordered))


def _read(source: Source, number: int, line: str) -> _Record | str:
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        return "no JSON"
    return _Record(source, number, data) if isinstance(data, dict) else "no record"


def _newest(records: list[_Record]) -> list[_Record]:
    """One record each id: its file is merged line by line, so both sides of an edit stay in it."""
    newest: dict[str, _Record] = {}
    for at, record in enumerate(records):
        key = record.id or f"line {at}"
        known = newest.get(key)
        if known is None or record.text("recorded_at") >= known.text("recorded_at"):
            newest[key] = record
    return list(newest.values())


def _unfit(record: _Record) -> str:
    status = record.text("status")
    if status in ("draft", "deprecated", "archived"):
        return f"its status is {status}"
    quote, _ = _said(record)
    if not quote:
        return "says nothing"
    whole = " ".join(v for v in record.data.values() if isinstance(v, str))
    return "holds hidden characters" if hidden_in(whole) else ""


def _said(record: _Record) -> tuple[str, str]:
    """What a record says, in its own words, and the reason that it gives."""
    name = record.text("title") or record.text("name")
    body = record.text("content") or record.text("description")
    if record.text("type") == "decision":
        return name or body, record.text("rationale")
    if name and body:
        short = len(name.split()) <= _NAME_WORDS
        return (f"{name}: {body}" if short else f"{name}. {body}"), record.text("rationale")
    return name or body, record.text("rationale")


def _candidate(record: _Record, older: list[_Record], around: Surroundings) -> Candidate:
    quote, because = _said(record)
    said = say(quote, around.count, because=because)
    kind = _KINDS.get(record.text("type"), "fact")
    details = [t for t in (said.details, because if said.because[:-1] not in because else "") if t]
    details += [f"Replaces: {_said(o)[0]}" for o in older]
    details.append(_provenance(record))
    resolution = record.text("resolution")
    domain = record.source.name.rsplit("/", 1)[-1].removesuffix(".jsonl")
    return Candidate(
        kind=kind,
        statement=said.statement,
        because=said.because,
        scope=_scope(record, domain, around),
        evidence=(Evidence(document=record.source.name, quote=quote),),
        details="\n\n".join(details),
        own={"instead": resolution} if resolution and kind == "gotcha" else {},
        confidence=_SURE.get(record.text("classification"), 0.5),
        extractor="import:mulch",
    )


def _scope(record: _Record, domain: str, around: Surroundings) -> Scope:
    evidence = record.data.get("evidence")
    named = evidence.get("file") if isinstance(evidence, dict) else None
    paths = [*record.texts("files"), *([named] if isinstance(named, str) else [])]
    folders = [f"{p.strip('/')}/**" for p in record.texts("dir_anchors") if p.strip("/")]
    kept = [p for p in dict.fromkeys(paths) if not p.startswith(".mulch/")] or folders
    tags = tuple(dict.fromkeys((domain, *record.texts("tags"))))
    if not kept:
        return Scope(around.scope_of(_said(record)[0]).paths, tags)
    return Scope(tuple(kept[:10]), tags)


def _provenance(record: _Record) -> str:
    evidence = record.data.get("evidence")
    commit = evidence.get("commit") if isinstance(evidence, dict) else ""
    said = f"From Mulch: {record.id or 'a record'}, a {record.text('type') or 'record'}"
    if day := record.text("recorded_at")[:10]:
        said += f" of {day}"
    return f"{said}, at commit {str(commit)[:10]}." if commit else f"{said}."
