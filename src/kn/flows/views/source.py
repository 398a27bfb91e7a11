"""Where a view's bytes come from: the work tree, by stat, or a commit."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kn.adapters import git, snapshot, store
from kn.adapters.snapshot import Snapshot
from kn.flows.knowledge import Knowledge
from kn.flows.views.shelve import Read


@dataclass(frozen=True, slots=True)
class Source:
    """The items of one tree by content, and how to read them."""

    blobs: Mapping[str, str]
    """Item path -> blob id."""
    blob_of: Callable[[list[str]], Mapping[str, str]]
    """Blob ids of other paths: documents and anchors."""
    read: Read
    """Contents by blob id, of items and documents."""


def from_commit(knowledge: Knowledge, commit: str) -> Source:
    """The items of a commit, by its full id."""
    repo = knowledge.repo
    folders = {f"{knowledge.folder}/{k.folder}" for k in knowledge.schema.kinds.values()}
    blobs = {
        path: blob
        for path, blob in git.list_tree(repo, commit, knowledge.folder).items()
        if path.rpartition("/")[0] in folders and path.endswith((".yaml", ".yml"))
    }

    def blob_of(paths: list[str]) -> dict[str, str]:
        return git.blobs_at(repo, commit, paths)

    return Source(blobs, blob_of, lambda wanted: git.read_blobs(repo, wanted))


def from_tree(knowledge: Knowledge) -> Source:
    """The items of the work tree; only files that were touched are read and hashed."""
    top = knowledge.top
    folders = [k.folder for k in knowledge.schema.kinds.values()]
    path = knowledge.state / f"tree-{hashlib.sha1(str(top).encode()).hexdigest()[:12]}"
    loaded: Any = store.load(path)
    before: Snapshot = {}
    if isinstance(loaded, dict):
        before = {p: snapshot.Seen._make(s) for p, s in loaded.items()}
    known = dict(before)

    def blob(content: bytes) -> str:
        return git.hash_object(content.replace(b"\r\n", b"\n"), algorithm=_algorithm(knowledge))

    def refresh(found: Mapping[str, Any]) -> Snapshot:
        after = snapshot.refresh(top, found, before, blob)
        changed = {p: s for p, s in after.items() if known.get(p) != s}
        if changed:
            known.update(changed)
            alive = {p: s for p, s in known.items() if p in after or p not in found}
            store.save(path, {p: tuple(s) for p, s in alive.items()})
        return after

    items = refresh(snapshot.list_items(top, knowledge.folder, folders))
    where: dict[str, str] = {seen.blob: p for p, seen in items.items()}

    def blob_of(paths: list[str]) -> dict[str, str]:
        found = refresh(snapshot.stat_paths(top, paths))
        where.update({seen.blob: p for p, seen in found.items()})
        return {p: seen.blob for p, seen in found.items()}

    def read(wanted: list[str]) -> dict[str, bytes]:
        contents = {}
        for one in wanted:
            if one in where:
                try:
                    raw = (top / where[one]).read_bytes()
                except OSError:
                    continue
                if blob(raw) == one:  # else it was changed since, and is not what it was
                    contents[one] = raw
        return contents

    return Source({p: seen.blob for p, seen in items.items()}, blob_of, read)


def _algorithm(knowledge: Knowledge) -> str:
    return "sha256" if len(knowledge.probe.head) == 64 else "sha1"
