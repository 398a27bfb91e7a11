"""Whether an agent trusts what stands in its settings: each keeps that in a place of its own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kn.adapters.agentlogs import homes
from kn.core import jsonc
from kn.core.agents.hosts import CODEX, Host, is_hook_command
from kn.errors import KnError

UNKNOWN = "unknown"


def find_trust(host: Host, top: Path | None, environment: Mapping[str, str], program: str) -> str:
    """In a few words, what the agent trusts here.

    Args:
        host: Which.
        top: The repository; None outside of one.
        environment: The process's own.
        program: The agent's, which may be started to be asked; empty when it may not.
    """
    if host.name == "claude":
        return _claude(top, environment)
    if host.name == "gemini":
        return _gemini(top, environment)
    if host.name == "copilot":
        return _copilot(top, environment)
    if host.name == "opencode":
        return "yes: it asks for none"
    if host.name == "codex" and program and top is not None:
        return _codex(top, program)
    return UNKNOWN


def _codex(top: Path, program: str) -> str:
    """What Codex itself answers: its trust hangs on a hash of each hook."""
    from kn.adapters.codexserver import list_hooks

    found = list_hooks(program, top)
    if found is None:
        return "unknown: Codex did not answer"
    ours = [h for h in found if is_hook_command(h.get("command"), CODEX)]
    if not ours:
        return "no: Codex reads this folder's settings only once you have trusted the folder"
    said = {str(h.get("trustStatus")) for h in ours if h.get("enabled")}
    if said <= {"trusted", "managed"} and said:
        return "yes"
    return "no: in Codex, /hooks" if said else "no: switched off, see /hooks in Codex"


def _claude(top: Path | None, environment: Mapping[str, str]) -> str:
    named = environment.get("CLAUDE_CONFIG_DIR")
    base = Path(named) if named else homes.claude_home(environment)
    if base is None or top is None:
        return UNKNOWN
    known = _read(base / ".claude.json" if named else base.parent / ".claude.json")
    project = (known.get("projects") or {}).get(str(top))
    if isinstance(project, dict) and project.get("hasTrustDialogAccepted") is True:
        return "yes"
    return "not yet: it asks when it is started here (`claude -p` runs hooks without)"


def _gemini(top: Path | None, environment: Mapping[str, str]) -> str:
    base = homes.gemini_home(environment)
    if base is None or top is None:
        return UNKNOWN
    known = _read(base / "trustedFolders.json")
    for folder in (top, *top.parents):
        said = known.get(str(folder))
        if said in ("TRUST_FOLDER", "TRUST_PARENT"):
            return "yes"
        if said == "DO_NOT_TRUST":
            return "no: in Gemini CLI, /permissions"
    return "not yet: it asks when it is started here"


def _copilot(top: Path | None, environment: Mapping[str, str]) -> str:
    base = homes.copilot_home(environment)
    if base is None or top is None:
        return UNKNOWN
    folders = _read(base / "config.json").get("trustedFolders")
    trusted = [Path(f) for f in folders if isinstance(f, str)] if isinstance(folders, list) else []
    if any(top == f or f in top.parents for f in trusted):
        return "yes"
    return "not yet: it asks when it is started here, and runs no hooks before"


def _read(path: Path) -> dict[str, Any]:
    try:
        value = jsonc.read(path.read_bytes().decode("utf-8"))
    except (OSError, ValueError, KnError):
        return {}
    return value if isinstance(value, dict) else {}
