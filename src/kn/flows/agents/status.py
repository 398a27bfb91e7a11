"""`kn agent status`: is kn wired, does the agent trust it, and is it really called."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kn.adapters import git
from kn.adapters.wiring.changes import File, look
from kn.core.agents import plugin, wiring
from kn.core.agents.hosts import Host
from kn.errors import KnError, NotARepository
from kn.flows.agents.gate import is_let_in
from kn.flows.agents.memory import folder_of, read_firings
from kn.flows.agents.places import SCOPES, Scope, Spot, find_spot
from kn.flows.agents.trust import find_trust


@dataclass(frozen=True, slots=True)
class Settings:
    """One of an agent's two settings."""

    scope: Scope
    path: Path
    state: str
    """`wired`, `partly wired` (by another kn, or by hand), `not wired`, or what is wrong."""
    mcp: bool


@dataclass(frozen=True, slots=True)
class Status:
    """How kn stands with one agent."""

    host: Host
    program: str
    """The agent's own program on the PATH; empty when there is none."""
    let_in: bool
    """Whether kn may speak in this clone."""
    settings: tuple[Settings, ...]
    trust: str
    fired: Mapping[str, tuple[int, str]]
    """Event -> when it fired last in this clone, and what came of it."""

    @property
    def wired(self) -> bool:
        return any(s.state == "wired" for s in self.settings)

    @property
    def summary(self) -> str:
        if not self.wired:
            known = [s.state for s in self.settings if s.state != "not wired"]
            return known[0] if known else "not wired"
        if not self.let_in:
            return "wired, but silent here until `kn init` or `kn agent install`"
        return "wired and called" if self.fired else "wired, not called yet"

    def to_json(self) -> dict[str, Any]:
        return {
            "agent": self.host.name,
            "program": self.program,
            "wired": self.wired,
            "let_in": self.let_in,
            "trust": self.trust,
            "settings": [
                {"scope": s.scope, "path": str(s.path), "state": s.state, "mcp": s.mcp}
                for s in self.settings
            ],
            "fired": {e: {"at": at, "outcome": how} for e, (at, how) in self.fired.items()},
        }


def look_at(host: Host, start: Path, environment: Mapping[str, str]) -> Status:
    """How kn stands with an agent. Codex alone is started, for it alone can be asked."""
    settings = []
    for scope in SCOPES:
        try:
            spot = find_spot(host, scope, start, environment)
        except KnError:
            continue
        settings.append(_read(spot))
    program = shutil.which(host.name if host.name != "cursor" else "cursor-agent") or ""
    try:
        repo = git.find_repository(start)
        common, top = str(repo.common_dir), repo.top
    except NotARepository:
        common, top = "", None
    wired = any(s.state == "wired" for s in settings)
    return Status(
        host,
        program,
        bool(common) and is_let_in(common),
        tuple(settings),
        find_trust(host, top, environment, program) if wired else "not wired",
        read_firings(folder_of(common), host.name) if common else {},
    )


def _read(spot: Spot) -> Settings:
    try:
        state = _state(spot)
        return Settings(spot.scope, spot.hooks, state, _has_server(spot))
    except KnError as error:
        return Settings(spot.scope, spot.hooks, f"unreadable: {error}", False)


def _state(spot: Spot) -> str:
    held = look(spot.hooks)
    if not isinstance(held, File):
        return "not wired"
    host = spot.host
    if host.form == "plugin":
        ours = [plugin.write_plugin(p, host.edit_tools) for p in ("kn", own_program())]
        known = plugin.is_plugin(held.data)
        return "wired" if held.data in ours else ("partly wired" if known else "not wired")
    hooks = wiring.found_hooks(held.data, host)
    if not hooks:
        return "not wired"
    return "wired" if hooks == {w.name for w in host.events} else "partly wired"


def _has_server(spot: Spot) -> bool:
    held = look(spot.mcp) if spot.mcp is not None else None
    if not isinstance(held, File) or spot.mcp is None:
        return False
    if spot.mcp.suffix == ".toml":
        return wiring.MCP_TOML.splitlines()[0] in held.data
    return wiring.has_server(held.data, spot.host)


def own_program() -> str:
    """The kn that runs, for settings of this user; plain `kn` where nothing better is known."""
    program = Path(sys.argv[0])
    if program.stem in ("kn", "git-kn") and program.is_absolute() and program.is_file():
        return str(program)
    beside = Path(sys.executable).with_name("kn")
    return str(beside) if beside.is_file() else "kn"
