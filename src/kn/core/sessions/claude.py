"""Claude Code's transcripts: JSONL, one record for each block of a message (1.x to 2.1.330)."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator

from kn.core.sessions.changes import changed_files
from kn.core.sessions.injected import human_text, join_texts
from kn.core.sessions.recent import Recent
from kn.core.sessions.records import Record, dict_at, dicts_in, read_records, text_at
from kn.core.sessions.turns import Heading, Role, Turn, make_turn
from kn.core.sessions.window import MOST_TURNS, Window

_HEAD = re.compile(
    rb'\s*\{\s*(?:"(?!type"|attachment"|message")[^"\\]*"\s*:\s*'
    rb'(?:"[^"\\]*"|true|false|null|-?[\d.]+)\s*,\s*)*+'
    rb'"(?:type"\s*:\s*"([^"\\]*)"|attachment"\s*:\s*\{\s*"type"\s*:\s*"([^"\\]*)")'
)
"""The type of a record from its first bytes, before anything that a user or tool wrote: only
plain members of the record itself may stand before it, so no content can pose as it."""
_READ = frozenset((b"user", b"assistant", b"system", b"attachment"))
_GLUED = (b'{"parentUuid":', b'{"type":"user"', b'{"type":"assistant"')
"""Unescaped quotes stand in no JSON string: inside a line, these begin a record of its own."""
_UUID = re.compile(rb'"uuid"\s*:\s*"([^"\\]*)"')
_NO_PROMPT = ("isMeta", "isCompactSummary", "repeatsCompactSummary", "isVisibleInTranscriptOnly")
_PARENTS = MOST_TURNS
"""Records that are remembered as parents, about one Window's worth; a guess."""
_OPEN = 1_000
"""Tool calls without an answer, and messages, that are remembered; a guess."""


def read_claude(lines: Iterable[bytes], log: Heading) -> Iterator[Turn]:
    """The turns of a main session, or of a subagent's when the log is one.

    The blocks of one message become one turn. Copies of API requests, attachments, summaries and
    subagents inside a main session are not the authors' and left out, the largest of them without
    being decoded. A message that was rewound is there, and marked.
    """
    log.agent, log.container = "claude-code", "claude"
    reader = _Reader(log)
    for record in read_records(lines, log, reader.glance):
        yield from reader.take(record)
    yield from reader.finish()


class _Reader:
    def __init__(self, log: Heading) -> None:
        self._log = log
        self._window = Window()
        self._after: Recent[int] = Recent(_PARENTS)  # uuid -> the turns up to it
        self._prompts: deque[int] = deque(maxlen=MOST_TURNS)
        self._changes: Recent[tuple[str, ...]] = Recent(_OPEN)  # a tool call's id -> files
        self._said: Recent[set[int]] = Recent(_OPEN)  # a message's id -> hashes of its blocks
        self._message = ""
        self._parts: list[str] = []
        self._first: Record = {}
        self._sidechain: bool | None = None

    def glance(self, line: bytes) -> bool:
        """Whether a line is worth decoding, from its first bytes."""
        head = _HEAD.match(line)
        if head is None:
            return True
        kind, attached = head[1], head[2]
        if kind in _READ or attached == b"queued_command":
            return True
        if any(line.find(mark, 1) > 0 for mark in _GLUED):
            return True
        if attached is not None:
            self._remember(_last_uuid(line))
        return False

    def take(self, record: Record) -> Iterator[Turn]:
        kind, uuid = record.get("type"), text_at(record, "uuid")
        if kind not in ("user", "assistant", "system", "attachment") or uuid in self._after:
            return
        side = bool(record.get("isSidechain"))
        if self._sidechain is None:
            self._sidechain = side
        if side is not self._sidechain:
            return
        self._log.note(
            session=record.get("sessionId"),
            cwd=record.get("cwd"),
            branch=record.get("gitBranch") if record.get("gitBranch") != "HEAD" else "",
        )
        if kind == "assistant":
            yield from self._take_assistant(record)
        elif kind == "user":
            yield from self._take_user(record)
        elif kind == "attachment":
            yield from self._take_queued(record)
        self._remember(uuid)

    def finish(self) -> Iterator[Turn]:
        yield from self._flush()
        yield from self._window.rest()

    def _take_assistant(self, record: Record) -> Iterator[Turn]:
        message = record.get("message")
        if not isinstance(message, dict):
            self._log.skipped += 1
            return
        if record.get("isApiErrorMessage") or message.get("model") == "<synthetic>":
            return
        name = text_at(message, "id") or text_at(record, "uuid")
        if name != self._message:
            yield from self._flush()
            self._message, self._first = name, record
        content = message.get("content")
        if isinstance(content, str):
            content = [{"type": "text", "text": content}]
        said = self._said.get(name)
        if said is None:
            said = self._said[name] = set()
        for block in dicts_in(content):
            if block.get("type") == "tool_use":
                files = changed_files(text_at(block, "name"), block.get("input"))
                if files:
                    self._changes[text_at(block, "id")] = files
            text = text_at(block, "text") if block.get("type") == "text" else ""
            if text.strip() and hash(text) not in said:
                said.add(hash(text))
                self._parts.append(text)

    def _take_user(self, record: Record) -> Iterator[Turn]:
        content = dict_at(record, "message").get("content")
        if not isinstance(content, (str, list)):
            self._log.skipped += 1
            return
        blocks = dicts_in(content)
        results = [b for b in blocks if b.get("type") == "tool_result"]
        yield from self._flush()
        for block in results:
            files = self._changes.pop(text_at(block, "tool_use_id")) or ()
            text = block.get("content")
            if not isinstance(text, str):
                text = join_texts(text_at(b, "text") for b in dicts_in(text))
            yield from self._emit("tool", text, record, files)
        if results or any(record.get(flag) for flag in _NO_PROMPT) or _from_system(record):
            return
        if isinstance(content, str):
            yield from self._prompt(human_text(content), record)
        else:
            texts = (text_at(b, "text") for b in blocks if b.get("type") == "text")
            yield from self._prompt(join_texts(human_text(t) for t in texts), record)

    def _take_queued(self, record: Record) -> Iterator[Turn]:
        """What a person typed while the agent worked is attached to the agent's next step."""
        attached = dict_at(record, "attachment")
        if text_at(attached, "type") != "queued_command" or _from_system(attached):
            return
        if text_at(attached, "commandMode") not in ("", "prompt"):
            return
        prompt = attached.get("prompt")
        if not isinstance(prompt, str):
            prompt = join_texts(text_at(b, "text") for b in dicts_in(prompt))
        yield from self._flush()
        yield from self._prompt(human_text(prompt), record)

    def _prompt(self, text: str, record: Record) -> Iterator[Turn]:
        if not text:
            return
        self._undo(self._after.get(text_at(record, "parentUuid")))
        self._prompts.append(self._window.count)
        yield from self._emit("user", text, record)

    def _undo(self, after: int | None) -> None:
        """A prompt that goes on from before an earlier one: the user went back and said it anew."""
        taken_back = None
        while after is not None and self._prompts and self._prompts[-1] >= after:
            taken_back = self._prompts.pop()
        if taken_back is not None:
            self._window.rewind(taken_back)

    def _flush(self) -> Iterator[Turn]:
        if self._parts:
            text, record = join_texts(self._parts), self._first
            self._parts = []
            yield from self._emit("assistant", text, record)

    def _emit(
        self, role: Role, text: str, record: Record, files: tuple[str, ...] = ()
    ) -> Iterator[Turn]:
        at = text_at(record, "timestamp")
        branch = text_at(record, "gitBranch")
        turn = make_turn(
            role,
            text,
            at=at,
            cwd=text_at(record, "cwd"),
            branch="" if branch == "HEAD" else branch,
            files=files,
        )
        if turn is not None:
            self._log.note_time(at)
            yield from self._window.add(turn)

    def _remember(self, uuid: str) -> None:
        if uuid:
            self._after[uuid] = self._window.count + bool(self._parts)


def _from_system(record: Record) -> bool:
    kind = text_at(record, "origin", "kind")
    return record.get("promptSource") == "system" or kind == "task-notification"


def _last_uuid(line: bytes) -> str:
    at = line.rfind(b'"uuid"')
    found = _UUID.match(line, at) if at >= 0 else None
    return found[1].decode("ascii", "replace") if found else ""
