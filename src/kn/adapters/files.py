"""Files that must not be lost: atomic, durable writes and confined reads."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from pathlib import Path

from kn.errors import KnError

TEMPORARY = ".tmp-"
"""Prefix of a file that is being written; every reader ignores it."""


def write_atomic(path: Path, data: bytes, *, mode: int = 0o644, replace: bool = True) -> None:
    """Write `data` so that a reader sees the old file or the new one, also after a power cut.

    The temporary file lies beside the target, is synced, renamed, and its folder synced.

    Args:
        path: Its parent must exist.
        mode: Permission bits of a new file; an existing file keeps its own.
        replace: False refuses to write over an existing file (O_EXCL's promise).

    Raises:
        FileExistsError: `replace` is false and the file is there.
        KnError: The target is a symbolic link, or the disk says no.
    """
    temporary = path.with_name(
        f"{TEMPORARY}{os.getpid():x}-{os.urandom(4).hex()}-{path.name[-60:]}"
    )
    try:
        mode = _mode_of(path, mode)
        _write_synced(temporary, data, mode)
        if replace:
            os.replace(temporary, path)  # noqa: PTH105 -- beside os.link, which pathlib has not
        else:
            _publish(temporary, path)
    except FileExistsError:
        raise
    except OSError as error:
        raise KnError(f"{path} could not be written: {error.strerror or error}.") from error
    finally:
        _drop(temporary)
    sync_folder(path.parent)


def _mode_of(path: Path, mode: int) -> int:
    """The permission bits of the file at `path`; `mode` when there is none."""
    try:
        known = path.lstat()
    except FileNotFoundError:
        return mode
    if not stat.S_ISREG(known.st_mode):
        raise KnError(f"{path} is not a regular file; kn writes through no link.")
    return stat.S_IMODE(known.st_mode)


def _publish(temporary: Path, path: Path) -> None:
    """Give the finished file its name, unless something has that name."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError as error:
        # FAT, some network disks and containers have no hard links. Writers hold the lock and
        # names are random, so looking first is enough there.
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK):
            raise
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
        os.replace(temporary, path)  # noqa: PTH105


def _drop(temporary: Path) -> None:
    """Remove what is left; every reader ignores it, so a failure is no error."""
    with contextlib.suppress(OSError):
        temporary.unlink(missing_ok=True)


def _write_synced(path: Path, data: bytes, mode: int) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(handle, view) :]
        os.fchmod(handle, mode)
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """Make renames in `folder` survive a power cut, where the system can."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass  # some network file systems refuse; the rename itself is done
    finally:
        os.close(handle)


def read_regular(path: Path, *, most: int | None = None) -> bytes:
    """Read a regular file without following a link at its end.

    Args:
        path: The file.
        most: Refuse a larger file, in bytes.

    Raises:
        FileNotFoundError: There is none.
        KnError: It is a link, a folder, a device, or larger than `most`.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise KnError(f"{path} could not be read: {error.strerror or error}.") from error
    known = os.fstat(handle)
    if not stat.S_ISREG(known.st_mode):
        os.close(handle)
        raise KnError(f"{path} is not a regular file.")
    with os.fdopen(handle, "rb") as file:
        if most is not None and known.st_size > most:
            raise KnError(f"{path} has {known.st_size} bytes; at most {most} are read.")
        return file.read()


def make_private_folder(path: Path) -> None:
    """Create `path` (one level) for this user alone, or take it when it is that already.

    Raises:
        KnError: It is a link, or somebody else's.
    """
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        pass
    except OSError as error:
        raise KnError(f"{path} could not be created: {error.strerror or error}.") from error
    known = path.lstat()
    if not stat.S_ISDIR(known.st_mode):
        raise KnError(f"{path} is not a folder.", hint="Move it away; kn makes its own.")
    if hasattr(os, "getuid") and known.st_uid != os.getuid():
        raise KnError(f"{path} belongs to another user.")
