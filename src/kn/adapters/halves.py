"""Doing a long piece of work in two processes."""

from __future__ import annotations

import marshal
import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any


def in_halves(
    work: Callable[[Sequence[str]], list[Any]], keys: Sequence[str], folder: Path
) -> list[Any]:
    """`work(keys)`, the second half of it in a process forked for it, where processors are two.

    Whatever goes wrong with the other process, its half is done here.

    Args:
        work: From keys to a list of plain values (what `marshal` takes); it touches nothing else.
        keys: What to work on.
        folder: Where the other process may leave its half.
    """
    if not hasattr(os, "fork") or (os.cpu_count() or 1) < 2:
        return work(keys)
    first, second = keys[: len(keys) // 2], keys[len(keys) // 2 :]
    path = folder / f".tmp-half-{os.getpid():x}"
    child = os.fork()
    if not child:
        _leave(work, second, path)
    try:
        mine = work(first)
        _, status = os.waitpid(child, 0)
        child = 0
        theirs = _load(path) if status == 0 else None
    finally:
        if child:  # the time is over, or somebody pressed ^C
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        path.unlink(missing_ok=True)
    return mine + (work(second) if theirs is None else theirs)


def _leave(work: Callable[[Sequence[str]], list[Any]], keys: Sequence[str], path: Path) -> None:
    """In the other process: it ends here, without anything that an ending process does."""
    code = 1
    try:
        raw = marshal.dumps(work(keys))
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
        code = 0
    finally:
        os._exit(code)


def _load(path: Path) -> list[Any] | None:
    try:
        found: list[Any] = marshal.loads(path.read_bytes())
    except (OSError, ValueError, EOFError, TypeError):
        return None
    return found
