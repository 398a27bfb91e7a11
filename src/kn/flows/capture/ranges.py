"""`kn extract --range`: a history of any length, which goes on where it was interrupted."""

from __future__ import annotations

from collections.abc import Callable

from kn.adapters import git, journal
from kn.adapters.lock import locked
from kn.core.candidate import Candidate
from kn.flows.capture.commits import PATIENT, extract_commits, resolve_range
from kn.flows.capture.keep import Captured, keep_candidates
from kn.flows.knowledge import Knowledge

BATCH = 1000
"""Commits that are read, kept and noted at a time: what an interruption may cost, a fifth of a
second, and what is held of messages, 64 MB at the worst."""

Progress = Callable[[int, int], None]
"""Is told how many commits are done, of how many."""


def extract_range(
    knowledge: Knowledge,
    span: str,
    *,
    keep: bool = True,
    progress: Progress = lambda done, total: None,
) -> Captured:
    """Read the commits of a range `A..B`, oldest first, into the inbox.

    When it is interrupted, by whatever means, the same range read again goes on where it stopped,
    also when its end has moved on since; what was found is in the inbox by then. A range that
    was read to its end is read anew.

    Args:
        knowledge: The repository.
        span: The range; `..B` is all of B.
        keep: Whether the candidates go into the inbox; if not, nothing at all is written.
        progress: Is told after every batch.

    Raises:
        KnError: It is no range, or names no commit.
        Busy: Another process is writing into the inbox.
    """
    base, tip = resolve_range(knowledge, span)
    commits = git.list_commits(knowledge.repo, [tip], but=[base] if base else [])
    known = _read_before(knowledge, base, tip) if keep else set()
    left = [c for c in commits if c not in known]
    before = len(commits) - len(left)
    found: dict[str, Candidate] = {}
    read = skipped = 0
    for start in range(0, len(left), BATCH):
        batch = git.read_listed(knowledge.repo, left[start : start + BATCH])
        captured = extract_commits(knowledge, batch)
        if keep:
            with locked(knowledge.state / "capture", PATIENT):
                captured = keep_candidates(knowledge, captured)
        read, skipped = read + captured.read, skipped + captured.skipped
        for candidate in captured.candidates:
            found.setdefault(candidate.key, candidate)
        if keep:
            # All that stands before the last one was read, now or before.
            done = commits.index(left[min(start + BATCH, len(left)) - 1]) + 1
            journal.remember_half_read(knowledge.state, base, tip, done)
        progress(before + read, len(commits))
    if keep:
        _forget(knowledge, base, {tip, *commits})
    return Captured(tuple(found.values()), read, skipped, tip if read else "", before)


def _read_before(knowledge: Knowledge, base: str, tip: str) -> set[str]:
    """The commits that interrupted readings from the same beginning have read."""
    known: set[str] = set()
    for (begin, end), count in journal.read_half_read(knowledge.repo.state).items():
        if begin == base and (end == tip or git.is_ancestor(knowledge.repo, end, tip)):
            commits = git.list_commits(knowledge.repo, [end], but=[base] if base else [])
            known.update(commits[:count])
    return known


def _forget(knowledge: Knowledge, base: str, ends: set[str]) -> None:
    for begin, end in journal.read_half_read(knowledge.repo.state):
        if begin == base and end in ends:
            journal.remember_half_read(knowledge.state, base, end, 0)
