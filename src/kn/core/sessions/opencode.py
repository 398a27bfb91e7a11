"""OpenCode's sessions: what `opencode export` prints, or the same rows out of its database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from kn.core.sessions.changes import changed_files
from kn.core.sessions.injected import human_text, join_texts
from kn.core.sessions.records import Record, dict_at, dicts_in, parse_object, text_at
from kn.core.sessions.turns import Heading, Turn, make_turn


def read_opencode(lines: Iterable[bytes], log: Heading) -> Iterator[Turn]:
    """The turns of an exported session, `{info, messages: [{info, parts}]}`."""
    exported = parse_object(b"".join(lines))
    if exported is None:
        log.agent = log.container = "opencode"
        log.skipped += 1
        return
    yield from read_messages(dict_at(exported, "info"), dicts_in(exported.get("messages")), log)


def read_messages(info: Record, messages: Iterable[Any], log: Heading) -> Iterator[Turn]:
    """The turns of a session's messages, each `{info, parts}`, oldest first.

    What the user took back by `/undo` is there, and marked: everything from `info.revert` on.
    """
    log.agent = log.container = "opencode"
    log.note(session=info.get("id"), cwd=info.get("directory"))
    revert = text_at(info, "revert", "messageID")
    rewound = False
    for message in messages:
        own = dict_at(message, "info")
        rewound = rewound or bool(revert and text_at(own, "id") == revert)
        for turn in _turns(own, dicts_in(message.get("parts")), log.cwd):
            log.note_time(turn.at)
            yield replace(turn, rewound=rewound)


def _turns(info: Record, parts: list[Record], home: str) -> Iterator[Turn]:
    at = iso_time(dict_at(info, "time").get("created"))
    cwd = text_at(info, "path", "cwd") or home
    texts = [
        text_at(p, "text")
        for p in parts
        if p.get("type") == "text" and not p.get("synthetic") and not p.get("ignored")
    ]
    found: list[Turn | None] = []
    if info.get("role") == "user":
        found.append(make_turn("user", join_texts(human_text(t) for t in texts), at=at, cwd=cwd))
    elif info.get("role") == "assistant":
        found.append(make_turn("assistant", join_texts(texts), at=at, cwd=cwd))
        for part in parts:
            if part.get("type") != "tool":
                continue
            state = dict_at(part, "state")
            found.append(
                make_turn(
                    "tool",
                    text_at(state, "output") or text_at(state, "error"),
                    at=iso_time(dict_at(state, "time").get("end")) or at,
                    cwd=cwd,
                    files=changed_files(text_at(part, "tool"), state.get("input")),
                )
            )
    yield from (t for t in found if t is not None)


def iso_time(milliseconds: object) -> str:
    """A Unix time in milliseconds as ISO 8601 in UTC; empty when it is no time."""
    if not isinstance(milliseconds, (int, float)) or isinstance(milliseconds, bool):
        return ""
    try:
        moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return ""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
