"""The code files of a tree, made findable: built when HEAD or the items change, else loaded."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from typing import Any

from kn.adapters import git, store
from kn.core.context.related import MOST_TOLD, Files, find_symbols, index_files, is_code
from kn.flows.knowledge import Knowledge
from kn.flows.redaction import redact_lines
from kn.flows.serving.lines import load_files
from kn.flows.views.citations import read_citations
from kn.flows.views.view import View

MOST_PATHS = 50_000
"""A larger tree is not searched for files; a guess."""
MOST_READ = 4_000
"""So many source files are read for their symbols; in a larger tree the paths alone count."""
MOST_COMMITS = 2_000
"""So many earlier commits are asked what they changed; a guess: old ones tell of moved files."""
MOST_BYTES = 200_000
"""Of a source file; larger ones are generated."""
_SOURCE = frozenset(
    ".py .pyi .js .jsx .ts .tsx .go .rs .java .kt .scala .rb .php .c .h .cc .cpp .hpp .cs .swift "
    ".ex .exs .erl .hs .ml .clj .lua .dart .vue .svelte .sh".split()
)


def files_key(knowledge: Knowledge, view: View) -> str:
    """Changes whenever the files, or what leads to them, may have changed."""
    head = view.commit or knowledge.probe.head
    documents = sorted({r.document for r in view.rows})
    shown = repr((3, head, knowledge.folder, documents, sorted(_commits(view).items())))
    return hashlib.sha1(
        shown.encode("utf-8", "surrogateescape"), usedforsecurity=False
    ).hexdigest()[:16]


def _commits(view: View) -> dict[str, list[str]]:
    """Item id -> the commits of its evidence, of the current items that have some."""
    found = {}
    for row in view.rows:
        if row.standing == "current" and row.evidence:
            commits = [str(e["commit"]) for e in row.evidence if e.get("commit")]
            if commits:
                found[row.id] = commits
    return found


def make_files(knowledge: Knowledge, view: View) -> Files:
    """The files of HEAD, or of the revision of the view; kept for the next time."""
    key = files_key(knowledge, view)
    found = load_files(knowledge.state, key)
    if found is not None:
        return found
    head = view.commit or knowledge.probe.head
    tree = git.list_tree(knowledge.repo, head, "") if head else {}
    documents = {r.document for r in view.rows}
    paths = {
        p: b
        for p, b in tree.items()
        if not p.startswith(f"{knowledge.folder}/") and p not in documents and is_code(p)
    }
    if len(paths) > MOST_PATHS:
        paths = {}
    from kn.adapters.words import load_stemmer

    symbols = _read_symbols(knowledge, paths)
    touched = _read_touched(knowledge, view) if paths else {}
    told = _read_told(knowledge, head) if paths else []
    files = index_files(sorted(paths), symbols, touched, load_stemmer(), told)
    store.save(knowledge.state / "files", (key, *files))
    return files


def _read_symbols(knowledge: Knowledge, paths: Mapping[str, str]) -> dict[str, list[str]]:
    sources = {p: b for p, b in paths.items() if os.path.splitext(p)[1] in _SOURCE}
    if len(sources) > MOST_READ:
        return {}
    path = knowledge.state / "symbols"
    loaded: Any = store.load(path)
    known: dict[str, list[str]] = loaded if isinstance(loaded, dict) else {}
    missing = sorted({b for b in sources.values() if b not in known})
    if missing:
        for blob, raw in git.read_blobs(knowledge.repo, missing).items():
            text = raw.decode("utf-8", "replace") if len(raw) <= MOST_BYTES else ""
            known[blob] = find_symbols(text)
        kept = set(sources.values())
        store.save(path, {b: names for b, names in known.items() if b in kept})
    return {p: known.get(b, []) for p, b in sources.items()}


def _read_touched(knowledge: Knowledge, view: View) -> dict[str, set[str]]:
    """Item id -> what the commits changed that are its evidence or cite it."""
    commits = _commits(view)
    changed = git.changes_of(knowledge.repo, _flat(commits.values()))
    touched = {i: {p for c in commits[i] for p in changed.get(c, ())} for i in commits}
    for item_id, paths in read_citations(knowledge, view).items():
        touched.setdefault(item_id, set()).update(paths)
    return {i: paths for i, paths in touched.items() if paths}


def _read_told(knowledge: Knowledge, head: str) -> list[tuple[str, list[str]]]:
    """Subject and paths of the last commits; what was read is kept, and only newer ones added."""
    path = knowledge.state / "told"
    loaded: Any = store.load(path)
    known = loaded if isinstance(loaded, tuple) and len(loaded) == 2 else ("", [])
    rows: list[tuple[str, list[str]]] = list(known[1])
    if known[0] != head:
        since = known[0] if known[0] and git.is_ancestor(knowledge.repo, known[0], head) else ""
        found = git.changes_told(knowledge.repo, head, since, MOST_COMMITS)
        subjects = redact_lines(knowledge, os.environ, [subject for _, subject, _ in found])
        newer = [
            (subject, paths[: MOST_TOLD + 1])
            for subject, (*_, paths) in zip(subjects, found, strict=True)
        ]
        rows = [*newer, *(rows if since else [])][:MOST_COMMITS]
        store.save(path, (head, rows))
    return rows


def _flat(lists: Iterable[list[str]]) -> list[str]:
    return list(dict.fromkeys(c for one in lists for c in one))
