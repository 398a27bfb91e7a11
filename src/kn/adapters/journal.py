"""What this clone remembers of itself, under `.git/kn/`: small append-only files.

`local` holds the blob ids of item versions that were written or accepted here (DESIGN §4: an
author's name proves nothing, the clone's own memory does).
"""

from __future__ import annotations

import os
from pathlib import Path

from kn.adapters.files import write_atomic
from kn.errors import KnError


def read_local(state: Path) -> frozenset[str]:
    """The blob ids of versions that were written in this clone."""
    try:
        raw = (state / "local").read_text("ascii", "replace")
    except OSError:
        return frozenset()
    return frozenset(line for line in raw.split("\n") if len(line) in (40, 64))


def remember_local(state: Path, blob: str) -> None:
    """Note that a version was written here.

    Raises:
        KnError: The disk says no.
    """
    append_line(state / "local", blob)


def append_line(path: Path, line: str) -> None:
    """Add a line to a file that only grows, on the disk when this returns.

    One write call, so that writers never mix; a blank line first, when the last writer was cut
    off in the middle of its own.

    Raises:
        KnError: The disk says no.
    """
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        handle = os.open(path, flags, 0o600)
        try:
            size = os.fstat(handle).st_size
            torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
            os.write(handle, ("\n" * torn + line + "\n").encode("ascii"))
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise KnError(f"{path} could not be written: {error.strerror or error}.") from error


SEEN_MOST = 200
"""Tips that are remembered; with more branches in turn some commits are read twice, and their
candidates are known by their keys."""


def read_seen(state: Path) -> list[str] | None:
    """The commits up to which history was read, oldest first; None when nothing is watched."""
    try:
        raw = (state / "seen").read_text("ascii", "replace")
    except OSError:
        return None
    return [line for line in raw.split("\n") if len(line) in (40, 64)]


def remember_seen(state: Path, commits: list[str]) -> None:
    """Note that history was read up to `commits`; written whole, so that it never grows."""
    known = [c for c in read_seen(state) or [] if c not in commits]
    text = "".join(f"{c}\n" for c in [*known, *commits][-SEEN_MOST:])
    write_atomic(state / "seen", text.encode("ascii"), mode=0o600)


HALF_READ_MOST = 20
"""Interrupted readings that are remembered; a guess: nobody leaves as many."""


def read_half_read(state: Path) -> dict[tuple[str, str], int]:
    """Where and how far histories were read that were never read to their end.

    Returns:
        The commit where a range begins (empty for that of everything) and the one where it ends,
        with the number of its commits that were read, oldest first.
    """
    try:
        raw = (state / "half-read").read_text("ascii", "replace")
    except OSError:
        return {}
    rows = [line.split(" ") for line in raw.split("\n")]
    return {(r[0], r[1]): int(r[2]) for r in rows if len(r) == 3 and r[2].isdecimal()}


def remember_half_read(state: Path, base: str, tip: str, count: int) -> None:
    """Note how far a range was read; with a count of 0 it is forgotten.

    Raises:
        KnError: The disk says no.
    """
    known = {span: n for span, n in read_half_read(state).items() if span != (base, tip)}
    if count:
        known[base, tip] = count
    rows = [f"{old} {new} {n}\n" for (old, new), n in known.items()][-HALF_READ_MOST:]
    write_atomic(state / "half-read", "".join(rows).encode("ascii"), mode=0o600)


def write_log(state: Path, message: str, at: str) -> None:
    """One line for `kn doctor` and for whoever looks: ids, counts, durations; never content."""
    path = state / "log"
    line = f"{at} {' '.join(message.split())[:300]}\n".encode("utf-8", "replace")
    try:
        if path.exists() and path.stat().st_size > 262_144:
            path.replace(state / "log.1")
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        return
    try:
        os.write(handle, line)
    finally:
        os.close(handle)
