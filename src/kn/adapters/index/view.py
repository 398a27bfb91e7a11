"""One question, answered whatever state the index is in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path

from kn.adapters.index.memory import MemoryIndex
from kn.adapters.index.store import Index, IndexLost, Postings, Terms, WhooshIndex
from kn.errors import KnError

FEW = 20
"""So many versions are answered for from memory: putting them in takes 50 ms, most of it for
importing Whoosh; a guess between that and the time they take each."""
_TRIES = 2
"""Damage is repaired by building anew, once; a second time the index is not worth waiting for."""


def search_view(
    folder: Path,
    view: Collection[str],
    terms: Iterable[str],
    build: Callable[[list[str]], Mapping[str, Terms]],
) -> Postings:
    """Look up `terms` in an index that holds all of `view`; the answer may name other versions.

    What the index in `folder` lacks is built and stored. When it is damaged it is built anew.
    When it lacks only `FEW`, or cannot be written (another process is writing, the disk is full,
    the folder belongs to somebody else), the answer comes from memory, and is the same.

    Args:
        folder: The index's own; its parent must exist.
        view: The versions that are asked about.
        terms: As they were weighed in `build`.
        build: Versions -> the terms of each. Called with what is missing, each version once.
    """
    terms = list(terms)
    built: dict[str, Terms] = {}

    def lacks(index: Index) -> dict[str, Terms]:
        lacking = index.missing(view)
        new = [version for version in lacking if version not in built]
        built.update(build(new) if new else {})
        return {version: built[version] for version in lacking}

    for _ in range(_TRIES):
        index = WhooshIndex(folder)
        need = lacks(index)
        if need and len(need) <= FEW and len(need) < len(view):
            return _from_both(index, lacks, terms)
        try:
            if need:
                index.sync(need, keep=view)
            if not need or not index.missing(view):
                return index.search(terms)
        except IndexLost:
            continue
        except KnError:
            break
    return _from_both(WhooshIndex(folder), lacks, terms)


def _from_both(
    index: WhooshIndex, lacks: Callable[[Index], dict[str, Terms]], terms: list[str]
) -> Postings:
    """What the index on disk says, as far as it goes, and the rest from one in memory."""
    memory = MemoryIndex()
    try:
        found = index.search(terms)
    except IndexLost:  # it is empty now
        found = {term: {} for term in terms}
    memory.sync(lacks(index))
    for term, held in memory.search(terms).items():
        found[term].update(held)
    return found
