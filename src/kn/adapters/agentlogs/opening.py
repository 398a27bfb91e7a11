"""Opening one log, whatever its format and size, as a stream of turns."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kn.adapters.agentlogs.database import is_database, read_database
from kn.core.sessions import READERS, TOO_LONG, Heading, Turn, detect_format
from kn.errors import KnError

LINE_MOST = 24 << 20
"""Bytes of the longest line that is read, so that decoding it stays within 200 MB; a guess: the
longest seen are copies of requests of some MB."""
_HEAD = 1 << 20
_ZSTD = b"\x28\xb5\x2f\xfd"
_KNOWN = "Claude Code, Codex, Gemini CLI, Copilot CLI, OpenCode, aider and SpecStory"


@dataclass(frozen=True, slots=True)
class OpenLog:
    """A log that is being read: `heading` is complete once `turns` are used up."""

    path: Path
    size: int
    """Bytes."""
    heading: Heading
    turns: Iterator[Turn]


def open_log(path: Path, *, session: str = "") -> OpenLog:
    """Open a log by its content, in memory that does not grow with its size.

    Gemini's and OpenCode's logs and Markdown are the exception: those are replayed whole.

    Args:
        path: A file, or the folder of a Copilot session.
        session: Which session of OpenCode's database; not needed when it holds one.

    Raises:
        KnError: It cannot be read, or is no log of an agent that kn knows.
    """
    if path.is_dir():
        path = path / "events.jsonl"
    try:
        known = path.stat()
        if not stat.S_ISREG(known.st_mode):
            raise KnError(f"{path} is not a regular file.")
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise KnError(f"{path} cannot be read: {error.strerror or error}.") from error
    heading = Heading()
    if is_database(head):
        return OpenLog(path, known.st_size, heading, read_database(path, session, heading))
    if head.startswith(_ZSTD):
        raise KnError(
            f"{path} is compressed.", hint="Decompress it with zstd, and name the result."
        )
    form = detect_format(head)
    if form is None:
        raise KnError(
            f"{path} is no session log that kn knows.", hint=f"kn reads those of {_KNOWN}."
        )
    if form == "gemini":
        heading.note(cwd=project_root(path.parent.parent))
    return OpenLog(path, known.st_size, heading, READERS[form](_lines(path), heading))


def peek_log(path: Path, most: int) -> Heading | None:
    """What the first `most` bytes of a log say of its session; None when it is none."""
    try:
        with path.open("rb") as file:
            head = file.read(most)
    except OSError:
        return None
    form = detect_format(head)
    if form is None:
        return None
    heading = Heading()
    whole = head[: head.rfind(b"\n") + 1] or head
    for _ in READERS[form](iter(whole.splitlines(keepends=True)), heading):
        pass
    heading.skipped = 0
    return heading


def project_root(folder: Path) -> str:
    """The folder that Gemini CLI worked in, by the file that it leaves beside its chats."""
    try:
        with (folder / ".project_root").open("rb") as file:
            return file.read(4096).decode("utf-8", "replace").strip()
    except OSError:
        return ""


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while line := file.readline(LINE_MOST):
                if len(line) < LINE_MOST or line.endswith(b"\n"):
                    yield line
                    continue
                while line and not line.endswith(b"\n"):
                    line = file.readline(LINE_MOST)
                yield TOO_LONG
    except OSError as error:
        raise KnError(f"{path} cannot be read: {error.strerror or error}.") from error
