"""The index on disk: a snapshot of Whoosh segments, and the way to a newer one."""

from __future__ import annotations

import errno
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import NoReturn, Protocol

from kn.adapters.files import make_private_folder
from kn.adapters.index.manifest import discard, is_private, open_files, read_manifest
from kn.adapters.index.segment import Segment, segments_of
from kn.adapters.lock import locked
from kn.errors import KnError

Terms = Mapping[str, float]
"""The terms of one version, analysed already, with their weights: positive, kept as 32-bit
floats."""

Postings = dict[str, dict[str, float]]
"""For every term asked for, the versions that hold it and its weight there; maybe none."""

LOCK = "lock"
"""The file in the index folder that a writer holds."""

_WAIT = 2.0
"""Seconds that a writer waits for another one (P2: a hook has 2 s in all)."""

_TRIES = 5
"""How often a reader looks again when a writer took a file away under it; a guess: each time
another commit has to fall between two system calls."""

_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EMFILE}


class IndexLost(Exception):
    """The index was damaged, and is empty now: ask `missing` again, sync, and go on."""


class Index(Protocol):
    """Item versions by their terms.

    A version is a short ASCII key without white space, such as a git blob id; what it holds
    never changes. Versions of all branches share one index: the caller restricts answers to
    its view.
    """

    def missing(self, versions: Iterable[str]) -> list[str]:
        """Those of `versions` that are not in the index, in the order given, each once."""

    def sync(self, add: Mapping[str, Terms], keep: Collection[str] | None = None) -> None:
        """Put in the versions of `add` that are not there yet; what is there stays as it is.

        Args:
            add: Version -> its terms. A version without terms counts as present, too.
            keep: If given, the versions that matter: others go when they are far more than
                these. Without it nothing ever goes.

        Raises:
            IndexLost: What had been there before is not there any more.
            ValueError: A version is not such a key.
            Busy: Another process is writing, and went on for more than 2 s.
            KnError: The disk is full, or the folder cannot be written.
        """

    def search(self, terms: Iterable[str]) -> Postings:
        """Look the terms up, in all versions.

        Raises:
            IndexLost: The files turned out to be damaged.
        """


class WhooshIndex:
    """An `Index` in a folder of its own, which is created when the first version comes.

    The folder's parent must exist by then.

    Opening never fails: a folder that is missing, damaged, of another version of kn, Whoosh
    or Python, or open to other users, is an empty index, and the next `sync` starts afresh.
    An object is a snapshot: it sees what other processes add when it syncs.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._show(_snapshot(folder))

    def _show(self, segments: list[Segment]) -> None:
        self._segments = segments
        self._known = {version for segment in segments for version in segment.versions}

    def _lose(self, error: Exception) -> NoReturn:
        discard(self._folder)
        self._show([])
        raise IndexLost(str(error)) from error

    def missing(self, versions: Iterable[str]) -> list[str]:
        return [version for version in dict.fromkeys(versions) if version not in self._known]

    def search(self, terms: Iterable[str]) -> Postings:
        found: Postings = {term: {} for term in terms}
        try:
            for term, held in found.items():
                for segment in self._segments:
                    segment.find(term, held)
        except Exception as error:
            # What is read is checked when it is read; and whatever the decoders raise.
            self._lose(error)
        return found

    def sync(self, add: Mapping[str, Terms], keep: Collection[str] | None = None) -> None:
        if any(not v.isascii() or not v.isprintable() or " " in v or not v for v in add):
            raise ValueError("a version is a short key of visible ASCII characters")
        had = self._known
        make_private_folder(self._folder)
        with locked(self._folder / LOCK, _WAIT):
            self._commit(add, keep)
            self._show(_snapshot(self._folder))
        # Since this object was opened the files may have been damaged, or dropped by others.
        if not (had if keep is None else had.intersection(keep)) <= self._known:
            raise IndexLost("versions that had been indexed are gone")

    def _commit(self, add: Mapping[str, Terms], keep: Collection[str] | None) -> None:
        from kn.adapters.index.writer import commit  # Whoosh: 30 ms

        try:
            commit(self._folder, add, keep)
        except Exception as error:
            if isinstance(error, OSError) and error.errno in _DISK:
                raise KnError(
                    f"The index in {self._folder} could not be written: {error.strerror}."
                ) from error
            # The one catch-all around Whoosh: whatever it stumbles over is built anew.
            self._lose(error)


def _snapshot(folder: Path) -> list[Segment]:
    """The segments of the index; none when there are none that can be used."""
    seen = None
    for _ in range(_TRIES if is_private(folder) else 0):
        manifest = read_manifest(folder)
        if manifest is None or manifest == seen:
            break
        seen = manifest
        try:
            return segments_of(open_files(folder, manifest))
        except FileNotFoundError:
            continue  # a writer has merged the segment into another one since
        except Exception:  # damage; the next sync builds anew
            break
    return []
