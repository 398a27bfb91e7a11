"""Writing the index: the only module that uses Whoosh. Import it when there is something to write.

Where it leaves Whoosh's beaten track, a figure says why (10,000 versions of 76 terms): postings
are gathered by term in memory, not sorted as tuples, and written by the block, not one by one
(a build of 1.0 s instead of 2.4); blocks hold 4,096 postings instead of 128 (a search of common
terms takes a sixth less time).
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Mapping
from operator import sub
from pathlib import Path
from pickle import dumps
from typing import Any
from zlib import compress

from kn.adapters.index.lean import lean_imports
from kn.adapters.index.manifest import (
    Manifest,
    discard,
    is_private,
    open_files,
    read_manifest,
    sweep,
    verify_all,
    write_manifest,
)
from kn.adapters.index.segment import FACTS, key_of, term_of, versions_of
from kn.adapters.index.store import LOCK, Terms

with lean_imports():
    from whoosh.codec.whoosh3 import WHOOSH3_HEADER_MAGIC, W3Codec
    from whoosh.fields import FieldType, Schema
    from whoosh.filedb.filestore import FileStorage
    from whoosh.formats import Existence
    from whoosh.index import TOC, FileIndex, clean_files
    from whoosh.writing import MERGE_SMALL, OPTIMIZE, SegmentWriter

_NAME = "MAIN"
_FIELD = "terms"

_BLOCK = 4096
"""Postings in a block at most."""

_WORTH_PACKING = 200
"""Bytes from which a block is compressed; a guess: half of the terms are held by a few items."""

_SPARE = 10_000
"""Versions outside the view that may stay besides twice the view's number, so that switching
branches costs nothing; a guess: about 12 MB."""


class _WeighedTerms(FieldType):  # type: ignore[misc]
    """The one field; kn gives its postings to the writer itself."""

    analyzer = vector = column_type = None
    scorable = stored = unique = False

    def __init__(self) -> None:
        self.format = Existence()


_SCHEMA = Schema(**{_FIELD: _WeighedTerms()})


class _Pool:
    """Gathers postings in memory, 8 bytes each: 30,000 versions add 76 MB to the process."""

    def __init__(self) -> None:
        self.terms: dict[str, tuple[array[int], array[float]]] = {}

    def add_terms(self, document: int, terms: Terms) -> None:
        known = self.terms
        for term, weight in terms.items():
            held = known.get(term)
            if held is None:
                held = known[term] = array("I"), array("f")
            held[0].append(document)
            held[1].append(weight)

    def add(self, posting: tuple[str, bytes, int, float, bytes]) -> None:
        # Called by Whoosh for each posting of a segment that it merges.
        _, term, document, weight, _ = posting
        self.add_terms(document, {term_of(term): weight})

    def cleanup(self) -> None:
        self.terms.clear()


def _write_postings(file: Any, documents: array[int], weights: array[float]) -> bytes:
    """Write what one term holds, as `W3PostingsWriter` would, and give what its `W3TermInfo` says.

    Both take most of their time for what kn's postings have not: lengths, values, positions.
    """
    start = file.tell()
    file.write(WHOOSH3_HEADER_MAGIC)
    count = len(documents)
    for at in range(0, count, _BLOCK):
        ids, block = documents[at : at + _BLOCK], weights[at : at + _BLOCK]
        gaps = (ids[0], *map(sub, ids[1:], ids))
        equal = min(block) == max(block)
        shown = (None if block[0] == 1.0 else block[0]) if equal else tuple(block)
        content = dumps((gaps, shown, None), 2)
        packed = len(content) > _WORTH_PACKING
        content = compress(content, 1) if packed else content
        facts = dumps((len(ids), ids[-1], max(block), int(packed), 0, 0), 2)
        size = len(facts) + len(content)
        file.write_int(size if at + _BLOCK < count else -size)
        file.write(facts)
        file.write(content)
    return FACTS.pack(
        0, sum(weights), count, 0, 0, max(weights), documents[0], documents[-1], start,
        file.tell() - start,
    )  # fmt: skip


class _Writer(SegmentWriter):  # type: ignore[misc]
    """Whoosh's writer, which also knows which version each document number stands for."""

    def __init__(self, folder: Path, manifest: Manifest, versions: dict[str, list[str]]) -> None:
        codec = W3Codec()
        codec.length_stats = False  # no field has lengths
        index = FileIndex(FileStorage(str(folder)), schema=_SCHEMA, indexname=_NAME)
        super().__init__(index, codec=codec, compound=False, _lk=False)
        self.pool = _Pool()
        self._folder = folder
        self._manifest = manifest
        self._versions = versions  # of the segments that are there
        self._order: list[str] = []  # of the new one

    def add(self, version: str, terms: Terms) -> None:
        self.perdocwriter.start_doc(self.docnum)
        self.perdocwriter.finish_doc()
        self.pool.add_terms(self.docnum, terms)
        self.docnum += 1
        self._added = True
        self._order.append(version)

    def _flush_segment(self) -> None:
        # As Whoosh's own, with whole blocks in the place of single postings.
        self.perdocwriter.close()
        fields = self.fieldwriter
        fields.start_field(_FIELD, _SCHEMA[_FIELD])
        for term in sorted(self.pool.terms):
            facts = _write_postings(fields._postfile, *self.pool.terms[term])
            fields._tindex.add(b"\0\0" + key_of(term), facts)
        fields.finish_field()
        fields.close()

    def drop(self, versions: Collection[str]) -> None:
        for segment in self.segments:
            for number, version in enumerate(self._versions[segment.segment_id()]):
                if version in versions:
                    segment.delete_document(number)

    def add_reader(self, reader: Any) -> None:
        # Called by Whoosh for each segment that it merges into the new one.
        segment = reader.segment()
        for number, version in enumerate(self._versions[segment.segment_id()]):
            if not segment.is_deleted(number):
                self._order.append(version)
        super().add_reader(reader)

    def _commit_toc(self, segments: list[Any]) -> None:
        # As Whoosh's own, with the manifest between: it never names a file that is not there.
        TOC(self.schema, segments, self.generation).write(self.storage, self.indexname)
        if self._added:
            new = self.newsegment.segment_id()
            if self.newsegment.doc_count_all() != len(self._order):
                raise RuntimeError("Whoosh wrote another number of documents than it was given")
            (self._folder / f"{new}.versions").write_text("\n".join(self._order), "ascii")
        stems = {segment.segment_id() for segment in segments}
        names = sorted(p.name for p in self._folder.iterdir() if p.name.split(".")[0] in stems)
        toc = f"_{_NAME}_{self.generation}.toc"
        write_manifest(self._folder, [toc, *names], self._manifest)
        clean_files(self.storage, self.indexname, self.generation, segments)


def commit(folder: Path, add: Mapping[str, Terms], keep: Collection[str] | None) -> None:
    """Bring the index in `folder` up to date; the caller holds its lock.

    A folder that isn't as kn left it is emptied first: Whoosh has opened no file of it by then.

    Args:
        folder: Exists, and is ours.
        add: As in `Index.sync`.
        keep: As in `Index.sync`.

    Raises:
        Exception: Whatever Whoosh raises.
    """
    manifest, versions = _verified(folder)
    sweep(folder, [LOCK, *manifest])
    known = {version for held in versions.values() for version in held}
    new = {version: terms for version, terms in add.items() if version not in known}
    spare = _to_drop(known, add, keep)
    if not (new or spare):
        return
    if not manifest:
        TOC.create(FileStorage(str(folder)), _SCHEMA, _NAME)
    writer = _Writer(folder, manifest, versions)
    for version, terms in new.items():
        writer.add(version, terms)
    writer.drop(spare)
    writer.commit(mergetype=OPTIMIZE if spare else MERGE_SMALL)


def _verified(folder: Path) -> tuple[Manifest, dict[str, list[str]]]:
    """The files of the index, every one checked, and the versions of each segment."""
    manifest = read_manifest(folder) if is_private(folder) else None
    try:
        verify_all(folder, manifest or {})
        files = open_files(folder, manifest or {})
    except Exception:  # damage: built anew
        manifest, files = None, {}
    if manifest is None:
        discard(folder)
        folder.chmod(0o700)
    return manifest or {}, {
        name.removesuffix(".versions"): versions_of(content)
        for name, content in files.items()
        if name.endswith(".versions")
    }


def _to_drop(known: set[str], add: Iterable[str], keep: Collection[str] | None) -> frozenset[str]:
    if keep is None:
        return frozenset()
    spare = known.difference(keep, add)
    return frozenset(spare) if len(spare) > 2 * len(keep) + _SPARE else frozenset()
