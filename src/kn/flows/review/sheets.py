"""The items of a commit as sheets: each item version is read once in a clone, by content."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from kn.adapters import git, store
from kn.adapters.halves import in_halves
from kn.core.codec import decode
from kn.core.review.sheet import Sheet, Tree, make_sheet, make_tree
from kn.core.schema import Schema
from kn.flows.knowledge import Knowledge
from kn.flows.review.compare import Side, make_side
from kn.flows.views.intake import MANY
from kn.flows.views.shelve import Read, compile_glob

SHAPE = 1
"""Version of what is stored; a change of `Sheet` raises it."""


def read_trees(
    knowledge: Knowledge, commits: Sequence[str]
) -> tuple[dict[str, Tree], dict[str, Side]]:
    """The items of each commit, judged, and as a side of a comparison; all by one schema."""
    found = {}
    sides = {}
    for commit in dict.fromkeys(commits):
        entries = git.list_below(knowledge.repo, commit, knowledge.folder)
        side = make_side(knowledge, "", commit, entries, knowledge.schema)
        sides[commit] = side
        found[commit] = (side, entries)
    blobs = {b for side in sides.values() for b in side.blobs.values()}
    sheets = _read_sheets(knowledge, blobs)
    made = {
        commit: make_tree(
            {p: s for p, b in side.blobs.items() if (s := sheets.get(b)) is not None},
            entries, knowledge.today,
        )
        for commit, (side, entries) in found.items()
    }  # fmt: skip
    return made, sides


def _read_sheets(knowledge: Knowledge, blobs: Iterable[str]) -> dict[str, Sheet | None]:
    """Blob id -> sheet, None of what is no item; what was read before comes from the clone."""
    path = knowledge.state / "sheets"
    stamp = (SHAPE, zlib.crc32(repr(sorted(knowledge.schema.kinds.items())).encode()))
    loaded: Any = store.load(path)
    sound = isinstance(loaded, tuple) and len(loaded) == 2 and loaded[0] == stamp
    known: dict[str, tuple[Any, ...] | None] = loaded[1] if sound else {}
    wanted = set(blobs)
    missing = sorted(wanted - known.keys())
    if missing:
        read = partial(git.read_blobs, knowledge.repo)
        work = partial(_take, schema=knowledge.schema, read=read)
        many = len(missing) >= MANY
        taken = in_halves(work, missing, knowledge.state) if many else work(missing)
        known = {**known, **dict(taken)}
        if len(known) > 4 * len(wanted) + 1000:
            known = {b: s for b, s in known.items() if b in wanted}
        store.save(path, (stamp, known))
    return {b: _sheet(known.get(b)) for b in wanted}


def _sheet(values: tuple[Any, ...] | None) -> Sheet | None:
    return Sheet._make(values) if values is not None else None


def _take(
    blobs: Sequence[str], *, schema: Schema, read: Read
) -> list[tuple[str, tuple[Any, ...] | None]]:
    contents: Mapping[str, bytes] = read(list(blobs))
    taken: list[tuple[str, tuple[Any, ...] | None]] = []
    for blob in blobs:
        item, _ = decode(contents.get(blob, b""), schema)
        taken.append((blob, tuple(make_sheet(item, compile_glob)) if item is not None else None))
    return taken
