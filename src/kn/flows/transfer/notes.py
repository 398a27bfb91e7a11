"""`kn import` of other tools' notes: candidates with their provenance, through the inbox."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kn.adapters import git, tokens
from kn.adapters.inbox import Inbox
from kn.adapters.lock import locked
from kn.core.candidate import Candidate, normalized
from kn.core.importing import (
    FORMATS,
    Format,
    Proposal,
    Skipped,
    Surroundings,
    read_notes,
    surroundings,
)
from kn.errors import KnError
from kn.flows.capture.commits import PATIENT
from kn.flows.capture.keep import Captured, is_echo, is_recorded, keep_candidates, recorded_quotes
from kn.flows.knowledge import Knowledge
from kn.flows.redaction import make_redact
from kn.flows.transfer.sources import Found, Reader, find_notes, match_glob, sources_of
from kn.flows.views.view import open_view

AUTO = "auto"
"""Every format whose files lie where their tool puts them."""
NAMES = (AUTO, *(form.name for form in FORMATS))


@dataclass(frozen=True, slots=True)
class Proposed:
    """What came of the notes: each passage is proposed, known already, or skipped."""

    candidates: tuple[Candidate, ...]
    """New in the inbox; with `dry_run` what would be."""
    known: int
    """Pending, decided, an item, or said twice."""
    skipped: tuple[Skipped, ...]
    files: tuple[str, ...]
    """The files that were read."""

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """Why passages were skipped, the most frequent first."""
        return Counter(s.because for s in self.skipped).most_common()

    def to_json(self) -> dict[str, Any]:
        """`kn import --json` (format 1), of formats that propose."""
        return {
            "format": 1,
            "imported": [],
            "updated": [],
            "unchanged": [],
            "candidates": [c.to_json() for c in self.candidates],
            "known": self.known,
            "files": list(self.files),
            "skipped": [{"source": s.place, "because": s.because} for s in self.skipped],
        }


def import_notes(
    knowledge: Knowledge,
    name: str,
    path: Path | None,
    environment: Mapping[str, str],
    *,
    dry_run: bool = False,
) -> Proposed:
    """Read notes of one format, and put what they tell into the inbox; nothing twice.

    Args:
        knowledge: The repository.
        name: One of `NAMES`.
        path: A file or a folder; None for where the format's files lie.
        environment: The process's own; says where Claude keeps its memory.
        dry_run: Only report.

    Raises:
        KnError: There is nothing of that format, or nothing at `path`.
        Busy: Another process is writing into the inbox.
    """
    if name == AUTO and path is not None:
        raise KnError("`auto` looks where each tool keeps its notes.", hint="Name a format.")
    tracked = sorted(git.list_files(knowledge.repo))
    around = surroundings(tokens.count, match_glob, tracked)
    redact = make_redact(knowledge, environment)
    forms = [f for f in FORMATS if name in (AUTO, f.name)]
    proposals: list[Proposal] = []
    skipped: list[Skipped] = []
    names: dict[str, None] = {}
    seen: dict[Path, str] = {}
    for form in forms:
        reader = Reader(knowledge, form, redact, seen)
        paths = [path] if path else find_notes(knowledge, form, tracked, environment)
        for one in paths:
            reader.read(one, knowledge.top)
        skipped += reader.skipped
        made, left = _read(form, reader.found, around)
        names |= dict.fromkeys(f.source.name for f in reader.found)
        proposals += made
        skipped += left
    if not names and not skipped:
        raise KnError(_nothing(forms), hint="Name a file or a folder: `kn import FORMAT PATH`.")
    candidates = _linked(knowledge, proposals)
    kept = (_new_ones if dry_run else _keep)(knowledge, candidates, proposals)
    known = len(candidates) - len(kept)
    return Proposed(kept, known, tuple(skipped), tuple(names))


def _nothing(forms: Sequence[Format]) -> str:
    if len(forms) > 1:
        return "There are no notes of other tools here."
    return f"Nothing of this is here: {forms[0].what}."


def _read(
    form: Format, found: Sequence[Found], around: Surroundings
) -> tuple[list[Proposal], list[Skipped]]:
    """The proposals of some files, each with the blob id of what was read."""
    blobs = {f.source.name: f.blob for f in found}
    reading = read_notes(form.name, sources_of(found), around)
    made = []
    for one in reading.proposals:
        evidence = tuple(replace(e, blob=blobs.get(e.document, "")) for e in one.candidate.evidence)
        made.append(replace(one, candidate=replace(one.candidate, evidence=evidence)))
    return made, list(reading.skipped)


def _linked(knowledge: Knowledge, proposals: Iterable[Proposal]) -> list[Candidate]:
    """The candidates; what replaces a record that is an item here supersedes that item."""
    items: dict[str, str] = {}
    if any(p.replaces for p in proposals):
        for row in open_view(knowledge).rows:
            quotes = (normalized(str(e.get("quote", ""))) for e in row.evidence)
            items |= {quote: row.id for quote in quotes if quote and row.standing == "current"}
    linked = []
    for one in proposals:
        older = [items[q] for quote in one.replaces if (q := normalized(quote)) in items]
        own = {**one.candidate.own, "supersedes": ", ".join(dict.fromkeys(older))}
        linked.append(replace(one.candidate, own=own) if older else one.candidate)
    return linked


def _keep(
    knowledge: Knowledge, candidates: Sequence[Candidate], proposals: Sequence[Proposal]
) -> tuple[Candidate, ...]:
    with locked(knowledge.state / "capture", PATIENT):
        inbox = Inbox(knowledge.state)
        replaced = {normalized(quote) for p in proposals for quote in p.replaces}
        for pending in inbox.pending() if replaced else ():
            quotes = {normalized(e.quote) for e in pending.candidate.evidence if e.document}
            if quotes & replaced:
                inbox.decide(pending.key, "replaced", on=knowledge.today)
        return keep_candidates(knowledge, Captured(tuple(candidates), 0)).candidates


def _new_ones(
    knowledge: Knowledge, candidates: Sequence[Candidate], _: Sequence[Proposal]
) -> tuple[Candidate, ...]:
    """What the inbox would take."""
    inbox = Inbox(knowledge.state)
    known = {*inbox.decisions(), *(p.key for p in inbox.pending())}
    rows = open_view(knowledge).rows
    recorded = recorded_quotes(rows)
    new = {
        c.key: c
        for c in candidates
        if c.key not in known and not is_recorded(c, recorded) and not is_echo(c, rows)
    }
    return tuple(new.values())
