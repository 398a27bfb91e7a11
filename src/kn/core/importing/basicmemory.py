"""Notes of basic-memory: each observation `- [category] text #tag (context)` is typed already."""

from __future__ import annotations

import re

from kn.core.adr.document import take_apart
from kn.core.adr.wording import plain
from kn.core.candidate import Candidate
from kn.core.importing.passages import Passage, front_end, passages_of, verbatim
from kn.core.importing.reading import (
    Proposal,
    Reading,
    Skipped,
    Source,
    Surroundings,
    evidence_of,
)
from kn.core.importing.saying import hidden_in, say
from kn.core.importing.wording import handles_in

_OBSERVATION = re.compile(r"^\[(?P<category>[A-Za-z][\w /-]{0,40})\](?!\()\s+(?P<text>\S.*)$")
_RELATION = re.compile(r"^(?:[\w -]{1,60}|\"[^\"]{1,60}\")?\s*\[\[[^\]]+\]\]")
_TAG = re.compile(r"(?<!\w)#([A-Za-z][\w/-]{0,40})\b")
_CONTEXT = re.compile(r"\s*\((?P<context>[^()]{2,200})\)\s*$")
_KINDS = {
    "decision": "decision choice adr design architecture",
    "convention": "convention rule pattern practice guideline preference requirement standard "
                  "principle process workflow policy method",
    "gotcha": "gotcha problem issue bug warning pitfall lesson caveat risk learning trap mistake",
    "incident": "incident outage postmortem failure",
    "owner": "owner contact maintainer expert",
    "fact": "fact tech technique limit limitation constraint feature config configuration insight "
            "info note definition dependency api performance detail",
}  # fmt: skip
_OF = {word: kind for kind, words in _KINDS.items() for word in words.split()}
_OPEN = frozenset("idea todo question task hypothesis wip plan goal wish next".split())


def read_basic_memory(source: Source, around: Surroundings) -> Reading:
    """The observations of a note; prose and relations are counted."""
    front = take_apart(source.text).front
    skip = front_end(source.text)
    body = "\n".join(source.text.split("\n")[skip:])
    tags = tuple(t.strip(" #\"'") for t in front.get("tags", "").split(",") if t.strip(" #\"'"))
    proposals, skipped = [], []
    for passage in passages_of(body, line=skip + 1):
        found = _OBSERVATION.match(passage.text) if passage.form == "bullet" else None
        because = _because(passage, found)
        if found and not because:
            made = _candidate(passage, found, source, around, tags)
            proposals.append(Proposal(made, passage.line))
        else:
            skipped.append(Skipped(source.name, passage.line, because))
    return Reading(tuple(proposals), tuple(skipped))


def _because(passage: Passage, found: re.Match[str] | None) -> str:
    if found is None:
        if passage.form == "bullet" and _RELATION.match(passage.text):
            return "a relation between notes"
        return "no observation: `- [category] text`"
    category = found["category"].casefold()
    if category in _OPEN:
        return f"not settled: [{category}]"
    if hidden_in(verbatim(passage)):
        return "holds hidden characters"
    return "" if len(found["text"].split()) > 1 else "too short to stand alone"


def _candidate(
    passage: Passage,
    found: re.Match[str],
    source: Source,
    around: Surroundings,
    tags: tuple[str, ...],
) -> Candidate:
    category = found["category"].casefold()
    text = found["text"]
    context = _CONTEXT.search(_TAG.sub("", text).rstrip())
    own_tags = [m[1].casefold() for m in _TAG.finditer(text)]
    bare = " ".join(_CONTEXT.sub("", _TAG.sub("", text).rstrip()).split())
    said = say(bare, around.count, because=context["context"] if context else "")
    kind = _OF.get(category, "fact")
    who = handles_in(text) if kind == "owner" else []
    return Candidate(
        kind=kind,
        statement=said.statement,
        because=said.because,
        scope=around.scope_of(plain(text), source.folder, (*own_tags, *tags)),
        evidence=evidence_of(source, verbatim(passage)),
        details=verbatim(passage) if passage.more else said.details,
        own={"who": ", ".join(who)} if who else {},
        confidence=0.7 if category in _OF else 0.4,
        extractor="import:basic-memory",
    )
