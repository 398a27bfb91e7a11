"""Capture: from new commits to candidates in the inbox, each proposed exactly once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from kn.adapters import git, journal
from kn.adapters.git import Commit
from kn.adapters.inbox import Inbox
from kn.adapters.lock import locked
from kn.core.candidate import Candidate, normalized
from kn.core.capture import candidates_in
from kn.errors import KnError
from kn.flows.knowledge import Knowledge
from kn.flows.view import open_view

LOCK_WAIT = 1.0
"""Seconds that a hook waits for another one; the catch-up scan reads what it leaves."""


@dataclass(frozen=True, slots=True)
class Captured:
    """What reading some commits gave."""

    candidates: tuple[Candidate, ...]
    """All that was found, or, when the inbox was asked, what is new there."""
    read: int
    skipped: int = 0
    """Candidates that were known: pending, decided, or evidence of an item."""
    last: str = ""
    """The newest commit that was read."""

    def to_json(self) -> dict[str, Any]:
        """`kn extract --json` (format 1)."""
        return {
            "format": 1,
            "candidates": [c.to_json() for c in self.candidates],
            "read": self.read,
            "skipped": self.skipped,
        }


def extract_commits(knowledge: Knowledge, commits: Sequence[Commit]) -> Captured:
    """The candidates of some commits; nothing is written."""
    found: dict[str, Candidate] = {}
    for commit in commits:
        for candidate in extract_commit(knowledge, commit):
            found.setdefault(candidate.key, candidate)
    return Captured(tuple(found.values()), len(commits), last=commits[-1].id if commits else "")


def extract_commit(knowledge: Knowledge, commit: Commit) -> list[Candidate]:
    """The candidates of one commit's message, scoped by the paths that it changes."""
    if not candidates_in(commit.message, commit=commit.id):
        return []
    paths = [
        p
        for p in git.paths_of(knowledge.repo, commit.id)
        if not p.startswith(f"{knowledge.folder}/")
    ]
    return candidates_in(commit.message, commit=commit.id, paths=paths)


def keep_candidates(knowledge: Knowledge, captured: Captured) -> Captured:
    """Put candidates into the inbox, but for those that are known already."""
    if not captured.candidates:
        return captured
    inbox = Inbox(knowledge.state)
    recorded = _recorded_keys(knowledge)
    new = []
    for candidate in captured.candidates:
        commit = next((e.commit for e in candidate.evidence if e.commit), "")
        if not _is_recorded(candidate, recorded) and inbox.put(
            candidate, found=knowledge.today, commit=commit
        ):
            new.append(candidate)
    skipped = len(captured.candidates) - len(new)
    return Captured(tuple(new), captured.read, skipped, captured.last)


def catch_up(knowledge: Knowledge, *, wait: float = LOCK_WAIT) -> Captured:
    """Read the commits that came since the last look, into the inbox.

    Hooks are hints: rebase, merge, am and commits made with hooks off are all found by asking
    git what HEAD reaches that was not seen yet. Where nothing was watched, watching begins.

    Raises:
        Busy: Another process is reading them.
    """
    head = knowledge.probe.head
    if not head:
        return Captured((), 0)
    with locked(knowledge.state / "capture", wait):
        seen = journal.read_seen(knowledge.repo.state)
        if seen is None:
            watch(knowledge)
            return Captured((), 0)
        if head in seen:
            return Captured((), 0)
        commits = git.read_commits(knowledge.repo, [head], but=seen)
        captured = keep_candidates(knowledge, extract_commits(knowledge, commits))
        journal.remember_seen(knowledge.state, [head])
    return captured


def watch(knowledge: Knowledge) -> None:
    """Begin to watch here: what all branches hold now is history, and is not proposed."""
    journal.remember_seen(knowledge.state, [*git.all_tips(knowledge.repo), knowledge.probe.head])


def run_extraction(
    knowledge: Knowledge, *, commit: str = "", span: str = "", keep: bool = True
) -> Captured:
    """`kn extract`: of a commit, of a range, or of what came since the last look.

    Args:
        knowledge: The repository.
        commit: A revision.
        span: A range `A..B`.
        keep: Whether the candidates go into the inbox.
    """
    if commit or span:
        captured = extract_commits(knowledge, select_commits(knowledge, commit=commit, span=span))
        return keep_candidates(knowledge, captured) if keep else captured
    if keep:
        return catch_up(knowledge, wait=10.0)
    seen = journal.read_seen(knowledge.repo.state)
    head = knowledge.probe.head
    if not head or seen is None or head in seen:
        return Captured((), 0)
    return extract_commits(knowledge, git.read_commits(knowledge.repo, [head], but=seen))


def select_commits(knowledge: Knowledge, *, commit: str = "", span: str = "") -> list[Commit]:
    """The commits that a revision or a range `A..B` names, oldest first.

    Raises:
        KnError: It names none.
    """
    if commit:
        return [git.read_one(knowledge.repo, git.resolve(knowledge.repo, commit))]
    base, dots, head = span.partition("..")
    if not dots or head.startswith("."):
        raise KnError(f"{span!r} is no range.", hint="Write it as A..B, or ..B for all of B.")
    tip = git.resolve(knowledge.repo, head or "HEAD")
    but = [git.resolve(knowledge.repo, base)] if base else []
    return git.read_commits(knowledge.repo, [tip], but=but)


def _recorded_keys(knowledge: Knowledge) -> set[tuple[str, str]]:
    """Kind and quote of everything that items of this tree give as their evidence."""
    return {
        (row.kind, normalized(str(e.get("quote", ""))))
        for row in open_view(knowledge).rows
        for e in row.evidence
        if e.get("quote")
    }


def _is_recorded(candidate: Candidate, recorded: Iterable[tuple[str, str]]) -> bool:
    quotes = [(candidate.kind, normalized(e.quote)) for e in candidate.evidence if e.quote]
    return bool(quotes) and all(q in recorded for q in quotes)
