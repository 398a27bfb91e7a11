"""Capture: from new commits to candidates in the inbox, each proposed exactly once."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence

from kn.adapters import git, journal
from kn.adapters.git import Commit
from kn.adapters.lock import locked
from kn.core.candidate import Candidate
from kn.core.capture import candidates_in
from kn.errors import KnError
from kn.flows.capture.keep import Captured, keep_candidates
from kn.flows.knowledge import Knowledge

__all__ = [
    "LOCK_WAIT",
    "PATIENT",
    "Captured",
    "catch_up",
    "extract_commits",
    "keep_candidates",
    "resolve_range",
    "run_extraction",
    "select_commits",
    "watch",
]

LOCK_WAIT = 1.0
"""Seconds that a hook waits for another one; the catch-up scan reads what it leaves."""
PATIENT = 10.0
"""Seconds that a command waits for a hook, which takes two at most."""


def extract_commits(
    knowledge: Knowledge, commits: Iterable[Commit], *, sessions: Mapping[str, str] | None = None
) -> Captured:
    """The candidates of some commits; nothing is written.

    Args:
        knowledge: The repository.
        commits: Oldest first; no more of them is held than what tells something.
        sessions: Commit -> the session that made it, as `agent:id`, where that is known for sure.
    """
    telling: list[Commit] = []
    read, last = 0, ""
    for commit in commits:
        read, last = read + 1, commit.id
        if candidates_in(commit.message, commit=commit.id):
            telling.append(commit)
    found: dict[str, Candidate] = {}
    for candidate in _scoped(knowledge, telling, sessions or {}):
        found.setdefault(candidate.key, candidate)
    return Captured(tuple(found.values()), read, last=last)


def _scoped(
    knowledge: Knowledge, telling: Sequence[Commit], sessions: Mapping[str, str]
) -> Iterator[Candidate]:
    """Their candidates without secrets, scoped by the paths that each commit changes."""
    if not telling:
        return
    # Only a message that tells something is worth the 40 ms that the redactor takes to load, and
    # nothing of it was kept yet.
    from kn.flows.redaction import make_redact

    redact = make_redact(knowledge, os.environ)
    changes = git.changes_of(knowledge.repo, [c.id for c in telling])
    for commit in telling:
        paths = [p for p in changes[commit.id] if not p.startswith(f"{knowledge.folder}/")]
        yield from candidates_in(
            redact(commit.message), commit=commit.id, paths=paths,
            session=sessions.get(commit.id, ""),
        )  # fmt: skip


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


def run_extraction(knowledge: Knowledge, *, commit: str = "", keep: bool = True) -> Captured:
    """`kn extract`: of a commit, or of what came since the last look.

    Args:
        knowledge: The repository.
        commit: A revision.
        keep: Whether the candidates go into the inbox.
    """
    if commit:
        captured = extract_commits(knowledge, select_commits(knowledge, commit=commit))
        if not keep:
            return captured
        with locked(knowledge.state / "capture", PATIENT):
            return keep_candidates(knowledge, captured)
    if keep:
        return catch_up(knowledge, wait=PATIENT)
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
    base, tip = resolve_range(knowledge, span)
    return list(git.read_commits(knowledge.repo, [tip], but=[base] if base else []))


def resolve_range(knowledge: Knowledge, span: str) -> tuple[str, str]:
    """The commits between which a range `A..B` lies; the first is empty in `..B`.

    Raises:
        KnError: It is no range, or names no commit.
    """
    base, dots, head = span.partition("..")
    if not dots or head.startswith("."):
        raise KnError(f"{span!r} is no range.", hint="Write it as A..B, or ..B for all of B.")
    tip = git.resolve(knowledge.repo, head or "HEAD")
    return git.resolve(knowledge.repo, base) if base else "", tip
