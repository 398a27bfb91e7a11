"""What a session has been given, and when hooks fired: small files under `.git/kn/agents/`.

Only `os` and `fcntl` are imported: this is read at every prompt.
"""

from __future__ import annotations

import fcntl
import os
import time
import zlib

from kn.adapters import witness

MOST_SESSIONS = 200
"""Sessions that are remembered; a guess: a team's day has fewer."""
OLDEST = 30 * 86_400
"""Seconds after which a session is forgotten; a guess. What it is told again then costs little."""
MOST_BYTES = 400_000
"""Of one session's file; a guess: ten thousand items."""
SAME = 1.0
"""Seconds within which a second start of the same session is another wiring's call, and no start
of its own (a guess: agents run the hooks of one event side by side)."""


def folder_of(common: str) -> str:
    """Where all of it lies, below the common git directory."""
    return f"{common}/kn/agents"


class Session:
    """The memory of one session, held for this process alone until it is closed."""

    def __init__(self, folder: str, agent: str, session: str) -> None:
        make_folder(f"{folder}/sessions")
        digits = zlib.crc32(session.encode("utf-8", "surrogateescape"))
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
        self._handle = os.open(f"{folder}/sessions/{agent}-{digits:08x}", flags, 0o600)
        fcntl.flock(self._handle, fcntl.LOCK_EX)
        lines = os.pread(self._handle, MOST_BYTES, 0).decode("utf-8", "replace").split("\n")
        rows = [tuple(line.split(" ", 2)) for line in lines[:-1]]
        self.items = {r[1]: r[2] for r in rows if r[0] == "item" and len(r) == 3}
        """Id -> the version that was given last."""
        self.files = {r[1] for r in rows if r[0] == "file"}
        self._start = next((" ".join(r[1:]) for r in rows if r[0] == "start"), "")

    def begin(self, source: str) -> bool:
        """Forget all: the session starts, or its context was cut down.

        It is forgotten on disk at once: if nothing can be given now (kn is too slow, an item is
        broken), the session has lost what it had all the same.

        Args:
            source: Why it starts.

        Returns:
            False when somebody else has just done so for the same reason.
        """
        now, why = time.time(), key_of(source)
        at, _, before = self._start.partition(" ")
        if before == why and 0 <= now - float(at) < SAME:
            return False
        self.items, self.files = {}, set()
        self._start = f"{now} {why}"
        os.ftruncate(self._handle, 0)
        self._add(f"start {self._start}\n")
        return True

    def remember(self, items: dict[str, str], files: list[str]) -> None:
        """Note what was given."""
        self._add(
            "".join(f"item {i} {v}\n" for i, v in items.items())
            + "".join(f"file {key_of(f)}\n" for f in files)
        )

    def _add(self, text: str) -> None:
        if text:
            os.write(self._handle, text.encode("utf-8", "replace"))

    def close(self) -> None:
        os.close(self._handle)


def make_folder(path: str) -> None:
    """Make a folder below `.git/kn`, and that as well, for this user alone."""
    if not os.path.isdir(path):
        make_folder(os.path.dirname(path))
        try:  # noqa: SIM105 -- contextlib is an import more
            os.mkdir(path, 0o700)
        except FileExistsError:
            pass


def key_of(path: str) -> str:
    """A path, or another text of an agent's, as the memory has it."""
    return f"{zlib.crc32(path.encode('utf-8', 'surrogateescape')):08x}"


def prune(folder: str) -> None:
    """Forget the oldest sessions."""
    now, found = time.time(), []
    for entry in os.scandir(f"{folder}/sessions"):
        found.append((entry.stat(follow_symlinks=False).st_mtime, entry.path))
    found.sort(reverse=True)
    for place, (changed, path) in enumerate(found):
        if place >= MOST_SESSIONS or now - changed > OLDEST:
            os.unlink(path)


def note_firing(folder: str, agent: str, event: str, outcome: str) -> None:
    """Note that a hook has just fired, and what came of it."""
    make_folder(f"{folder}/fired")
    witness.replace_file(f"{folder}/fired/{agent} {event}", f"{int(time.time())} {outcome}\n")


def read_firings(folder: str, agent: str) -> dict[str, tuple[int, str]]:
    """Of each event of an agent when it fired last, and what came of it."""
    found = {}
    try:
        names = os.listdir(f"{folder}/fired")
    except OSError:
        return {}
    for name in names:
        who, _, event = name.partition(" ")
        at, _, outcome = witness.read_line(f"{folder}/fired/{name}").partition(" ")
        if who == agent and at.isdecimal():
            found[event] = (int(at), outcome)
    return found
