"""What a dialect is: the four model APIs differ, the questions asked of them do not.

A dialect turns a scripted `Reply` into the JSON document or the server-sent events of
its API, and reads from a request the few things that decide the answer: which tools
are offered, how far the conversation has come, whether the answer has to fit a JSON
schema. Nothing here does input or output.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

Event = tuple[str | None, Any]  # name of a server-sent event (or None), and its data

# How each agent's shell tool wants its command. The first one that a request offers is
# taken.
SHELL_TOOLS: dict[str, Callable[[str], dict[str, Any]]] = {
    "Bash": lambda command: {
        "command": command,
        "description": "Run a command",
    },  # Claude Code
    "exec_command": lambda command: {"cmd": command},  # Codex, new
    "shell_command": lambda command: {"command": command},  # Codex, some models
    "shell": lambda command: {"command": ["bash", "-lc", command]},  # Codex, old
    "run_shell_command": lambda command: {
        "command": command,
        "description": "Run a command",
    },  # Gemini CLI
    "bash": lambda command: {
        "command": command,
        "description": "Run a command",
    },  # OpenCode, Copilot CLI
}


@dataclass(frozen=True)
class Reply:
    """What the model says next: a text, and perhaps one tool call."""

    text: str = ""
    thinking: str = ""
    tool: str = ""  # name of the tool to call; "" = none, so that the turn ends
    input: dict[str, Any] = field(default_factory=dict)


def shell_call(offered: list[str], command: str) -> tuple[str, dict[str, Any]] | None:
    """Name and input of the shell tool among those offered, or None when there is
    none."""
    for name, build in SHELL_TOOLS.items():
        if name in offered:
            return name, build(command)
    return None


def smallest_instance(schema: dict[str, Any], root: dict[str, Any] | None = None) -> Any:
    """A small value that fits a JSON schema: enough for the side questions that agents
    ask."""
    root = root or schema
    if "$ref" in schema:
        target: Any = root
        for part in schema["$ref"].lstrip("#/").split("/"):
            target = target[part]
        return smallest_instance(target, root)
    for key in ("const", "default"):
        if key in schema:
            return schema[key]
    if schema.get("enum"):
        return schema["enum"][0]
    for key in ("anyOf", "oneOf"):
        if schema.get(key):
            return smallest_instance(schema[key][0], root)
    kind = schema.get("type", "object" if "properties" in schema else "string")
    kind = (kind[0] if isinstance(kind, list) else kind).lower()  # Gemini writes OBJECT, STRING
    if kind == "object":
        return {
            name: smallest_instance(part, root)
            for name, part in schema.get("properties", {}).items()
        }
    return {"array": [], "integer": 1, "number": 1, "boolean": False, "null": None}.get(kind, "x")


def short_id(prefix: str) -> str:
    """An id as the APIs make them up."""
    return prefix + uuid.uuid4().hex[:20]


class Dialect:
    """One API. The methods below are all that the server asks of it."""

    name = ""

    def tools(self, body: dict[str, Any]) -> list[str]:
        """Names of the tools that the request offers."""
        raise NotImplementedError

    def history(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        """The conversation so far, oldest first."""
        raise NotImplementedError

    def is_reply(self, item: dict[str, Any]) -> bool:
        """Was this item of the history said by the model?"""
        return item.get("role") == "assistant"

    def schema(self, body: dict[str, Any]) -> dict[str, Any] | None:
        """The JSON schema that the answer must fit, when the request names one."""
        return None

    def forced_tool(self, body: dict[str, Any]) -> str:
        """The one tool that the request insists on, or ""."""
        return ""

    def streams(self, path: str, body: dict[str, Any]) -> bool:
        return bool(body.get("stream"))

    def document(self, body: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """The whole answer as one JSON document."""
        raise NotImplementedError

    def events(self, body: dict[str, Any], reply: Reply) -> Iterator[Event]:
        """The same answer as server-sent events."""
        raise NotImplementedError

    def error(self, status: int) -> dict[str, Any]:
        kind = "rate_limit_error" if status == 429 else "api_error"
        return {
            "error": {
                "message": f"scripted {status}",
                "type": kind,
                "code": None,
                "param": None,
            }
        }

    # -- read off the history, the same for all

    def replies_so_far(self, body: dict[str, Any]) -> int:
        """How often the model has spoken in this conversation (one reply may fill
        several items)."""
        spoken = [self.is_reply(item) for item in self.history(body)]
        return sum(
            1 for before, now in zip([False, *spoken], spoken, strict=False) if now and not before
        )

    def opening(self, body: dict[str, Any]) -> str:
        """Everything that was said before the model's first reply."""
        items = []
        for item in self.history(body):
            if self.is_reply(item):
                break
            items.append(item)
        return json.dumps(items, ensure_ascii=False)
