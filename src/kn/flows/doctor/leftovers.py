"""What interrupted work leaves behind: temporary files, locks, candidates nobody can read."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

from kn.adapters.files import TEMPORARY
from kn.adapters.inbox import Inbox
from kn.adapters.lock import locked
from kn.errors import Busy, KnError
from kn.flows.doctor.site import Site, Told, names

OLD = 3600
"""Seconds after which a temporary file is nobody's any more, whatever runs under its number;
a guess: kn writes a file in milliseconds."""
_PROCESS = re.compile(rf"{re.escape(TEMPORARY)}([0-9a-f]{{1,8}})-")
_LOCKS = ("write", "capture", "ahead.lock", "index/lock")
_GIT_LOCKS = ("config.lock", "index.lock")


def check_temporary(site: Site) -> Iterator[Told]:
    """No half-written files lie about; readers ignore them, but they take space."""
    found = find_temporary(site)
    top = site.clone.repo.top or site.clone.repo.common_dir
    if found:
        said = f"{len(found)} left by interrupted work: {names(found, top)}."
        yield Told("warn", said, "kn doctor --fix")
    else:
        yield Told("ok", "none")


def find_temporary(site: Site) -> list[Path]:
    """Temporary files of kn whose process has ended."""
    repo = site.clone.repo
    roots = [repo.state, repo.common_dir, repo.common_dir / "hooks"]
    if repo.top is not None:
        roots += [repo.top / site.folder, repo.top / ".vscode"]
    now = time.time()
    found = []
    for root in roots:
        deep = root in (repo.state, *([repo.top / site.folder] if repo.top else []))
        for path in sorted(root.rglob(f"{TEMPORARY}*") if deep else root.glob(f"{TEMPORARY}*")):
            if path.is_file() and not path.is_symlink() and _is_left(path, now):
                found.append(path)
    # What the merge driver works on, when it was killed: git's own name, and `.kn` behind it.
    merged = sorted(repo.top.glob(".merge_file_*.kn")) if repo.top is not None else []
    found += [p for p in merged if p.is_file() and now - p.lstat().st_mtime > OLD]
    return list(dict.fromkeys(found))


def _is_left(path: Path, now: float) -> bool:
    named = _PROCESS.match(path.name)
    if now - path.lstat().st_mtime > OLD:
        return True
    return named is not None and not _is_running(int(named[1], 16))


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        pass
    return True


def check_locks(site: Site) -> Iterator[Told]:
    """Nobody holds a lock of kn's, and git left none behind."""
    repo = site.clone.repo
    held = []
    for name in _LOCKS:
        path = repo.state / name
        if path.is_file() and not path.is_symlink():
            try:
                with locked(path, 0):
                    pass
            except Busy:
                held.append(name)
    if held:
        yield Told("warn", f"Another kn is at work: it holds {', '.join(held)}.",
                   "Wait for it; the lock goes when that process ends.")  # fmt: skip
    stale = [
        folder / name
        for name, folder in zip(_GIT_LOCKS, (repo.common_dir, repo.git_dir), strict=True)
        if (folder / name).exists() and time.time() - (folder / name).lstat().st_mtime > 60
    ]
    for path in stale:
        yield Told(
            "fail" if path.name == "config.lock" else "warn",
            f"{path} is older than a minute: git is at work, or died over it.",
            "If no git runs in this repository, move that file away.",
        )
    if not held and not stale:
        yield Told("ok", "free")


def check_inbox(site: Site) -> Iterator[Told]:
    """Every candidate that waits can be read."""
    folder = site.clone.repo.state / "inbox"
    pending = {one.key for one in Inbox(site.clone.repo.state).pending()}
    decided = Inbox(site.clone.repo.state).decisions()
    files = sorted(folder.glob("[!.]*")) if folder.is_dir() else []
    odd = [p for p in files if p.stem not in pending and p.stem not in decided]
    if odd:
        where = site.clone.repo.top or folder
        yield Told("warn", f"Not readable as candidates: {names(odd, where)}.",
                   "Look at them; kn leaves them alone.")  # fmt: skip
    else:
        yield Told("ok", f"{len(pending)} waiting" + ("; see `kn inbox`" if pending else ""))


def clear_temporary(site: Site) -> list[str]:
    """Remove the temporary files that nobody will finish; what was done, a line each.

    Raises:
        KnError: The disk says no.
    """
    done = []
    for path in find_temporary(site):
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise KnError(f"{path} could not be removed: {error.strerror or error}.") from error
        done.append(f"removed {path}")
    return done
