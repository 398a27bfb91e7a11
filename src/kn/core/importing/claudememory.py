"""Claude Code's own memory of a project: MEMORY.md, and the files that it points to."""

from __future__ import annotations

import re
from dataclasses import replace

from kn.core.adr.document import take_apart
from kn.core.candidate import Candidate
from kn.core.importing.passages import front_end
from kn.core.importing.reading import (
    Proposal,
    Reading,
    Skipped,
    Source,
    Surroundings,
    evidence_of,
)
from kn.core.importing.rules import Manner, read_rules
from kn.core.importing.saying import hidden_in, say

MANNER = Manner("import:claude-memory", default="fact")
_KINDS = {"feedback": "convention", "project": "fact", "reference": "fact"}
_WHY = re.compile(r"^\W*why\W*:\W*(?P<text>.+)$", re.IGNORECASE)
_HOW = re.compile(r"^\W*how to apply\W*:\W*(?P<text>.+)$", re.IGNORECASE)
_INDEX = re.compile(r"^\[[^\]]+\]\([^)]+\.md\)")


def read_claude_memory(source: Source, around: Surroundings) -> Reading:
    """A file of one memory becomes one candidate; MEMORY.md itself is read like other notes."""
    front = take_apart(source.text).front
    kind = front.get("type") or front.get("metadata", "").partition("type:")[2].strip(" ,\"'")
    if kind == "user":
        return _nothing(source, "about a person, not about the code")
    if kind not in _KINDS:
        return read_rules(_without_index(source), around, MANNER)
    body = [x.strip() for x in source.text.split("\n")[front_end(source.text) :] if x.strip()]
    why = next((m["text"] for x in body if (m := _WHY.match(x))), "")
    told = [x for x in body if not _WHY.match(x) and not _HOW.match(x) and not x.startswith("#")]
    passage = told[0].lstrip("-* ") if told else front.get("description", "")
    if not passage:
        return _nothing(source, "says nothing")
    if hidden_in(source.text):
        return _nothing(source, "holds hidden characters")
    said = say(passage, around.count, because=why)
    candidate = Candidate(
        kind=_KINDS[kind],
        statement=said.statement,
        because=said.because,
        scope=around.scope_of(source.text, source.folder),
        evidence=evidence_of(source, passage),
        details="\n\n".join(body) if len(body) > 1 or said.details else "",
        confidence=0.7 if kind == "feedback" else 0.5,
        extractor=MANNER.extractor,
    )
    return Reading((Proposal(candidate, front_end(source.text) + 1),))


def _without_index(source: Source) -> Source:
    """Lines that only point to files of memories, which are read by themselves, say nothing."""
    lines = ["" if _INDEX.match(x.strip().lstrip("-*+ ")) else x for x in source.text.split("\n")]
    return replace(source, text="\n".join(lines))


def _nothing(source: Source, because: str) -> Reading:
    return Reading((), (Skipped(source.name, 0, because),))
