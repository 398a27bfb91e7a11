"""Derived values on disk, under `.git/kn/`: written atomically, checked when read, disposable.

`marshal` loads ten thousand rows in milliseconds. It is not for foreign data: these files lie
where git's own hooks lie, belong to this user, and carry a checksum; whoever could change them
could change `.git/hooks` (DESIGN §8). Anything wrong reads as "not there".
"""

from __future__ import annotations

import marshal
import os
import sys
import zlib
from pathlib import Path
from typing import Any

from kn import __version__

_STAMP = f"kn {__version__} {sys.version_info.major}.{sys.version_info.minor}\n".encode()


def load(path: Path) -> Any | None:
    """What `save` wrote, or None when it is missing, damaged, foreign or of another kn."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        known = os.fstat(handle)
        if hasattr(os, "getuid") and known.st_uid != os.getuid():
            return None
        raw = b""
        while part := os.read(handle, max(known.st_size + 1 - len(raw), 4096)):
            raw += part
    except OSError:
        return None
    finally:
        os.close(handle)
    body = len(_STAMP) + 8
    if not raw.startswith(_STAMP) or len(raw) < body:
        return None
    if raw[len(_STAMP) : body] != b"%08x" % zlib.crc32(memoryview(raw)[body:]):
        return None
    try:
        return marshal.loads(memoryview(raw)[body:])
    except (ValueError, EOFError, TypeError, MemoryError):
        return None


def save(path: Path, value: Any) -> None:
    """Write a value of plain Python types; readers see the old one or the new one.

    Not synced to the disk: what a power cut takes is built again. A full disk or a read-only
    one is no error either: the next command computes what it could not find.
    """
    raw = marshal.dumps(value)
    temporary = path.with_name(f".tmp-{os.getpid():x}-{os.urandom(4).hex()}")
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            for part in (_STAMP + b"%08x" % zlib.crc32(raw), raw):
                view = memoryview(part)
                while view:
                    view = view[os.write(handle, view) :]
        finally:
            os.close(handle)
        temporary.replace(path)
    except OSError:
        try:
            temporary.unlink(missing_ok=True)
        except OSError:
            return


def prune(folder: Path, most: int) -> None:
    """Keep the `most` files of `folder` that were written last."""
    try:
        entries = [(e.stat().st_mtime_ns, e.path) for e in os.scandir(folder) if e.is_file()]
        for _, name in sorted(entries)[: -most or None]:
            Path(name).unlink()
    except OSError:
        return
