"""Codex CLI's rollouts: JSONL, bare items at first (2025), in an envelope since (0.64, 0.169)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from kn.core.sessions.changes import changed_files
from kn.core.sessions.injected import human_text, join_texts
from kn.core.sessions.recent import Recent
from kn.core.sessions.records import Record, dict_at, dicts_in, parse_object, read_records, text_at
from kn.core.sessions.turns import Heading, Role, Turn, make_turn
from kn.core.sessions.window import Window

_CWD = re.compile(r"<cwd>([^<\n]+)</cwd>|^Current working directory: (.+)$", re.MULTILINE)
_CALLS = ("function_call", "custom_tool_call", "local_shell_call")
_TEXTS = ("input_text", "output_text", "text")
_OPEN = 1_000
"""Tool calls without an answer that are remembered; a guess."""


def read_codex(lines: Iterable[bytes], log: Heading) -> Iterator[Turn]:
    """The turns of a rollout.

    Every text is there twice, as a response item and as an event: items are read. What the
    program adds in the user's name (AGENTS.md, environment, hooks' context) is left out.
    """
    log.agent, log.container = "codex", "codex"
    reader = _Reader(log)
    for record in read_records(lines, log):
        yield from reader.take(record)
    yield from reader.window.rest()


class _Reader:
    def __init__(self, log: Heading) -> None:
        self.window = Window()
        self._log = log
        self._prompts: list[int] = []
        self._changes: Recent[tuple[str, ...]] = Recent(_OPEN)
        self._cwd = ""
        self._at = ""

    def take(self, record: Record) -> Iterator[Turn]:
        kind = record.get("type")
        self._at = text_at(record, "timestamp") or self._at
        payload = record.get("payload")
        if kind == "session_meta" and isinstance(payload, dict):
            self._head(payload)
        elif kind == "turn_context":
            self._cwd = text_at(record, "payload", "cwd") or self._cwd
        elif kind == "response_item":
            if isinstance(payload, dict):
                yield from self._item(payload)
            else:
                self._log.skipped += 1
        elif kind == "event_msg":
            self._event(dict_at(record, "payload"))
        elif "payload" not in record and isinstance(kind, str):
            yield from self._item(record)
        elif kind is None and "instructions" in record:
            self._head(record)

    def _head(self, meta: Record) -> None:
        self._log.note(
            session=meta.get("id") or meta.get("session_id"),
            cwd=meta.get("cwd"),
            branch=text_at(meta, "git", "branch"),
        )
        self._cwd = self._cwd or self._log.cwd
        self._log.note_time(text_at(meta, "timestamp"))

    def _event(self, event: Record) -> None:
        """The user went back by so many of their own messages."""
        back = event.get("num_turns")
        if event.get("type") == "thread_rolled_back" and isinstance(back, int) and back > 0:
            taken = self._prompts[-back:]
            del self._prompts[-back:]
            if taken:
                self.window.rewind(taken[0])

    def _item(self, item: Record) -> Iterator[Turn]:
        kind = text_at(item, "type")
        if kind == "message":
            yield from self._message(item)
        elif kind in _CALLS:
            given: object = item.get("arguments") or item.get("input") or item.get("action")
            if isinstance(given, str):
                given = parse_object(given.encode("utf-8", "replace")) or given
            files = changed_files(text_at(item, "name"), given)
            if files:
                self._changes[text_at(item, "call_id")] = files
        elif kind.endswith("_call_output"):
            files = self._changes.pop(text_at(item, "call_id")) or ()
            yield from self._emit("tool", _output(item.get("output")), files)

    def _message(self, item: Record) -> Iterator[Turn]:
        parts = dicts_in(item.get("content"))
        texts = [text_at(p, "text") if p.get("type") in _TEXTS else "" for p in parts]
        if item.get("role") == "assistant":
            yield from self._emit("assistant", join_texts(texts))
        if item.get("role") != "user":
            return
        for text in texts:
            found = _CWD.search(text) if text.startswith("<environment_context>") else None
            if found:
                self._cwd = (found[1] or found[2]).strip()
                self._log.note(cwd=self._cwd)
        kinds = dict_at(item, "internal_chat_message_metadata_passthrough").get(
            "content_item_kinds"
        )
        if isinstance(kinds, list) and len(kinds) == len(texts):
            texts = [t for t, k in zip(texts, kinds, strict=True) if str(k).startswith("user.")]
        text = join_texts(human_text(t) for t in texts)
        if text:
            self._prompts.append(self.window.count)
            yield from self._emit("user", text)

    def _emit(self, role: Role, text: str, files: tuple[str, ...] = ()) -> Iterator[Turn]:
        turn = make_turn(
            role, text, at=self._at, cwd=self._cwd, branch=self._log.branch, files=files
        )
        if turn is not None:
            self._log.note_time(self._at)
            yield from self.window.add(turn)


def _output(output: object) -> str:
    """What a tool answered; up to 0.64 it is JSON in a string, with the exit code beside it."""
    if isinstance(output, str):
        inner = parse_object(output.encode("utf-8", "replace")) if output[:1] == "{" else None
        return text_at(inner, "output") or output if inner else output
    if isinstance(output, dict):
        return text_at(output, "output") or text_at(output, "content")
    return join_texts(text_at(p, "text") for p in dicts_in(output))
