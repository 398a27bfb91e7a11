"""OpenCode's database (SQLite, 1.18.33), read without writing to it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kn.core.sessions import Heading, Turn, read_messages
from kn.errors import KnError

_MAGIC = b"SQLite format 3\0"
_BUSY = 2.0
"""Seconds to wait for OpenCode when it writes; a guess."""


@dataclass(frozen=True, slots=True)
class Row:
    """One session of the database; times are Unix milliseconds."""

    session: str
    cwd: str
    created: int
    updated: int


def is_database(head: bytes) -> bool:
    """Whether a file begins as an SQLite database does."""
    return head.startswith(_MAGIC)


def list_database(path: Path) -> list[Row]:
    """The sessions that a person began, newest first; subagents' have a parent and are left out.

    Raises:
        KnError: It cannot be read, or is another program's.
    """
    with _open(path) as base:
        rows = base.execute(
            "SELECT id, directory, time_created, time_updated FROM session"
            " WHERE parent_id IS NULL ORDER BY time_updated DESC"
        )
        return [Row(str(i), str(d), int(c or 0), int(u or 0)) for i, d, c, u in rows]


def read_database(path: Path, session: str, heading: Heading) -> Iterator[Turn]:
    """The turns of one session; without a name, of the only one there is.

    Raises:
        KnError: As `list_database`, or there is no such session, or none is named among several.
    """
    with _open(path) as base:
        names = [r[0] for r in base.execute("SELECT id FROM session WHERE parent_id IS NULL")]
        if not session and len(names) != 1:
            raise KnError(
                f"{path} holds {len(names)} sessions.",
                hint="Name one by its id: `kn sessions list`.",
            )
        session = session or str(names[0])
        found = base.execute("SELECT id, directory FROM session WHERE id = ?", [session]).fetchone()
        if found is None:
            raise KnError(f"{path} holds no session {session}.")
        info = {"id": found[0], "directory": found[1], **_revert(base, session)}
        yield from read_messages(info, _messages(base, session, heading), heading)


def _messages(base: sqlite3.Connection, session: str, heading: Heading) -> Iterator[dict[str, Any]]:
    rows = base.execute(
        "SELECT id, time_created, data FROM message WHERE session_id = ? ORDER BY time_created, id",
        [session],
    )
    for name, created, data in rows:
        info = _object(data, heading)
        parts = base.execute("SELECT data FROM part WHERE message_id = ? ORDER BY id", [name])
        yield {
            "info": {"time": {"created": created}, **info, "id": name},
            "parts": [_object(part, heading) for (part,) in parts],
        }


def _revert(base: sqlite3.Connection, session: str) -> dict[str, Any]:
    """Where `/undo` went back to; older versions have no such column."""
    columns = {row[1] for row in base.execute("PRAGMA table_info(session)")}
    if "revert" not in columns:
        return {}
    (text,) = base.execute("SELECT revert FROM session WHERE id = ?", [session]).fetchone()
    return {"revert": _object(text, Heading())} if text else {}


def _object(data: object, heading: Heading) -> dict[str, Any]:
    try:
        value = json.loads(data) if isinstance(data, (str, bytes)) else None
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        heading.skipped += 1
        return {}
    return value


@contextmanager
def _open(path: Path) -> Iterator[sqlite3.Connection]:
    try:
        uri = f"{path.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=_BUSY)) as base:
            yield base
    except sqlite3.Error as error:
        raise KnError(f"{path} cannot be read as OpenCode's database: {error}.") from error
