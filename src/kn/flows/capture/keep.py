"""Keeping what was extracted: into the inbox, each piece of knowledge once, wherever told."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kn.adapters.inbox import Inbox, Pending
from kn.core.candidate import Candidate, normalized
from kn.core.joining import adds_nothing, is_from_talk, join_candidates, same_knowledge
from kn.flows.knowledge import Knowledge
from kn.flows.views.view import Row, open_view


@dataclass(frozen=True, slots=True)
class Captured:
    """What reading some commits, or a session, gave."""

    candidates: tuple[Candidate, ...]
    """All that was found, or, when the inbox was asked, what is new there."""
    read: int
    """Commits, or turns."""
    skipped: int = 0
    """Candidates that were known: pending, decided, or evidence of an item."""
    last: str = ""
    """The newest commit that was read."""
    before: int = 0
    """Commits of the range that an interrupted reading had read already."""

    def to_json(self) -> dict[str, Any]:
        """`kn extract --json` (format 1)."""
        return {
            "format": 1,
            "candidates": [c.to_json() for c in self.candidates],
            "read": self.read,
            "skipped": self.skipped,
            "read_before": self.before,
        }


def keep_candidates(knowledge: Knowledge, captured: Captured) -> Captured:
    """Put candidates into the inbox, but for those that are known already.

    What a session told and a commit tells too becomes one candidate with the evidence of both.
    """
    if not captured.candidates:
        return captured
    inbox = Inbox(knowledge.state)
    rows = open_view(knowledge).rows
    recorded = recorded_quotes(rows)
    decided = inbox.decisions()
    pending = {p.key: p for p in inbox.pending()}
    new: dict[str, Candidate] = {}
    for candidate in captured.candidates:
        if is_recorded(candidate, recorded) or candidate.key in decided:
            continue
        if not _commit_of(candidate) and is_echo(candidate, rows):
            continue
        twin = _twin(candidate, pending)
        if twin is not None:
            del pending[twin.key]
            joined = _join(inbox, twin, candidate, on=knowledge.today)
            pending[joined.key] = joined
            if new.pop(twin.key, None) is not None:
                new[joined.key] = joined.candidate
            continue
        commit = _commit_of(candidate)
        if inbox.put(candidate, found=knowledge.today, commit=commit):
            new[candidate.key] = candidate
            pending[candidate.key] = Pending(candidate, knowledge.today, (commit,) * bool(commit))
    skipped = len(captured.candidates) - len(new)
    return Captured(tuple(new.values()), captured.read, skipped, captured.last)


def _twin(candidate: Candidate, pending: Mapping[str, Pending]) -> Pending | None:
    """What waits already and says the same, where at least one of the two comes from a session.

    Two commits are told apart by their quotes alone: they may say alike of different things.
    """
    talk = is_from_talk(candidate)
    if (same := pending.get(candidate.key)) is not None:
        heard = {(e.session, e.quote) for e in same.candidate.evidence}
        new = any((e.session, e.quote) not in heard for e in candidate.evidence)
        return same if talk and new else None
    others = [p for p in pending.values() if talk or is_from_talk(p.candidate)]
    if not others:
        return None
    from kn.adapters.words import load_stemmer

    stem = load_stemmer()
    return next((p for p in others if same_knowledge(candidate, p.candidate, stem)), None)


def _join(inbox: Inbox, twin: Pending, candidate: Candidate, *, on: str) -> Pending:
    told = bool(_commit_of(twin.candidate)) or not _commit_of(candidate)
    base, more = (twin.candidate, candidate) if told else (candidate, twin.candidate)
    return inbox.join(twin, candidate, join_candidates(base, more), on=on)


def _commit_of(candidate: Candidate) -> str:
    return next((e.commit for e in candidate.evidence if e.commit), "")


def is_echo(candidate: Candidate, rows: Iterable[Row]) -> bool:
    """Whether a session, or a file of notes, only says what a current item says.

    It may have been handed that item.
    """
    from kn.adapters.words import load_stemmer

    stem = load_stemmer()
    current = (r for r in rows if r.standing == "current")
    return any(adds_nothing(candidate, r.kind, r.statement, stem) for r in current)


def recorded_quotes(rows: Iterable[Row]) -> set[tuple[str, str]]:
    """Kind and quote of everything that items of this tree give as their evidence."""
    return {
        (row.kind, normalized(str(e.get("quote", ""))))
        for row in rows
        for e in row.evidence
        if e.get("quote")
    }


def is_recorded(candidate: Candidate, recorded: Collection[tuple[str, str]]) -> bool:
    """Whether items have all that a candidate rests on as their own evidence."""
    quotes = [(candidate.kind, normalized(e.quote)) for e in candidate.evidence if e.quote]
    return bool(quotes) and all(q in recorded for q in quotes)
