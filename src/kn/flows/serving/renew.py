"""Renewing a view that is ready: the texts of some items changed, and nothing that ties items.

What an item links to, its status, its days, its document, its anchors and the commits of its
evidence are as they were: then no other item of the view is touched, and a change costs the
reading of one file. Whatever is not so plain is left to the long way, which opens the view anew.
"""

from __future__ import annotations

import marshal
import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kn.adapters import journal
from kn.adapters.index import FEW
from kn.adapters.tokens import count
from kn.adapters.words import load_stemmer
from kn.core.codec import decode
from kn.core.context.analysis import weigh_item
from kn.core.ids import blob_id
from kn.core.schema import Field, Kind, Schema, default_schema
from kn.core.view import judge_trust
from kn.core.yaml.loaded import MAX_BYTES
from kn.flows.serving.values import Body, Ready
from kn.flows.views.library import read_document, version_of
from kn.flows.views.shelve import blobs_of, make_card
from kn.flows.views.trees import known_trees

MOST_ADDED = 200_000
"""Bytes of texts that are kept beside those of the view as it was first; a guess: 300 changes."""


class _NotPlain(Exception):
    """The long way is to be taken."""


def renew(ready: Ready, paths: Sequence[str], local: bytes, state: Path) -> Ready | None:
    """The view with what the files at `paths` hold now; None when that may change more.

    Args:
        ready: The view as it was.
        paths: Whole paths of the item files that changed, all of which are still there.
        local: What was added to the memory of what was written in this clone.
        state: `.git/kn`.
    """
    trees = known_trees(state, ready.folder)
    if any(c and c not in trees for c in (ready.trusted, ready.head)) or len(paths) > FEW:
        return None
    try:
        renewal = _Renewal(ready, trees, journal.read_local(state))
        for path in paths:
            renewal.read(path)
        return renewal.finish(set(local.decode("ascii", "replace").split()))
    except (_NotPlain, OSError):
        return None


class _Renewal:
    """A view on its way from what it was to what it is."""

    def __init__(
        self, ready: Ready, trees: Mapping[str, Mapping[str, str]], local: frozenset[str]
    ) -> None:
        self._ready = ready
        self._rows = {"current": list(ready.subjects), "proposed": list(ready.proposed)}
        self._versions = list(ready.versions)
        self._loose = dict(ready.loose)
        self._here = trees.get(ready.head, {})
        self._reviewed = set(trees.get(ready.trusted, {}).values())
        self._local = local
        self._blobs: set[str] = set()
        self._schema = _schema_of(ready.kinds)

    def read(self, whole: str) -> None:
        """Take in what one file holds now."""
        path = os.path.relpath(whole, self._ready.top).replace(os.sep, "/")
        raw = _read_file(whole)
        item, _ = decode(raw, self._schema)
        if item is None:
            raise _NotPlain
        standing, at = self._find(item.id)
        row = self._rows[standing][at]
        body = self._ready.body(row)
        if body.path != path or row[2] not in self._versions:
            raise _NotPlain
        _, document = blobs_of(row[2])
        text = ""
        if document:
            text = read_document(Path(self._ready.top, item.document).read_bytes())
        card = make_card(item, count, document=text, globs=dict(row[4]))
        if card.ties != body.ties:
            raise _NotPlain
        blob = blob_id(raw.replace(b"\r\n", b"\n"), algorithm=self._algorithm())
        trust = judge_trust(
            blob, committed=self._here.get(path) == blob, reviewed=self._reviewed,
            local=self._local,
        )  # fmt: skip
        if self._ready.own_block and trust not in ("reviewed", "local"):
            raise _NotPlain
        version = version_of(blob, document)
        self._loose.pop(row[2], None)
        self._loose[version] = weigh_item(item, load_stemmer(), document=text)
        self._versions[self._versions.index(row[2])] = version
        self._blobs.add(blob)
        new = Body(
            path, item.status, standing, trust, card.statement, item.document, card.evidence,
            body.superseded_by, body.amended_by, body.rivals, card.compact, card.line,
            card.compact_tokens, card.line_tokens, card.id_tokens, card.ties,
        )  # fmt: skip
        place = self._ready.bodies.add(marshal.dumps(tuple(new)))
        self._rows[standing][at] = (
            item.id, item.kind, version, item.recorded, card.scopes, *row[5:7], place
        )  # fmt: skip

    def _find(self, item_id: str) -> tuple[str, int]:
        for standing, rows in self._rows.items():
            for at, row in enumerate(rows):
                if row[0] == item_id:
                    return standing, at
        raise _NotPlain

    def _algorithm(self) -> str:
        return "sha256" if len(self._ready.head) == 64 else "sha1"

    def finish(self, added: set[str]) -> Ready:
        """The view as it is now; `added` are the blob ids that this clone has written since."""
        # Another's blob may be that of an item which was not read here; and what the index lacks,
        # like the bodies that are not needed any more, must not grow without end.
        if added - self._blobs or len(self._loose) > FEW:
            raise _NotPlain
        if len(self._ready.bodies.added) > MOST_ADDED:
            raise _NotPlain
        return self._ready._replace(
            subjects=self._rows["current"],
            proposed=self._rows["proposed"],
            versions=self._versions,
            loose=self._loose,
        )


def _read_file(path: str) -> bytes:
    if not stat.S_ISREG(os.lstat(path).st_mode):
        raise _NotPlain
    with open(path, "rb") as file:  # noqa: PTH123 -- the paths that were watched are texts
        return file.read(MAX_BYTES + 1)


def plain_kinds(schema: Schema) -> list[tuple[Any, ...]]:
    """A team's own kinds as plain values, for `Ready.kinds`."""
    return [
        (k.name, k.prefix, k.folder, k.doc, tuple(
            (f.name, f.shape, f.doc, f.kinds, f.required, f.choices) for f in k.own
        ))
        for k in schema.kinds.values()
        if k.own or k.name not in default_schema().kinds
    ]  # fmt: skip


def _schema_of(kinds: Sequence[tuple[Any, ...]]) -> Schema:
    own = {
        name: Kind(name, prefix, folder, doc, tuple(Field(*f) for f in fields))
        for name, prefix, folder, doc, fields in kinds
    }
    return Schema({**default_schema().kinds, **own})
