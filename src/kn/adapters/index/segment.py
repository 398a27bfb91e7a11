"""Reading Whoosh's segments without Whoosh: its import alone takes longer than a search.

A segment is what `whoosh.codec.whoosh3` (2.7.5) writes; the tests hold this reader against
Whoosh's own. Three files, all numbers big-endian:

`.trm`  A hash table on disk (`whoosh.filedb.filetables.HashWriter`). Keys are the number of
        the field (2 bytes, ours is 0) and the term; values say where its postings are.
`.pst`  Blocks of postings, each a pickled tuple of facts, then a pickled, maybe compressed
        tuple (differences of document numbers, weights, values).
`.versions`  kn's own: the version that each document number stands for, a line each.

The pickles hold numbers and tuples alone; one that names anything else is refused.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from itertools import accumulate, repeat
from struct import Struct
from typing import Any, NoReturn

try:
    from _pickle import Unpickler  # without the Python half of pickle: 3 ms less
except ImportError:  # not CPython
    from pickle import Unpickler

try:
    from _md5 import md5  # type: ignore[import-not-found] # without the libraries behind hashlib: 2 ms less
except ImportError:
    from hashlib import md5

from kn.adapters.index.manifest import Damaged, Stored

_INT = Struct("!i")
_LENGTHS = Struct("!ii")  # of a key and its value
_SLOT = Struct("!Iq")  # hash of a key, and where the key is
_TABLE = Struct("!qi")  # where one of the 256 hash tables is, and its number of slots
FACTS = Struct("!BfIBBfIIqi")  # flags, …, at 2 the number of postings, at 8 their place


def key_of(term: str) -> bytes:
    """The bytes that stand for a term; any text can be one."""
    return term.encode("utf-8", "surrogatepass")


def term_of(key: bytes) -> str:
    """The term that `key_of` made these bytes of."""
    return key.decode("utf-8", "surrogatepass")


def versions_of(lines: Stored) -> list[str]:
    """The versions of a segment, by document number."""
    return lines.read(0, lines.size).decode("ascii").split("\n") if lines.size else []


def segments_of(files: Mapping[str, Stored]) -> list[Segment]:
    """Put the files of a snapshot together.

    Raises:
        Exception: of many kinds, if the files are damaged.
    """
    stems = [name.removesuffix(".versions") for name in files if name.endswith(".versions")]
    return [
        Segment(versions_of(files[f"{stem}.versions"]), files[f"{stem}.trm"], files[f"{stem}.pst"])
        for stem in stems
    ]


class Segment:
    """Some versions and their postings; immutable."""

    __slots__ = ("_postings", "_tables", "_terms", "versions")

    def __init__(self, versions: list[str], terms: Stored, postings: Stored) -> None:
        self.versions = versions
        self._terms = terms
        self._postings = postings
        if terms.read(0, 5) != b"HSH3\0":
            raise Damaged("not a table of terms")
        end = terms.size - _INT.size
        extras = _INT.unpack(terms.read(end, _INT.size))[0]
        self._tables = end - extras - 256 * _TABLE.size

    def find(self, term: str, into: dict[str, float]) -> None:
        """Add the versions that hold `term`, with its weight, to `into`.

        Raises:
            Exception: of many kinds, if the files are damaged.
        """
        place = self._place(b"\0\0" + key_of(term))
        if place is None:
            return
        facts = FACTS.unpack(self._terms.read(place, FACTS.size))
        left = facts[2]
        for count, ids, weights in self._blocks(facts[8]):
            left -= count
            into.update(zip(map(self.versions.__getitem__, ids), weights, strict=False))
        if left or facts[0]:
            raise Damaged("another number of postings than announced")

    def _place(self, key: bytes) -> int | None:
        """Where the value of `key` begins in the table of terms."""
        read = self._terms.read
        digest = int.from_bytes(md5(key, usedforsecurity=False).digest()[-4:], "big")
        table = self._tables + (digest & 255) * _TABLE.size
        start, slots = _TABLE.unpack(read(table, _TABLE.size))
        for step in range(slots):
            slot = start + ((digest >> 8) + step) % slots * _SLOT.size
            found, at = _SLOT.unpack(read(slot, _SLOT.size))
            if not at:
                return None
            if found == digest:
                size, _ = _LENGTHS.unpack(read(at, _LENGTHS.size))
                at += _LENGTHS.size
                if size == len(key) and read(at, size) == key:
                    return int(at + size)
        return None

    def _blocks(self, at: int) -> Iterator[tuple[int, Iterable[int], Iterable[float]]]:
        read = self._postings.read
        if read(at, 4) != b"W3Bl":
            raise Damaged("no postings where there should be some")
        at += 4
        last = False
        while not last:
            (size,) = _INT.unpack(read(at, _INT.size))
            last = size < 0
            at += _INT.size
            yield _decode(read(at, abs(size)))
            at += abs(size)


class _Plain(Unpickler):
    def find_class(self, module: str, name: str, /) -> NoReturn:
        raise Damaged(f"the index names {module}.{name}")


def _decode(block: bytes) -> tuple[int, Iterable[int], Iterable[float]]:
    stream = BytesIO(block)
    facts: Any = _Plain(stream).load()
    body = stream.read()
    content: Any = _Plain(BytesIO(zlib.decompress(body) if facts[3] else body)).load()
    count, weights = len(content[0]), content[1]
    if count != facts[0]:
        raise Damaged("a block of another size than announced")
    if weights is None:  # all are 1
        weights = 1.0
    return count, accumulate(content[0]), repeat(weights) if isinstance(weights, float) else weights
