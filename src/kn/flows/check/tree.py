"""What is checked: the work tree, the index, a revision, or a tree that no commit has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from kn.adapters import git, snapshot
from kn.adapters.git import Entry
from kn.flows.knowledge import Knowledge
from kn.flows.views.shelve import Read
from kn.flows.views.source import from_tree


@dataclass(frozen=True, slots=True)
class Tree:
    """The files of one tree, as far as rules ask for them."""

    items: Mapping[str, str]
    """Path -> blob id of the files that are read as items."""
    texts: Mapping[str, str]
    """The same of every other regular file below the knowledge folder."""
    modes: Mapping[str, str]
    """Path -> git's mode of everything below the knowledge folder."""
    paths: Callable[[], Iterable[str]]
    """All files of the tree."""
    blob_of: Callable[[list[str]], Mapping[str, str]]
    """Blob ids of files outside of the folder: documents and anchors."""
    read: Read
    unmerged: tuple[str, ...] = ()
    """Paths of which the index holds several sides."""


def work_tree(knowledge: Knowledge) -> Tree:
    """The work tree as it is, with what git neither has nor ignores."""
    source = from_tree(knowledge)
    modes = snapshot.list_below(knowledge.top, knowledge.folder)
    if "100755" in modes.values() and git.config_value(knowledge.repo, "core.filemode") == "false":
        modes = {p: "100644" if m == "100755" else m for p, m in modes.items()}
    plain = [p for p, m in modes.items() if m.startswith("100") and p not in source.blobs]

    return Tree(
        source.blobs, source.blob_of(plain), modes, lambda: git.list_files(knowledge.repo),
        source.blob_of, source.read,
        tuple(sorted(git.unmerged(knowledge.repo, knowledge.folder))),
    )  # fmt: skip


def staged_tree(knowledge: Knowledge) -> Tree:
    """What the next commit would hold."""
    return _from_entries(knowledge, git.list_index(knowledge.repo))


def tree_at(knowledge: Knowledge, tree: str) -> Tree:
    """A commit or a tree, by what git understands: a revision, or an id that
    `git merge-tree --write-tree` printed.

    Raises:
        KnError: There is none.
    """
    return _from_entries(knowledge, git.list_entries(knowledge.repo, tree))


def _from_entries(knowledge: Knowledge, entries: Mapping[str, Entry]) -> Tree:
    below = {p: e for p, e in entries.items() if p.startswith(f"{knowledge.folder}/")}
    folders = {f"{knowledge.folder}/{k.folder}" for k in knowledge.schema.kinds.values()}
    plain = {p: e.blob for p, e in below.items() if e.mode.startswith("100")}
    items = {
        p: b
        for p, b in plain.items()
        if p.rpartition("/")[0] in folders and p.endswith((".yaml", ".yml"))
    }

    def blob_of(paths: list[str]) -> dict[str, str]:
        return {p: entries[p].blob for p in paths if p in entries}

    return Tree(
        items, {p: b for p, b in plain.items() if p not in items},
        {p: e.mode for p, e in below.items()}, lambda: entries, blob_of,
        lambda wanted: git.read_blobs(knowledge.repo, wanted),
        tuple(p for p, e in below.items() if e.stage),
    )  # fmt: skip
