"""What kn wrote into an index folder, so that damage is seen before anything is decoded.

The file `manifest` begins with the SHA-256 of its rest, then says which kn, Whoosh and Python
wrote it, then names every other file with size, time, inode and SHA-256. It is replaced as a
whole, after the files that it names are complete: what it names is the index, all else is
litter. Nothing is synced to the disk: after a power cut the digests don't fit, and the index
is built anew.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import whoosh  # the package alone, for its version: 0.3 ms

_FORMAT = 2
"""Raise it whenever what kn stores, or how it analyses text, changes."""

_STAMP = (
    f"kn-index {_FORMAT} whoosh {'.'.join(map(str, whoosh.__version__))} "
    f"python {sys.version_info.major}.{sys.version_info.minor}"
)

_NAME = "manifest"

_HASHED = 20_000_000
"""Bytes up to which every file's SHA-256 is computed at every opening (14 ms); a guess. Above it
that is done for large files only when their size, time or inode differ."""

_LARGE = (".trm", ".pst")


class Damaged(Exception):
    """A file is not what the manifest says, or cannot be decoded."""


class Entry(NamedTuple):  # the key of `Files`; importing dataclasses takes 6 ms
    """One file of the index."""

    name: str
    size: int
    mtime_ns: int
    inode: int
    sha256: str


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
    if digest.decode("ascii", "replace") != hashlib.sha256(rest).hexdigest():
        return None
    stamp, *lines = rest.decode("utf-8").splitlines()
    if stamp != _STAMP:
        return None
    fields = [line.split(" ") for line in lines]
    return {f[0]: Entry(f[0], int(f[1]), int(f[2]), int(f[3]), f[4]) for f in fields}


def write_manifest(folder: Path, names: Iterable[str], known: Manifest) -> None:
    """Make `names` the files of the index, atomically; `known` saves reading those again."""
    entries = [known.get(name) or _entry(folder, name) for name in names]
    rest = "\n".join(
        [_STAMP, *(f"{e.name} {e.size} {e.mtime_ns} {e.inode} {e.sha256}" for e in entries)]
    ).encode("utf-8")
    draft = folder / f"{_NAME}.new"
    draft.write_bytes(hashlib.sha256(rest).hexdigest().encode("ascii") + b"\n" + rest)
    draft.replace(folder / _NAME)


def _entry(folder: Path, name: str) -> Entry:
    path = folder / name
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    known = path.lstat()
    return Entry(name, known.st_size, known.st_mtime_ns, known.st_ino, digest)


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
    """A verified file, open for reading: replaced or deleted, it still reads as it was."""

    __slots__ = ("_handle",)

    def __init__(self, handle: int) -> None:
        self._handle = handle

    def __del__(self) -> None:
        os.close(self._handle)

    def read(self, at: int, size: int) -> bytes:
        """At most `size` bytes from `at`; fewer at the end of the file."""
        return os.pread(self._handle, size, at)

    def sha256(self) -> str:
        """The digest of the whole, read piece by piece: 6 ms less for 12 MB than at once."""
        digest = hashlib.sha256()
        buffer = memoryview(bytearray(1 << 18))
        at = 0
        while size := os.preadv(self._handle, [buffer], at):
            digest.update(buffer[:size])
            at += size
        return digest.hexdigest()


Files = dict[Entry, Stored]


def open_files(folder: Path, manifest: Manifest, suffixes: tuple[str, ...], have: Files) -> Files:
    """Open the files whose names end in `suffixes`, and verify them.

    Args:
        folder: The index.
        manifest: What should be there.
        suffixes: Of the files that are wanted.
        have: What was verified before: not read again where size, time and inode still agree.

    Raises:
        Damaged: One is not as the manifest says.
        OSError: One cannot be read; FileNotFoundError when it is gone.
    """
    entries = [entry for entry in manifest.values() if entry.name.endswith(suffixes)]
    hashed = sum(entry.size for entry in entries) <= _HASHED
    return {
        entry: _open(folder, entry, hashed or not entry.name.endswith(_LARGE), have.get(entry))
        for entry in entries
    }


def _open(folder: Path, entry: Entry, hashed: bool, before: Stored | None) -> Stored:
    path = folder / entry.name
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    stored = Stored(handle)
    known = os.fstat(handle)
    if not stat.S_ISREG(known.st_mode) or known.st_size != entry.size:
        raise Damaged(f"{path} has another size")
    same = (known.st_mtime_ns, known.st_ino) == (entry.mtime_ns, entry.inode)
    if same and before is not None:
        return before
    if (hashed or not same) and stored.sha256() != entry.sha256:
        raise Damaged(f"{path} has other content")
    return stored
