"""GitHub Copilot CLI's events.jsonl (1.0.102)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from kn.core.sessions.changes import changed_files
from kn.core.sessions.injected import human_text
from kn.core.sessions.recent import Recent
from kn.core.sessions.records import Record, dict_at, read_records, text_at
from kn.core.sessions.turns import Heading, Role, Turn, make_turn
from kn.core.sessions.window import Window

_HOOK_SAYS = re.compile(
    r'\n*Tool "[^"\n]*" \w+\. Additional guidance from \w+ hooks:\n.*', re.DOTALL
)
"""What hooks add to a tool's answer; the rest of it is theirs."""
_OPEN = 1_000
_EVENTS = 50_000
"""Open tool calls, and events, that are remembered; guesses."""


def read_copilot(lines: Iterable[bytes], log: Heading) -> Iterator[Turn]:
    """The turns of a session; a subagent's are left out, what was rewound is marked."""
    log.agent, log.container = "copilot", "copilot"
    reader = _Reader(log)
    for record in read_records(lines, log):
        yield from reader.take(record)
    yield from reader.window.rest()


class _Reader:
    def __init__(self, log: Heading) -> None:
        self.window = Window()
        self._log = log
        self._before: Recent[int] = Recent(_EVENTS)  # an event's id -> the turns before it
        self._changes: Recent[tuple[str, ...]] = Recent(_OPEN)
        self._cwd = self._branch = ""

    def take(self, record: Record) -> Iterator[Turn]:
        kind, at = text_at(record, "type"), text_at(record, "timestamp")
        data = dict_at(record, "data")
        self._before[text_at(record, "id")] = self.window.count
        if kind in ("session.start", "session.resume", "session.context_changed"):
            self._head(data)
            self._log.note_time(at)
        elif kind == "session.snapshot_rewind":
            number = self._before.get(text_at(data, "upToEventId"))
            if number is not None:
                self.window.rewind(number)
        elif kind == "user.message" and text_at(data, "source") in ("", "user"):
            yield from self._emit("user", human_text(text_at(data, "content")), at)
        elif kind == "assistant.message" and not data.get("parentToolCallId"):
            yield from self._emit("assistant", text_at(data, "content"), at)
        elif kind == "tool.execution_start":
            files = changed_files(text_at(data, "toolName"), data.get("arguments"))
            if files:
                self._changes[text_at(data, "toolCallId")] = files
        elif kind == "tool.execution_complete" and not data.get("parentToolCallId"):
            files = self._changes.pop(text_at(data, "toolCallId")) or ()
            text = _HOOK_SAYS.sub("", text_at(data, "result", "content"))
            yield from self._emit("tool", text, at, files)

    def _head(self, data: Record) -> None:
        context = dict_at(data, "context") or data
        self._cwd = text_at(context, "cwd") or self._cwd
        self._branch = text_at(context, "branch") or self._branch
        self._log.note(session=data.get("sessionId"), cwd=self._cwd, branch=self._branch)

    def _emit(self, role: Role, text: str, at: str, files: tuple[str, ...] = ()) -> Iterator[Turn]:
        turn = make_turn(role, text, at=at, cwd=self._cwd, branch=self._branch, files=files)
        if turn is not None:
            self._log.note_time(at)
            yield from self.window.add(turn)
