"""Capture: from new commits to candidates in the inbox, each proposed exactly once."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from kn.adapters import git, journal
from kn.adapters.git import Commit
from kn.adapters.lock import locked
from kn.core.candidate import Candidate
from kn.core.capture import candidates_in
from kn.errors import KnError
from kn.flows.keep import Captured, keep_candidates
from kn.flows.knowledge import Knowledge

__all__ = [
    "LOCK_WAIT",
    "Captured",
    "catch_up",
    "extract_commit",
    "extract_commits",
    "keep_candidates",
    "run_extraction",
    "select_commits",
    "watch",
]

LOCK_WAIT = 1.0
"""Seconds that a hook waits for another one; the catch-up scan reads what it leaves."""


def extract_commits(
    knowledge: Knowledge, commits: Sequence[Commit], *, sessions: Mapping[str, str] | None = None
) -> Captured:
    """The candidates of some commits; nothing is written.

    Args:
        knowledge: The repository.
        commits: Oldest first.
        sessions: Commit -> the session that made it, as `agent:id`, where that is known for sure.
    """
    found: dict[str, Candidate] = {}
    for commit in commits:
        session = sessions.get(commit.id, "") if sessions else ""
        for candidate in extract_commit(knowledge, commit, session=session):
            found.setdefault(candidate.key, candidate)
    return Captured(tuple(found.values()), len(commits), last=commits[-1].id if commits else "")


def extract_commit(knowledge: Knowledge, commit: Commit, *, session: str = "") -> list[Candidate]:
    """The candidates of one commit's message, scoped by the paths that it changes."""
    if not candidates_in(commit.message, commit=commit.id):
        return []
    # Only a message that tells something is worth the 40 ms that the redactor takes to load, and
    # nothing of it was kept yet.
    from kn.flows.redaction import make_redact

    message = make_redact(knowledge, os.environ)(commit.message)
    paths = [
        p
        for p in git.paths_of(knowledge.repo, commit.id)
        if not p.startswith(f"{knowledge.folder}/")
    ]
    return candidates_in(message, commit=commit.id, paths=paths, session=session)


def catch_up(
    knowledge: Knowledge, *, wait: float = LOCK_WAIT, sessions: Mapping[str, str] | None = None
) -> Captured:
    """Read the commits that came since the last look, into the inbox.

    Hooks are hints: rebase, merge, am and commits made with hooks off are all found by asking
    git what HEAD reaches that was not seen yet. Where nothing was watched, watching begins.

    Args:
        knowledge: The repository.
        wait: Seconds to wait for another process that reads them.
        sessions: As for `extract_commits`.

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
        found = extract_commits(knowledge, commits, sessions=sessions)
        captured = keep_candidates(knowledge, found)
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
