"""Where each agent lives on this machine, and what it tells the programs that it runs.

All of it comes from the environment that is handed in, home included.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

_ID = re.compile(r"[A-Za-z0-9_-]{4,80}\Z")
_VARIABLES = (
    ("claude", "CLAUDE_CODE_SESSION_ID"),
    ("codex", "CODEX_SESSION_ID"),
    ("codex", "CODEX_THREAD_ID"),
    ("copilot", "COPILOT_AGENT_SESSION_ID"),
    ("gemini", "GEMINI_SESSION_ID"),
)
"""What agents set in the commands that they run (integrations 2.8)."""


def is_id(text: str) -> bool:
    """Whether a text may be a session's id: nothing that a path or a pattern is made of."""
    return _ID.match(text) is not None


def named_session(environment: Mapping[str, str]) -> tuple[str, str] | None:
    """The agent that runs us, and its session's id, where it tells.

    None as well where two agents do, as when one was started by the other: which of them runs us
    is not for us to guess.
    """
    named: dict[str, str] = {}
    for agent, variable in _VARIABLES:
        session = environment.get(variable, "")
        if is_id(session):
            named.setdefault(agent, session)
    return next(iter(named.items())) if len(named) == 1 else None


def _home(environment: Mapping[str, str], variable: str, *below: str) -> Path | None:
    named = environment.get(variable)
    if named:
        return Path(named)
    home = environment.get("HOME") or environment.get("USERPROFILE")
    return Path(home, *below) if home else None


def claude_home(environment: Mapping[str, str]) -> Path | None:
    """Claude Code's folder, whether it is there or not; None without a home."""
    return _home(environment, "CLAUDE_CONFIG_DIR", ".claude")


def codex_home(environment: Mapping[str, str]) -> Path | None:
    """Codex's folder, whether it is there or not; None without a home."""
    return _home(environment, "CODEX_HOME", ".codex")


def copilot_home(environment: Mapping[str, str]) -> Path | None:
    """Copilot CLI's folder, whether it is there or not; None without a home."""
    return _home(environment, "COPILOT_HOME", ".copilot")


def gemini_home(environment: Mapping[str, str]) -> Path | None:
    """Gemini CLI's folder, whether it is there or not; None without a home."""
    home = _home(environment, "GEMINI_CLI_HOME")
    return home / ".gemini" if home else None


def opencode_base(environment: Mapping[str, str]) -> Path | None:
    """OpenCode's database, when it is there."""
    data = _home(environment, "XDG_DATA_HOME", ".local", "share")
    base = data / "opencode" / "opencode.db" if data else None
    return base if base is not None and base.is_file() else None
