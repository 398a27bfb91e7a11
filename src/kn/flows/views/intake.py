"""Taking in: item files that are new here are read once, for their head, card and terms."""

from __future__ import annotations

import gc
import sys
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from kn.adapters.halves import in_halves
from kn.core.codec import decode
from kn.core.schema import Schema
from kn.core.yaml.loaded import Fault
from kn.flows.views.library import Library, head_of, read_document
from kn.flows.views.shelve import Read, blobs_of, make_card

AT_ONCE = 500
"""Files that are in memory at once; a guess."""
AT_MOST = 10_000
"""New files that are read before what was read is put away: it takes ten times the room."""
MANY = 400
"""From so many new files on a second process takes half of them: forking costs about 20 ms, and
reading so many ten times that."""
SOME = 50
"""From so many on it is sure that the encoder of tokens will be needed (a guess)."""


class Terms(Mapping[str, float]):
    """The weighed terms of a version, in a sixth of the room that a dict takes."""

    __slots__ = ("_weights", "_words")

    def __init__(self, words: tuple[str, ...], weights: bytes) -> None:
        self._words = words
        self._weights = weights

    def items(self) -> Any:
        return zip(self._words, array("f", self._weights), strict=True)

    def __getitem__(self, word: str) -> float:
        found: float = dict(self.items())[word]
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)

    def __len__(self) -> int:
        return len(self._words)


class Intake:
    """Reads what is new for a library, and keeps the terms of what it has read."""

    def __init__(self, schema: Schema, library: Library, read: Read, folder: Path) -> None:
        self._schema = schema
        self._library = library
        self._read = read
        self._folder = folder
        self.terms: dict[str, Mapping[str, float]] = {}
        """Version -> its terms, of those that were read here."""

    def read_heads(self, blobs: Iterable[str]) -> dict[str, list[Fault]]:
        """Make sure that the head of every file is known.

        A file that names no document is a version by itself, and gets its card as well.

        Returns:
            The faults of the files that are not readable, by blob id.
        """
        missing = [b for b in dict.fromkeys(blobs) if self._library.head(b) is None]
        broken: dict[str, list[Fault]] = {}
        for blob, head, faults, card, terms in self._take(missing, documented=False):
            if head is None:
                broken[blob] = [Fault(*f) for f in faults]
            else:
                self._library.add_head(blob, head)
                self._shelve(blob, card, terms)
        return broken

    def read_cards(self, versions: Iterable[str]) -> None:
        """Make sure that every version has a card."""
        missing = [v for v in dict.fromkeys(versions) if self._library.card(v) is None]
        for version, _, _, card, terms in self._take(missing, documented=True):
            self._shelve(version, card, terms)

    def _shelve(self, version: str, card: Any, terms: Any) -> None:
        if card is not None:
            self._library.add_card(version, card)
            words, weights = terms
            self.terms[version] = Terms(words, weights)

    def _take(self, versions: Sequence[str], *, documented: bool) -> Iterator[Any]:
        def work(some: Sequence[str]) -> list[Any]:
            taken = []
            for at in range(0, len(some), AT_ONCE):
                batch = some[at : at + AT_ONCE]
                contents = self._read([blob for v in batch for blob in blobs_of(v) if blob])
                taken += [self._one(v, contents, documented=documented) for v in batch]
            return taken

        if len(versions) >= SOME:
            from kn.adapters.tokens import expect_many

            expect_many()
        if len(versions) < MANY:
            yield from work(versions)
            return
        collects = gc.isenabled()
        gc.disable()  # nothing here refers to itself; looking for that takes a tenth of the time
        try:
            for at in range(0, len(versions), AT_MOST):
                yield from in_halves(work, versions[at : at + AT_MOST], self._folder)
        finally:
            if collects:
                gc.enable()

    def _one(self, version: str, contents: Mapping[str, bytes], *, documented: bool) -> Any:
        """Version, head, faults, card and terms as plain values; card and terms of an item that
        names a document only when `documented`: the version then says which."""
        from kn.adapters.tokens import count
        from kn.adapters.words import load_stemmer
        from kn.core.context.analysis import weigh_item

        blob, document = blobs_of(version)
        raw = contents.get(blob)
        if raw is None:
            return version, None, [(1, "", "the content could not be read")], None, None
        item, faults = decode(raw, self._schema)
        if item is None:
            told = [
                (f.line, f.place, f.message, f.severity) for f in faults if f.severity == "error"
            ]
            return version, None, told, None, None
        head = tuple(head_of(item))
        if item.document and not documented:
            return version, head, [], None, None
        text = read_document(contents.get(document, b""))
        card = tuple(make_card(item, count, document=text))
        terms = weigh_item(item, load_stemmer(), document=text)
        return (
            version,
            head,
            [],
            card,
            (tuple(map(sys.intern, terms)), array("f", terms.values()).tobytes()),
        )
