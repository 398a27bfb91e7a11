"""The item files of commits, as git has them: asked once a commit, then remembered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kn.adapters import store

if TYPE_CHECKING:
    from kn.adapters.git import Repository

MOST = 4
"""Commits that are remembered; a guess: trusted branch and HEAD of two work trees."""

Tree = Mapping[str, str]
"""Path -> blob id."""


def known_trees(state: Path, folder: str) -> dict[str, Tree]:
    """By commit, what was remembered of its `folder`."""
    loaded: Any = store.load(state / "trees")
    if isinstance(loaded, tuple) and len(loaded) == 2 and loaded[0] == folder:
        trees: dict[str, Tree] = loaded[1]
        return trees
    return {}


def list_trees(
    repo: Repository, state: Path, folder: str, commits: Iterable[str]
) -> dict[str, Tree]:
    """For each commit, path -> blob id of the files below `folder`; nothing for an empty id."""
    from kn.adapters import git

    wanted = [c for c in dict.fromkeys(commits) if c]
    known = known_trees(state, folder)
    missing = [c for c in wanted if c not in known]
    for commit in missing:
        known[commit] = git.list_tree(repo, commit, folder)
    if missing:
        rest = [c for c in known if c not in wanted]
        kept = [*rest, *wanted][-MOST:]
        store.save(state / "trees", (folder, {c: known[c] for c in kept}))
    return {c: known[c] for c in wanted}
