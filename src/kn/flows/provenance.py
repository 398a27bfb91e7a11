"""Who recorded an item, when, in which commit: from git, never from what the item claims."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kn.adapters import git
from kn.flows.knowledge import Knowledge


class Provenance(NamedTuple):
    """The commit that added an item's file, and the last one that changed it."""

    added: tuple[str, str, str]
    """Abbreviated commit, author, day."""
    changed: tuple[str, str, str]

    def to_json(self) -> dict[str, dict[str, str]]:
        names = ("commit", "author", "date")
        return {
            "added": dict(zip(names, self.added, strict=True)),
            "changed": dict(zip(names, self.changed, strict=True)),
        }

    def __str__(self) -> str:
        commit, author, day = self.added
        said = f"added by {author} on {day} in {commit}"
        if self.changed != self.added:
            commit, author, day = self.changed
            said += f", changed by {author} on {day} in {commit}"
        return said


def trace_items(knowledge: Knowledge, paths: Sequence[str]) -> dict[str, Provenance]:
    """Item path -> its provenance; what no commit of HEAD holds is left out."""
    found = git.who_changed(knowledge.repo, paths)
    return {path: Provenance(commits[-1], commits[0]) for path, commits in found.items()}
