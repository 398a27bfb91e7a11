"""Which items earlier commits cited, and what those commits changed: knowledge in use."""

from __future__ import annotations

from typing import Any

from kn.adapters import git, store
from kn.core.mentions import find_names, names_of, resolve_names
from kn.flows.knowledge import Knowledge
from kn.flows.views.view import View

MOST_FOLDERS = 5
"""Folders of documents in which a bare number is looked up; a guess."""
MOST_PATHS = 60
"""A commit that changes more files says little of each; a guess."""


def read_citations(knowledge: Knowledge, view: View) -> dict[str, set[str]]:
    """Item id -> the files that were changed by commits whose message names it.

    A commit cites an item when its message contains the item's id, or its document's number or file
    name. What was read up to a commit is kept, and only newer commits are read the next time.
    """
    head = view.commit or knowledge.probe.head
    if not head:
        return {}
    current = [r for r in view.rows if r.standing == "current"]
    folders = sorted({r.document.rpartition("/")[0] for r in current if r.document})[:MOST_FOLDERS]
    known_as = [(r.id, names_of(r.id, r.document)) for r in current]
    cited: dict[str, set[str]] = {}
    for commit, message, paths in _read(knowledge, head):
        if len(paths) > MOST_PATHS:
            continue
        names = [n for f in folders or [""] for n in find_names(message, f)]
        for item_id in resolve_names({commit: names}, known_as)[commit]:
            inside = {p for p in paths if not p.startswith(f"{knowledge.folder}/")}
            cited.setdefault(item_id, set()).update(inside)
    return {i: paths for i, paths in cited.items() if paths}


def _read(knowledge: Knowledge, head: str) -> list[tuple[str, str, list[str]]]:
    """Commit, message and paths of what may cite something, up to `head`."""
    path = knowledge.state / "citing"
    loaded: Any = store.load(path)
    known = loaded if isinstance(loaded, tuple) and len(loaded) == 2 else ("", [])
    if known[0] == head:
        return list(known[1])
    since = known[0] if known[0] and git.is_ancestor(knowledge.repo, known[0], head) else ""
    found = git.citing(knowledge.repo, head, since)
    rows = [*(known[1] if since else []), *found]
    store.save(path, (head, rows))
    return rows
