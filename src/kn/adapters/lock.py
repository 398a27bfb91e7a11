"""One writer at a time: a lock that the kernel holds, and drops when its process dies."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kn.errors import Busy, KnError

_PAUSE = 0.01
"""Seconds between two tries; a guess between waking often and waiting long."""


@contextmanager
def locked(path: Path, timeout: float) -> Iterator[None]:
    """Hold the lock that is the file `path` while the block runs.

    The file is created when missing and stays; only the lock on it counts, so a crash leaves
    nothing to clean up. Not reentrant: asking for it again inside the block waits and fails.

    Args:
        path: Its folder must exist.
        timeout: Seconds to wait for another holder; 0 tries once.

    Raises:
        Busy: Another process, or this one, still holds it.
        KnError: The file cannot be opened: a link, no permission, a read-only disk.
    """
    end = time.monotonic() + timeout
    handle = _try(path)
    while handle is None:
        if time.monotonic() >= end:
            raise Busy(
                f"Another kn holds {path} for more than {timeout:g} s.",
                hint="Run the command again when it has finished.",
            )
        time.sleep(_PAUSE)
        handle = _try(path)
    try:
        yield
    finally:
        os.close(handle)  # lets go of the lock as well


def _try(path: Path) -> int | None:
    try:
        handle = os.open(
            path,
            os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0),
            0o600,
        )
    except OSError as error:
        raise KnError(f"{path} could not be locked: {error.strerror or error}.") from error
    # Somebody may have deleted the folder, and a third one locked a new file of that name.
    if _take(handle) and _is_still(path, handle):
        return handle
    os.close(handle)
    return None


def _is_still(path: Path, handle: int) -> bool:
    try:
        known = path.lstat()
    except OSError:
        return False
    return os.path.samestat(known, os.fstat(handle))


if sys.platform == "win32":
    import msvcrt

    def _take(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _take(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError as error:
            os.close(handle)
            raise KnError(f"This disk takes no locks: {error.strerror or error}.") from error
        return True
