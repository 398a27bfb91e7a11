"""What is reviewed: a branch against what it would be merged into, or what is staged."""

from __future__ import annotations

from dataclasses import dataclass

from kn.adapters import git
from kn.adapters.git import Probe, trees
from kn.errors import KnError
from kn.flows.knowledge import trusted_ref
from kn.flows.review.compare import split_span


@dataclass(frozen=True, slots=True)
class Span:
    """The commits of a review, by their full ids."""

    base: str
    """What the change would be merged into."""
    head: str
    """The change's own end."""
    fork: str
    """Where the head left the base."""
    before: str
    """What `after` is compared with: the base where the merge is judged, else the fork."""
    after: str
    """The merge's result, or the head where there is none."""
    judged: str
    """`merge`, `branch` or `staged`."""
    conflicts: tuple[str, ...] = ()
    """Paths in conflict when merging."""
    notes: tuple[str, ...] = ()

    @property
    def diverged(self) -> bool:
        """Whether the base has moved on since the branch began."""
        return self.fork != self.base


def resolve_span(probe: Probe, given: str, folder: str) -> Span:
    """The commits that `A...B` names; without A the trusted ref, without B HEAD.

    Raises:
        KnError: A revision is not there, or both have nothing in common.
    """
    repo = probe.repo
    first, _, second = split_span(given)
    if first:
        base = git.resolve(repo, first)
    else:
        name, base = trusted_ref(probe)
        if not base:
            raise KnError(
                "There is no branch to review against.",
                hint="Name one, as in `kn review main...HEAD`.",
            )
        first = name
    head = git.resolve(repo, second or "HEAD")
    fork = git.merge_base(repo, base, head)
    if fork is None:
        raise KnError(
            f"{first} and {second or 'HEAD'} have no commit in common here.",
            hint=git.SHALLOW if (repo.common_dir / "shallow").exists() else None,
        )
    if fork == base:
        return Span(base, head, fork, base, head, "merge")
    return _merge(probe, base, head, fork, folder)


def _merge(probe: Probe, base: str, head: str, fork: str, folder: str) -> Span:
    tree, conflicts = trees.merge_trees(probe.repo, base, head)
    if not tree:
        note = "this git cannot merge without a work tree (2.38 can): judged on the branch alone"
        return Span(base, head, fork, fork, head, "branch", (), (note,))
    if conflicts:
        shown = ", ".join(conflicts[:3]) + (" …" if len(conflicts) > 3 else "")
        note = f"merging conflicts in {len(conflicts)} file{'s' * (len(conflicts) > 1)} ({shown})"
        inside = [p for p in conflicts if p == folder or p.startswith(f"{folder}/")]
        if inside:
            note += ": judged on the branch alone"
            return Span(base, head, fork, fork, head, "branch", tuple(inside), (note,))
        result = trees.write_commit(probe.repo, tree, [base, head])
        return Span(base, head, fork, base, result, "merge", (), (f"{note}, none of it knowledge",))
    result = trees.write_commit(probe.repo, tree, [base, head])
    return Span(base, head, fork, base, result, "merge")


def staged_span(probe: Probe) -> Span:
    """What is staged, against HEAD.

    Raises:
        KnError: The repository is bare; or the index holds a conflict.
    """
    repo = probe.repo
    if repo.bare:
        raise KnError(
            "This repository is bare; nothing is staged here.",
            hint="Name a range, as in `kn review main...feature`.",
        )
    base = probe.head or trees.write_commit(repo, trees.empty_tree(repo), [])
    after = trees.write_commit(repo, trees.write_staged(repo), [base])
    return Span(base, after, base, base, after, "staged")
