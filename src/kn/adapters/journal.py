"""What this clone remembers of itself, under `.git/kn/`: small append-only files.

`local` holds the blob ids of item versions that were written or accepted here (DESIGN §4: an
author's name proves nothing, the clone's own memory does).
"""

from __future__ import annotations

import os
from pathlib import Path


def read_local(state: Path) -> frozenset[str]:
    """The blob ids of versions that were written in this clone."""
    try:
        raw = (state / "local").read_text("ascii", "replace")
    except OSError:
        return frozenset()
    return frozenset(line for line in raw.split("\n") if len(line) in (40, 64))


def remember_local(state: Path, blob: str) -> None:
    """Note that a version was written here; one write call, so that writers never mix."""
    handle = os.open(state / "local", os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.write(handle, f"{blob}\n".encode("ascii"))
    finally:
        os.close(handle)
