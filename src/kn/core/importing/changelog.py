"""Breaking changes of a Keep-a-Changelog file: what was decided that users have to know."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from kn.core.adr.wording import plain
from kn.core.candidate import Candidate
from kn.core.capture.contrast import contrast_in
from kn.core.importing.passages import Passage, passages_of, verbatim
from kn.core.importing.reading import (
    Proposal,
    Reading,
    Skipped,
    Source,
    Surroundings,
    evidence_of,
)
from kn.core.importing.saying import hidden_in, say
from kn.core.model import Rejected

_VERSION = re.compile(
    r"^\[?v?(?P<version>\d+(?:\.\d+){0,3}[\w.+-]*|unreleased)\]?(?:\([^)]*\))?"
    r"(?:\s*[-–—(]?\s*(?P<day>\d{4}-\d{2}-\d{2}))?\)?(?P<rest>.*)$",
    re.IGNORECASE,
)
_BREAKING = re.compile(
    r"^[\s*_(\[⚠\ufe0f]*(?:breaking(?:[ -]changes?)?|backwards?[- ]incompatible)\b[\s*_)\]:!–—-]*",
    re.IGNORECASE,
)
_HEADING = re.compile(r"\bbreaking\b|backwards?[- ]incompatible|⚠", re.IGNORECASE)
_INSIDE = re.compile(r"\(breaking\)|\bbreaking change\b", re.IGNORECASE)


def read_changelog(source: Source, around: Surroundings) -> Reading:
    """The breaking changes as decisions, each with its version and day; all else is counted."""
    proposals, skipped = [], []
    for passage in _split(passages_of(source.text)):
        if passage.form in ("comment", "code", "table", "block"):
            continue  # nothing of the kind that is looked for
        found = next((m for h in reversed(passage.headings) if (m := _VERSION.match(h))), None)
        if found is None:
            because = "stands under no version"
        elif "yanked" in found["rest"].casefold():
            because = "its version was yanked"
        elif not _is_breaking(passage):
            because = "no breaking change"
        elif len(plain(_BREAKING.sub("", passage.text)).split()) < 2:
            because = "too short to stand alone"
        elif hidden_in(verbatim(passage)):
            because = "holds hidden characters"
        else:
            proposals.append(Proposal(_candidate(passage, found, source, around), passage.line))
            continue
        skipped.append(Skipped(source.name, passage.line, because))
    return Reading(tuple(proposals), tuple(skipped))


def _split(passages: list[Passage]) -> Iterator[Passage]:
    """Nested bullets below "**Breaking:**" are changes of their own."""
    for passage in passages:
        alone = not _BREAKING.sub("", passage.text).strip(" :*")
        if alone and passage.more:
            for n, line in enumerate(passage.more.split("\n"), 1):
                text = f"**Breaking:** {line.lstrip('-*+ ')}"
                yield replace(passage, text=text, more="", line=passage.line + n)
        else:
            yield passage


def _is_breaking(passage: Passage) -> bool:
    above = [*passage.headings, passage.lead]
    said = _BREAKING.match(passage.text) or _INSIDE.search(passage.text)
    return bool(said) or any(_HEADING.search(h) for h in above if not _VERSION.match(h))


def _candidate(
    passage: Passage, version: re.Match[str], source: Source, around: Surroundings
) -> Candidate:
    said = say(_BREAKING.sub("", passage.text, count=1), around.count)
    option = contrast_in(plain(passage.text)).strip(" .,;`*")
    name = version["version"]
    since = "Not released yet" if name.casefold() == "unreleased" else f"Since {name}"
    day = f" ({version['day']})" if version["day"] else ""
    details = [f"{since}{day}: a breaking change."]
    if passage.more or said.details:
        details.append(verbatim(passage))
    return Candidate(
        kind="decision",
        statement=said.statement,
        because=said.because,
        rejected=(Rejected(option, said.because.rstrip(".")),) if option else (),
        scope=around.scope_of(verbatim(passage), source.folder, ("breaking-change",)),
        evidence=evidence_of(source, verbatim(passage)),
        details="\n\n".join(details),
        confidence=0.7,
        extractor="import:changelog",
    )
