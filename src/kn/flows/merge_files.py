"""`kn merge-driver`: three files in, one file out, never a lost edit."""

from __future__ import annotations

from pathlib import Path

from kn.adapters.files import read_regular, write_atomic
from kn.adapters.git import Repository, attempt, find_repository
from kn.core.yaml.read import read_yaml


def merge_files(
    repo: Repository, base: Path, ours: Path, theirs: Path, *, marker_size: int = 7
) -> bool:
    """Merge into `ours`, as git asks of a driver; return whether it is clean.

    Git's own line merge decides. Where it is clean and yet the result no longer reads as an
    item's YAML (two sides may each add the same key, far apart), both sides are kept whole
    between markers. `ours` is replaced in one step, never truncated.

    Args:
        repo: Where to run git.
        base: The common ancestor (%O); empty when both sides added the file.
        ours: Our side (%A), and the result.
        theirs: Their side (%B).
        marker_size: Length of a conflict marker (%L).
    """
    sides = [read_regular(path) for path in (ours, base, theirs)]
    labels = ("-L", "ours", "-L", "base", "-L", "theirs")
    done = attempt(
        repo, "merge-file", "-p", "-q", f"--marker-size={marker_size}", *labels,
        *(str(path.resolve()) for path in (ours, base, theirs)),
    )  # fmt: skip
    clean, merged = done.returncode == 0, done.stdout
    binary = done.returncode > 127  # git merges nothing that holds a NUL
    if binary or (clean and read_yaml(merged).faults):
        clean, merged = False, _both(sides[0], sides[2], marker_size)
    write_atomic(ours, merged)
    return clean


def _both(ours: bytes, theirs: bytes, size: int) -> bytes:
    mark = [sign * size for sign in (b"<", b"=", b">")]
    ends = [b"" if side.endswith(b"\n") or not side else b"\n" for side in (ours, theirs)]
    return (
        mark[0] + b" ours\n" + ours + ends[0] + mark[1] + b"\n"
        + theirs + ends[1] + mark[2] + b" theirs\n"
    )  # fmt: skip


def merge_here(start: Path, base: Path, ours: Path, theirs: Path, *, marker_size: int = 7) -> bool:
    """`merge_files` in the repository around `start`."""
    return merge_files(find_repository(start), base, ours, theirs, marker_size=marker_size)
