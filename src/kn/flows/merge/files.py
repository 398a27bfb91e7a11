"""`kn merge-driver`: three files in, one file out, never a lost edit."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from kn.adapters.files import read_regular, write_atomic
from kn.core.merge.files import falls_back, merge_items
from kn.core.merge.markers import SIZE, mark_bytes
from kn.core.yaml.read import read_yaml

LIMIT = 20
"""Seconds after which the driver gives up, and git's own line merge stands; a guess: a merge of
the largest item takes less than one."""


def run_driver(arguments: list[str]) -> int | None:
    """What git calls, without click: git starts it anew for every file.

    Returns:
        0 for a clean merge, 1 for a conflict, 3 for a bug, with which git's own merge stands; None
        when these are not the driver's arguments.
    """
    if not 3 <= len(arguments) <= 6 or any(a.startswith("-") for a in arguments):
        return None
    base, ours, theirs, _, size, output = [*arguments, *["", "", ""][len(arguments) - 3 :]]
    if size and not size.isdecimal():
        return None
    files = Path(base), Path(ours), Path(theirs)
    into = Path(output) if output else None
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(LIMIT)
    try:
        clean = merge_files(Path.cwd(), *files, marker_size=int(size or SIZE), output=into)
    except Exception as error:
        if os.environ.get("KN_DEBUG"):
            raise
        sys.stderr.write(f"kn: git merges by lines: {type(error).__name__}: {error}\n")
        return 3
    finally:
        signal.alarm(0)
    return 0 if clean else 1


def merge_files(
    start: Path, base: Path, ours: Path, theirs: Path,
    *, marker_size: int = SIZE, output: Path | None = None,
) -> bool:  # fmt: skip
    """Merge two versions of a file, as git asks of a driver; return whether it is clean.

    Items are merged field by field. What is no item, or is one that can't be read, is merged by
    git's own line merge; where that is clean and yet the result no longer reads as an item's YAML
    (two sides may each add the same key, far apart), or has an item in service again that one
    side took out, both sides are kept whole between markers.

    Args:
        start: Where to run git.
        base: The common ancestor (%O); empty when both sides added the file.
        ours: Our side (%A).
        theirs: Their side (%B).
        marker_size: Length of a conflict marker (%L).
        output: Where the result goes, in one step; `ours` when it is not given.
    """
    old, our, their = (read_regular(path) for path in (base, ours, theirs))
    merged = merge_items(old, our, their, marker_size)
    if merged is not None:
        write_atomic(output or ours, merged.data)
        return not merged.conflicts
    clean, data = _merge_lines(start, base, ours, theirs, marker_size)
    if data is None or (clean and (read_yaml(data).faults or falls_back(data, our, their))):
        clean, data = False, mark_bytes(our, their, marker_size)
    write_atomic(output or ours, data)
    return clean


def _merge_lines(
    start: Path, base: Path, ours: Path, theirs: Path, size: int
) -> tuple[bool, bytes | None]:
    """Git's line merge; no result for what holds a NUL."""
    from kn.adapters.git import attempt, find_repository

    labels = ("-L", "ours", "-L", "base", "-L", "theirs")
    done = attempt(
        find_repository(start), "merge-file", "-p", "-q", f"--marker-size={size}", *labels,
        *(str(path.resolve()) for path in (ours, base, theirs)),
    )  # fmt: skip
    return done.returncode == 0, done.stdout if done.returncode <= 127 else None
