"""Gemini CLI's chats: a log of events to be replayed (0.61), or one JSON document (before)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain

from kn.core.sessions.changes import changed_files
from kn.core.sessions.injected import human_text, join_texts, strip_elements
from kn.core.sessions.records import Record, dict_at, dicts_in, read_records, text_at
from kn.core.sessions.turns import Heading, Turn, make_turn


def read_gemini(lines: Iterable[bytes], log: Heading) -> Iterator[Turn]:
    """The turns of a chat, once all events are replayed.

    The same message is written again when its tools have answered: the last state counts. What
    was rewound is there, and marked. A checkpoint adds and updates but takes nothing away: when a
    session is resumed, Gemini writes one without the user's first prompt.
    """
    log.agent, log.container = "gemini", "gemini"
    replay = _Replay()
    for record in _records(lines, log):
        log.note(session=record.get("sessionId"))
        replay.take(record)
    answered = {
        text_at(call, "id") for m in replay.messages() for call in dicts_in(m.get("toolCalls"))
    }
    for message in replay.messages():
        rewound = text_at(message, "id") in replay.rewound
        for turn in _turns(message, answered):
            log.note_time(turn.at)
            yield replace(turn, rewound=rewound)


def _records(lines: Iterable[bytes], log: Heading) -> Iterator[Record]:
    """The records; a document over many lines is one."""
    rest = iter(lines)
    first = next(rest, b"")
    if first.strip() in (b"{", b"") or not first.strip().endswith(b"}"):
        whole = first + b"".join(rest)
        try:
            value = json.loads(whole.decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            rest = iter(whole.splitlines(keepends=True))
            yield from read_records(rest, log)
            return
        if isinstance(value, dict):
            yield value
        return
    yield from read_records(chain([first], rest), log)


class _Replay:
    def __init__(self) -> None:
        self._messages: dict[str, Record] = {}
        self.rewound: set[str] = set()

    def messages(self) -> list[Record]:
        return list(self._messages.values())

    def take(self, record: Record) -> None:
        if "$rewindTo" in record:
            self._rewind(str(record["$rewindTo"]))
        checkpoint = dict_at(record, "$set") or record
        for message in dicts_in(checkpoint.get("messages")):
            self._put(message, again=True)
        if "$set" not in record and isinstance(record.get("type"), str):
            self._put(record, again=False)

    def _put(self, message: Record, *, again: bool) -> None:
        name = text_at(message, "id") or f"#{len(self._messages)}"
        known = self._messages.get(name)
        if known is None and again and self._holds(message):
            return
        # A checkpoint after a resume has other times, and no results of tools.
        kept = {"timestamp": known["timestamp"]} if known and known.get("timestamp") else {}
        self._messages[name] = {**(known or {}), **message, **kept}
        if not again:
            self.rewound.discard(name)

    def _holds(self, message: Record) -> bool:
        """Whether a checkpoint repeats a message under another id."""
        said = _text(message.get("content"))
        return bool(said) and any(
            m.get("type") == message.get("type") and _text(m.get("content")) == said
            for m in self._messages.values()
        )

    def _rewind(self, name: str) -> None:
        names = list(self._messages)
        if name in self._messages:
            self.rewound.update(names[names.index(name) :])


def _turns(message: Record, answered: set[str]) -> Iterator[Turn]:
    kind, at = message.get("type"), text_at(message, "timestamp")
    found: list[Turn | None] = []
    if kind == "user":
        shown = message.get("displayContent") or message.get("content")
        if isinstance(shown, str):
            text = human_text(shown)
        else:
            text = join_texts(human_text(text_at(p, "text")) for p in dicts_in(shown))
        found.append(make_turn("user", text, at=at))
        for part in dicts_in(message.get("content")):
            answer = dict_at(part, "functionResponse")
            if answer and text_at(answer, "id") not in answered:
                found.append(_tool(text_at(answer, "response", "output"), at, ()))
    elif kind == "gemini":
        found.append(make_turn("assistant", _text(message.get("content")), at=at))
        for call in dicts_in(message.get("toolCalls")):
            files = changed_files(text_at(call, "name"), call.get("args"))
            output = text_at(call, "resultDisplay") or join_texts(
                text_at(r, "functionResponse", "response", "output")
                for r in dicts_in(call.get("result"))
            )
            found.append(_tool(output, text_at(call, "timestamp") or at, files))
    yield from (t for t in found if t is not None)


def _tool(text: str, at: str, files: tuple[str, ...]) -> Turn | None:
    return make_turn("tool", strip_elements(text), at=at, files=files)


def _text(content: object) -> str:
    if isinstance(content, str):
        return content
    return join_texts(text_at(p, "text") for p in dicts_in(content))
