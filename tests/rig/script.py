"""What the model will say, and what will go wrong before it says it."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.rig.dialect import Dialect, Reply, shell_call, smallest_instance

DEFAULT_STEPS = [
    {"text": "I will look.", "shell": "echo hello-from-tool"},
    {"text": "Done."},
]


@dataclass
class Script:
    """What the model will say.

    steps   replies to requests that offer tools (an agent's turn), by place in the
            conversation: the first reply of a conversation is step 0, also in a second
            session. After the last step the last text is said again.
    when    other steps for conversations whose opening contains a text (a subagent, a
            second session).
    plain   replies to requests without tools (litellm, titles, summaries), by order of
            arrival, the last one again and again. Without it the steps' texts are used.
    faults  what goes wrong, one per request in order of arrival: see `Faults`.
    """

    steps: list[dict[str, Any]] = field(default_factory=lambda: list(DEFAULT_STEPS))
    when: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    plain: list[dict[str, Any]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    written: bool = False  # are its replies somebody's own, or the default?

    @classmethod
    def of(
        cls, source: Script | list[dict[str, Any]] | dict[str, Any] | str | Path | None
    ) -> Script:
        """From a list of steps, a mapping with the names above, or a JSON file with
        either."""
        if isinstance(source, Script):
            return source
        if source is None:
            return cls()
        if isinstance(source, str | Path):
            source = json.loads(Path(source).read_text(encoding="utf-8"))
        if isinstance(source, list):
            source = {"steps": source}
        assert isinstance(source, dict), "a script is a list of steps, or a mapping"
        return cls(**source, written=bool({"steps", "plain"} & source.keys()))


class Faults:
    """The faults still to come, one per request.

    `429`, `500`, any status; `hang[:SECONDS]` (no answer, then the connection closes);
    `slow[:SECONDS]` (late, then right); `malformed` (200, broken JSON); `cut` (200, the
    connection ends in the middle); `ok` (nothing goes wrong). Each may be repeated:
    `500x3` is three times, `500x*` always.
    """

    def __init__(self, faults: list[str]):
        self._waiting = [fault for written in faults for fault in self._expand(written)]
        self._lock = threading.Lock()

    @staticmethod
    def _expand(written: str) -> list[str]:
        repeated = re.fullmatch(r"(.+)x(\d+|\*)", str(written))
        name, count = repeated.groups() if repeated else (str(written), "1")
        return [name + "*"] if count == "*" else [name] * int(count)

    def take(self) -> str:
        """The fault of this request, or "" for none."""
        with self._lock:
            if not self._waiting:
                return ""
            fault = self._waiting[0]
            if fault.endswith("*"):
                return fault[:-1]
            del self._waiting[0]
            return "" if fault == "ok" else fault


class Player:
    """Chooses the reply to a request."""

    def __init__(self, script: Script):
        self._script = script
        self._plain_given = 0
        self._lock = threading.Lock()

    def reply(self, dialect: Dialect, body: dict[str, Any]) -> tuple[Reply, str]:
        """The reply, and a word on which it was, for the log."""
        forced = dialect.forced_tool(body)
        if dialect.tools(body) and not forced:
            return self._step(dialect, body)
        reply, place = self._plain()
        schema = dialect.schema(body)
        if schema is not None and not self._as_written(dialect, reply.text):
            reply = replace(reply, text=json.dumps(smallest_instance(schema)))
        if forced:
            reply = Reply(
                tool=forced,
                input=json.loads(reply.text) if _is_object(reply.text) else {"text": reply.text},
            )
        return reply, place

    def _as_written(self, dialect: Dialect, text: str) -> bool:
        """A script may answer a question for JSON with nonsense on purpose. Gemini CLI
        asks such questions on the side, which no script foresees: there, only an object
        is taken from the script."""
        if not self._script.written:
            return False
        return bool(self._script.plain) or not dialect.name.startswith("gemini") or _is_object(text)

    def _step(self, dialect: Dialect, body: dict[str, Any]) -> tuple[Reply, str]:
        steps, name = self._script.steps, "step"
        opening = dialect.opening(body)
        for text, others in self._script.when.items():
            if json.dumps(text, ensure_ascii=False)[1:-1] in opening:
                steps, name = others, f"when {text!r}, step"
        place = dialect.replies_so_far(body)
        if place >= len(steps):
            return Reply(text=_last_text(steps)), f"{name} {place} (past the end)"
        return _reply(steps[place], dialect.tools(body)), f"{name} {place}"

    def _plain(self) -> tuple[Reply, str]:
        with self._lock:
            place = self._plain_given
            self._plain_given += 1
        texts = [_text(step) for step in self._script.plain or self._script.steps]
        texts = [text for text in texts if text] or ["Done."]
        return Reply(text=texts[min(place, len(texts) - 1)]), f"plain {place}"


def _text(step: dict[str, Any]) -> str:
    return json.dumps(step["json"], ensure_ascii=False) if "json" in step else step.get("text", "")


def _last_text(steps: list[dict[str, Any]]) -> str:
    return next((_text(step) for step in reversed(steps) if _text(step)), "Done.")


def _reply(step: dict[str, Any], offered: list[str]) -> Reply:
    text, thinking = _text(step), step.get("thinking", "")
    call = (step["tool"], step.get("input", {})) if "tool" in step else None
    if "shell" in step:
        call = shell_call(offered, step["shell"])
    if call and call[0] in offered:
        return Reply(text, thinking, *call)
    if "tool" in step or "shell" in step:
        text = f"{text} (the tool of this step was not offered)".strip()
    return Reply(text or "Done.", thinking)


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False
