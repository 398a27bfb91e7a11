"""Which files are there, and what they hold, by stat: content is read only when a file changed.

The method is git's own: a file whose size, inode and times are as they were is unchanged, unless
it was touched so shortly before it was looked at that a second change could hide in the same
tick of the clock ("racy git").
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from kn.adapters.files import TEMPORARY
from kn.errors import KnError

RACY_NS = 50_000_000
"""Nanoseconds; a kernel tick is 4 to 10 ms, the rest is a margin."""


class Seen(NamedTuple):
    """A regular file as it was when it was hashed."""

    changed_ns: int
    """The later of the times of content and inode: `cp -p` and `rsync -t` keep the first."""
    size: int
    inode: int
    hashed_ns: int
    blob: str


Snapshot = dict[str, Seen]
"""Path relative to the top -> what was seen."""


def list_items(top: Path, folder: str, subfolders: Iterable[str]) -> dict[str, os.stat_result]:
    """Every item file, one level below `folder`, with its stat.

    Symlinks, also in place of a folder, and devices are left out. Temporary files (`.tmp-…`),
    hidden files and other endings are nobody's items.

    Raises:
        KnError: A folder cannot be read.
    """
    found = {}
    for name in subfolders:
        where = top / folder / name
        try:
            if not stat.S_ISDIR(where.lstat().st_mode):
                continue
            entries = os.scandir(where)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise KnError(f"{where} could not be read: {error.strerror or error}.") from error
        with entries:
            for entry in entries:
                if entry.name.endswith((".yaml", ".yml")) and entry.name[0] != ".":
                    known = _stat_entry(entry)
                    if known is not None and stat.S_ISREG(known.st_mode):
                        found[f"{folder}/{name}/{entry.name}"] = known
    return found


def list_below(top: Path, folder: str) -> dict[str, str]:
    """Path -> git's mode of everything below `folder`, no link followed.

    What git cannot hold is called by a word; a folder with a repository of its own is one entry.
    Temporary files of a writer are left out, and what cannot be listed.
    """
    found = {}
    waiting = [folder]
    while waiting:
        where = waiting.pop()
        try:
            entries = list(os.scandir(top / where))
        except OSError:
            continue
        for entry in entries:
            known = _stat_entry(entry)
            path = f"{where}/{entry.name}"
            if known is None or entry.name.startswith(TEMPORARY):
                continue
            if stat.S_ISDIR(known.st_mode):
                if os.path.lexists(top / path / ".git"):
                    found[path] = "160000"
                else:
                    waiting.append(path)
            elif stat.S_ISREG(known.st_mode):
                found[path] = "100755" if known.st_mode & stat.S_IXUSR else "100644"
            else:
                found[path] = "120000" if stat.S_ISLNK(known.st_mode) else "a pipe or device"
    return found


def _stat_entry(entry: os.DirEntry[str]) -> os.stat_result | None:
    try:
        return entry.stat(follow_symlinks=False)
    except OSError:  # gone since it was listed
        return None


def stat_paths(top: Path, paths: Iterable[str]) -> dict[str, os.stat_result]:
    """The stat of each path that is a regular file inside the work tree, reached by no link."""
    found = {}
    for path in paths:
        try:
            known = os.lstat(top / path)
        except (OSError, ValueError):
            continue
        if stat.S_ISREG(known.st_mode) and is_inside(top, path):
            found[path] = known
    return found


def is_inside(top: Path, path: str) -> bool:
    """Whether `path`, followed through every link, stays below `top`."""
    try:
        return (top / path).resolve().is_relative_to(top.resolve())
    except (OSError, RuntimeError, ValueError):
        return False


def is_fresh(seen: Seen | None, known: os.stat_result) -> bool:
    """Whether the file is surely what it was when it was hashed."""
    return (
        seen is not None
        and seen.changed_ns == _changed_ns(known)
        and seen.size == known.st_size
        and seen.inode == known.st_ino
        and seen.changed_ns + RACY_NS < seen.hashed_ns
    )


def _changed_ns(known: os.stat_result) -> int:
    return max(known.st_mtime_ns, known.st_ctime_ns)


def refresh(
    top: Path,
    found: Mapping[str, os.stat_result],
    before: Mapping[str, Seen],
    blob_of: Callable[[bytes], str],
) -> Snapshot:
    """A snapshot of the files `found`: what is fresh is taken from `before`, the rest is hashed.

    A file that vanishes meanwhile is left out.
    """
    after: Snapshot = {}
    for path, known in found.items():
        seen = before.get(path)
        if seen is not None and is_fresh(seen, known):
            after[path] = seen
            continue
        now = time.time_ns()
        try:
            content = (top / path).read_bytes()
        except OSError:
            continue
        blob = blob_of(content)
        after[path] = Seen(_changed_ns(known), known.st_size, known.st_ino, now, blob)
    return after
