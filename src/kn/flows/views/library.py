"""The library: every item version this clone has met, read once, by content.

A *head* is what currency needs of an item file, by the file's blob id. A *card* is what serving
needs of a version: an item together with the document it names. Their terms are in the index.
All of it is derived, lies under `.git/kn/`, and is built again when it is lost.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from kn.adapters import store
from kn.core.context.analysis import MOST_TEXT
from kn.core.model import Item
from kn.core.schema import Schema

SHAPE = 5
"""Version of what is stored; a change of analysis, rendering or of the tuples below raises it."""


class Head(NamedTuple):
    """What judging needs of an item file."""

    id: str
    kind: str
    status: str
    recorded: str
    supersedes: tuple[str, ...]
    superseded_by: tuple[str, ...]
    amends: tuple[str, ...]
    relates: tuple[str, ...]
    valid_until: str
    review_after: str
    document: str
    anchors: tuple[tuple[str, str], ...]
    verified_on: str

    def is_late(self, today: str) -> bool:
        """Whether the day to look at it again has passed, and nobody has since."""
        return bool(self.review_after) and self.verified_on <= self.review_after < today


class Card(NamedTuple):
    """What serving needs of an item version."""

    statement: str
    because: str
    tags: tuple[str, ...]
    scopes: tuple[tuple[str, str], ...]
    evidence: list[dict[str, object]]
    compact: str
    line: str
    compact_tokens: int
    line_tokens: int
    id_tokens: int
    names: tuple[str, ...]
    """What the item's texts call other items (`kn.core.mentions`)."""
    ties: str
    """Digest of all by which an item bears on others: while it is the same, they stand as they
    stood."""


class Library:
    """The heads and cards of one clone, for one set of kinds."""

    def __init__(self, path: Path, schema: Schema) -> None:
        self._path = path
        self._stamp = (SHAPE, zlib.crc32(repr(sorted(schema.kinds.items())).encode()))
        found = store.load(path)
        sound = isinstance(found, tuple) and len(found) == 3 and found[0] == self._stamp
        self._heads: dict[str, tuple[object, ...]] = found[1] if sound and found else {}
        self._cards: dict[str, tuple[object, ...]] = found[2] if sound and found else {}
        self._changed = False

    def head(self, blob: str) -> Head | None:
        """The head of a sound item file that was read before."""
        known = self._heads.get(blob)
        return Head._make(known) if known else None

    def add_head(self, blob: str, head: Iterable[object]) -> None:
        self._heads[blob] = tuple(head)
        self._changed = True

    def card(self, version: str) -> Card | None:
        known = self._cards.get(version)
        return Card._make(known) if known else None

    def add_card(self, version: str, card: Iterable[object]) -> None:
        self._cards[version] = tuple(card)
        self._changed = True

    def keep(self, blobs: Iterable[str], versions: Iterable[str]) -> None:
        """Forget what no view has asked for, once it outweighs what this one needs."""
        needed_heads, needed = set(blobs), set(versions)
        if len(self._cards) > 4 * len(needed) + 1000:
            self._cards = {v: c for v, c in self._cards.items() if v in needed}
            self._heads = {b: h for b, h in self._heads.items() if b in needed_heads}
            self._changed = True

    def save(self) -> None:
        """Write what was added; a failure is no error, the next command reads again."""
        if self._changed:
            store.save(self._path, (self._stamp, self._heads, self._cards))
            self._changed = False


def head_of(item: Item) -> Head:
    """The head of an item."""
    verified = item.verified
    return Head(
        item.id, item.kind, item.status, item.recorded, item.supersedes, item.superseded_by,
        item.amends, item.relates, item.valid_until, item.review_after, item.document,
        tuple(verified.anchors.items()) if verified else (), verified.on if verified else "",
    )  # fmt: skip


def version_of(blob: str, document_blob: str) -> str:
    """The key of an item version: its own content and that of the document it names."""
    return f"{blob}.{document_blob}" if document_blob else blob


def read_document(raw: bytes) -> str:
    """A document as text: bounded, and never an error."""
    return raw[: 4 * MOST_TEXT].decode("utf-8", "replace")[:MOST_TEXT]
