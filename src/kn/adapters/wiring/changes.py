"""One step of a plan: what a path holds now, and what it will hold."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kn.adapters.files import TEMPORARY, sync_folder, write_atomic
from kn.errors import Busy, KnError


@dataclass(frozen=True, slots=True)
class File:
    """A regular file; `mode` holds its permission bits."""

    data: bytes
    mode: int = 0o644


@dataclass(frozen=True, slots=True)
class Link:
    """A symbolic link, never followed."""

    target: str


@dataclass(frozen=True, slots=True)
class Folder:
    """A directory, whatever is in it."""


State = File | Link | Folder | None
"""What a path holds; None is nothing."""


@dataclass(frozen=True, slots=True)
class Change:
    """Something kn will do to one path; `what` says it in a line for people."""

    path: Path
    what: str
    before: State
    after: State
    locked: bool = False
    """Written through git's own lock, PATH.lock, because git writes the file too."""


def look(path: Path) -> State:
    """What `path` holds.

    Raises:
        KnError: It is a device, a socket or the like, or may not be read.
    """
    try:
        known = path.lstat()
        if stat.S_ISLNK(known.st_mode):
            return Link(str(path.readlink()))
        if stat.S_ISDIR(known.st_mode):
            return Folder()
        if stat.S_ISREG(known.st_mode):
            return File(path.read_bytes(), stat.S_IMODE(known.st_mode))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise KnError(f"{path} could not be read: {error.strerror or error}.") from error
    raise KnError(f"{path} is neither a file nor a folder.")


def make(change: Change) -> None:
    """Do it, if the path still holds what the plan saw.

    A folder that is no longer empty is left.

    Raises:
        KnError: Somebody changed the path since, or the disk says no.
        Busy: git is writing the file.
    """
    path, after = change.path, change.after
    if look(path) != change.before:
        raise KnError(
            f"{path} changed while kn was at work; it was left as it is.", hint="Run kn again."
        )
    try:
        if change.locked and isinstance(after, File):
            _write_locked(path, after, change.before)
        elif isinstance(after, Folder):
            path.mkdir()
        elif isinstance(after, File):
            _put(path, after, change.before)
        elif isinstance(after, Link):
            _put_link(path, after)
        elif isinstance(change.before, Folder):
            _remove_empty(path)
        else:
            path.unlink()
    except OSError as error:
        raise KnError(f"{path}: {error.strerror or error}.") from error


def _remove_empty(path: Path) -> None:
    try:
        path.rmdir()
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise


def _put(path: Path, file: File, before: State) -> None:
    """Write beside, then rename: an existing hook is there at every moment, old or new."""
    if before is None or (isinstance(before, File) and before.mode == file.mode):
        write_atomic(path, file.data, mode=file.mode)
        return
    beside = path.with_name(f"{TEMPORARY}kn-{path.name}")
    beside.unlink(missing_ok=True)
    write_atomic(beside, file.data, mode=file.mode)
    beside.replace(path)
    sync_folder(path.parent)


def _put_link(path: Path, link: Link) -> None:
    beside = path.with_name(f"{TEMPORARY}kn-{path.name}")
    beside.unlink(missing_ok=True)
    beside.symlink_to(link.target)
    beside.replace(path)


def _write_locked(path: Path, file: File, before: State) -> None:
    lock = path.with_name(f"{path.name}.lock")
    try:
        handle = os.open(lock, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError as error:
        raise Busy(
            f"{lock} is there: git is writing {path.name}, or died over it.",
            hint="Try again; if no git runs, look at that file.",
        ) from error
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(file.data)
            out.flush()
            os.fchmod(handle, file.mode)
            os.fsync(handle)
        if look(path) != before:
            raise KnError(f"{path} changed while kn was at work.", hint="Run kn again.")
        lock.replace(path)
    except BaseException:
        lock.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Say in which file something is wrong."""
    try:
        yield
    except KnError as error:
        raise KnError(f"{path}: {error}", hint=error.hint) from error
