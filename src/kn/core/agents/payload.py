"""What an agent tells a hook on its stdin -> what kn is asked.

Everything here came from outside: a field that is missing or of another sort is taken for absent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from kn.core.agents.hosts import EDIT, Host

MOST_FILES = 20
"""Files of one edit that are looked at; a guess: a larger one is a sweep over the repository."""


class Question(NamedTuple):
    """What happened in a session."""

    session: str
    """The agent's id of it; empty when it said none."""
    cwd: str = ""
    prompt: str = ""
    files: tuple[str, ...] = ()
    """That are edited, as the agent wrote them."""
    transcript: str = ""
    """The session's log, where the agent names it."""
    subagent: bool = False
    source: str = ""
    """Why a session starts: anew, resumed, compacted."""


def read_question(host: Host, event: str, payload: Mapping[str, Any]) -> Question:
    """Read what an agent handed over at one of kn's events."""
    session = _text(payload, "session_id", "sessionId", "sessionID", "conversation_id")
    return Question(
        session,
        _text(payload, "cwd") or _first_root(payload),
        own_words(_text(payload, "prompt")),
        _edited(host, payload) if event == EDIT else (),
        _text(payload, "transcript_path", "transcriptPath"),
        bool(payload.get("agent_id")),
        _text(payload, "source"),
    )


def own_words(prompt: str) -> str:
    """A prompt without what hooks have put into it (Gemini CLI hands that on)."""
    if "<" not in prompt:
        return prompt
    from kn.core.sessions.injected import human_text  # 5 ms, and most prompts have no such thing

    return human_text(prompt)


def is_small_talk(prompt: str) -> bool:
    """Whether a prompt only keeps the talk going: to search by "continue" finds what holds that
    word, and not what the session is about."""
    words = "".join(c if c.isalnum() else " " for c in prompt[:200].lower()).split()
    return len(prompt) < 200 and all(word in _SMALL_TALK for word in words)


_SMALL_TALK = frozenset(
    "a again ahead all and awesome continue cool do done fine go good great it keep lets lgtm "
    "looks me more nice no nope now ok okay on one perfect please proceed retry right same sounds "
    "stop sure thank thanks that the then this to try undo wait well works yeah yep yes you".split()
)
"""English, as all of kn's rules; a guess at how people nod."""


def _text(payload: Mapping[str, Any], *names: str) -> str:
    for name in names:
        value = payload.get(name)
        if isinstance(value, str) and value:
            return value
    return ""


def _first_root(payload: Mapping[str, Any]) -> str:
    roots = payload.get("workspace_roots")
    return roots[0] if isinstance(roots, list) and roots and isinstance(roots[0], str) else ""


def _edited(host: Host, payload: Mapping[str, Any]) -> tuple[str, ...]:
    tool = _text(payload, "tool_name", "toolName", "tool")
    if host.edit_tools and tool not in host.edit_tools:
        return ()
    given = payload.get("tool_input", payload.get("toolArgs", payload.get("args")))
    if isinstance(given, str) and given.lstrip().startswith("{"):
        import json

        try:
            given = json.loads(given)
        except ValueError:
            return ()
    if isinstance(given, str):
        return _patched(given)
    if not isinstance(given, dict):
        return ()
    path = _text(given, "file_path", "filePath", "path", "notebook_path", "absolute_path")
    if path:
        return (path,)
    words = given.get("command", given.get("input", given.get("patch", given.get("patchText"))))
    if isinstance(words, list):
        words = "\n".join(w for w in words if isinstance(w, str))
    return _patched(words) if isinstance(words, str) else ()


def _patched(patch: str) -> tuple[str, ...]:
    """The files that a patch in Codex's form changes."""
    found: dict[str, None] = {}
    for line in patch.splitlines():
        head, _, path = line.partition(": ")
        if path and head in _PATCH_LINES:
            found.setdefault(path.strip())
    return tuple(found)[:MOST_FILES]


_PATCH_LINES = ("*** Update File", "*** Add File", "*** Delete File", "*** Move to")
