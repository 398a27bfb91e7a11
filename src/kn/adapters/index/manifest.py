"""What kn wrote into an index folder, so that damage is seen before anything is decoded.

The file `manifest` begins with the CRC-32 of its rest, then says which kn, Whoosh and Python wrote
it, then names every other file with its size and the CRC-32 of each of its pages. So a reader
checks what it reads, however large the index is, and a writer, who hands all to Whoosh, checks
all. The manifest is replaced as a whole, after the files that it names are complete: what it
names is the index, all else is litter. Nothing is synced to the disk: after a power cut the
digests don't fit, and the index is built anew.
"""

from __future__ import annotations

import os
import stat
import sys
import zlib
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import whoosh  # the package alone, for its version: 0.3 ms

_FORMAT = 3
"""Raise it whenever what kn stores, or how it analyses text, changes."""

_STAMP = (
    f"kn-index {_FORMAT} whoosh {'.'.join(map(str, whoosh.__version__))} "
    f"python {sys.version_info.major}.{sys.version_info.minor}"
)

_NAME = "manifest"

_PAGE = 4096
"""Bytes; a guess: finding a term takes a few reads of some bytes, each somewhere else."""

SUFFIXES = (".versions", ".trm", ".pst")
"""Of the files that reading takes."""


class Damaged(Exception):
    """A file is not what the manifest says, or cannot be decoded."""


class Entry(NamedTuple):
    """One file of the index."""

    name: str
    size: int
    sums: bytes
    """Of its pages, four bytes each."""


Manifest = dict[str, Entry]


def is_private(folder: Path) -> bool:
    """Whether `folder` is a real folder, ours, and closed to writers other than us."""
    try:
        known = folder.lstat()
    except OSError:
        return False
    ours = not hasattr(os, "getuid") or known.st_uid == os.getuid()
    return stat.S_ISDIR(known.st_mode) and ours and not known.st_mode & 0o022


def read_manifest(folder: Path) -> Manifest | None:
    """The files of the index; None when there is none that this kn can use."""
    try:
        digest, _, rest = (folder / _NAME).read_bytes().partition(b"\n")
    except OSError:
        return None
    if digest != _sum_of(rest).hex().encode("ascii"):
        return None
    stamp, *lines = rest.decode("utf-8").splitlines()
    if stamp != _STAMP:
        return None
    fields = [line.split(" ") for line in lines]
    return {f[0]: Entry(f[0], int(f[1]), bytes.fromhex(f[2])) for f in fields}


def _sum_of(content: bytes | memoryview) -> bytes:
    return zlib.crc32(content).to_bytes(4, "big")


def write_manifest(folder: Path, names: Iterable[str], known: Manifest) -> None:
    """Make `names` the files of the index, atomically; `known` saves reading those again."""
    entries = [known.get(name) or _entry(folder, name) for name in names]
    rows = (f"{e.name} {e.size} {e.sums.hex()}" for e in entries)
    rest = "\n".join([_STAMP, *rows]).encode("utf-8")
    draft = folder / f"{_NAME}.new"
    draft.write_bytes(_sum_of(rest).hex().encode("ascii") + b"\n" + rest)
    draft.replace(folder / _NAME)


def _entry(folder: Path, name: str) -> Entry:
    content = (folder / name).read_bytes()
    return Entry(name, len(content), _sums_of(content))


def _sums_of(content: bytes) -> bytes:
    view = memoryview(content)
    return b"".join(_sum_of(view[at : at + _PAGE]) for at in range(0, len(view), _PAGE))


def discard(folder: Path) -> None:
    """Make the index in `folder` an empty one; its files go with the next commit."""
    with suppress(OSError):  # a read-only disk: every opening will find the damage again
        (folder / _NAME).unlink(missing_ok=True)


def sweep(folder: Path, names: Iterable[str]) -> None:
    """Delete everything but `names` and the manifest: leftovers of a crash, or somebody's."""
    import shutil

    wanted = {_NAME, *names}
    for path in folder.iterdir():
        if path.name not in wanted:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


class Stored:
    """A file of the index, open for reading: replaced or deleted, it still reads as it was."""

    __slots__ = ("_handle", "_pages", "_path", "_sums", "size")

    def __init__(self, path: Path, entry: Entry) -> None:
        """Open it.

        Raises:
            Damaged: It is not as long as it should be, or no file.
            OSError: It cannot be read; FileNotFoundError when it is gone.
        """
        self._path = path
        self._sums = entry.sums
        self._pages: dict[int, bytes] = {}
        self._handle = -1
        self._handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        known = os.fstat(self._handle)
        self.size = known.st_size
        if not stat.S_ISREG(known.st_mode) or known.st_size != entry.size:
            raise Damaged(f"{path} has another size")

    def __del__(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)

    def read(self, at: int, size: int) -> bytes:
        """At most `size` bytes from `at`, verified; fewer at the end of the file.

        Raises:
            Damaged: They are not what was written.
        """
        start = at - at % _PAGE
        content = self._pages.get(start)
        if content is None or at + size > start + _PAGE:
            wanted = -(-(at + size - start) // _PAGE) * _PAGE
            content = os.pread(self._handle, wanted, start)
            place = start // _PAGE * 4
            if _sums_of(content) != self._sums[place : place + wanted // _PAGE * 4]:
                raise Damaged(f"{self._path} has other content")
            if wanted == _PAGE:
                self._pages[start] = content
        return content[at - start : at - start + size]


def open_files(folder: Path, manifest: Manifest) -> dict[str, Stored]:
    """Open the files that reading takes, by name; of what they hold nothing is read.

    Raises:
        Damaged: One is not as long as the manifest says.
        OSError: One cannot be read; FileNotFoundError when it is gone.
    """
    return {
        entry.name: Stored(folder / entry.name, entry)
        for entry in manifest.values()
        if entry.name.endswith(SUFFIXES)
    }


def verify_all(folder: Path, manifest: Manifest) -> None:
    """Read every file of the index.

    Raises:
        Damaged: One is not as the manifest says.
        OSError: One cannot be read.
    """
    for entry in manifest.values():
        Stored(folder / entry.name, entry)  # no link, no device
        if _entry(folder, entry.name) != entry:
            raise Damaged(f"{folder / entry.name} has other content")
