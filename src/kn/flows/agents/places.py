"""Where an agent's settings lie: in the repository, and in the user's home."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kn.adapters import git
from kn.adapters.agentlogs import homes
from kn.core.agents.hosts import Host
from kn.errors import KnError, NotARepository

Scope = Literal["project", "user"]
SCOPES: tuple[Scope, ...] = ("project", "user")


@dataclass(frozen=True, slots=True)
class Spot:
    """The settings of one agent, in one scope."""

    host: Host
    scope: Scope
    base: Path
    """Folders are made below it, and never it itself left out."""
    hooks: Path
    mcp: Path | None
    record: Path
    """Where kn notes what it put there."""
    state: Path | None = None
    """kn's own folder in the git directory, if that is where."""

    @property
    def name(self) -> str:
        return f"{self.host.label}, {self.scope}"


def find_spot(host: Host, scope: Scope, start: Path, environment: Mapping[str, str]) -> Spot:
    """Where an agent's settings are, whether they are there or not.

    Raises:
        NotARepository: The project's were asked for outside of one.
        KnError: There is no home, or a link leads out of the repository.
    """
    if scope == "user":
        base = _home(host, environment)
        record = _user_state(environment) / f"{host.name}.json"
        mcp = base / host.mcp_user if host.mcp_user else None
        return Spot(host, scope, base, _followed(base / host.user), mcp, record)
    repo = git.find_repository(start)
    if repo.top is None:
        raise NotARepository(
            f"{repo.git_dir} is a bare repository; agents work in a work tree.",
            hint="`--user` wires the agent for all repositories.",
        )
    top = repo.top
    hooks = _followed(top / host.project)
    mcp = _followed(top / host.mcp_project) if host.mcp_project else None
    for path in (hooks, mcp):
        if path is not None and not path.parent.resolve().is_relative_to(top.resolve()):
            raise KnError(f"{path} lies outside this repository; kn does not write there.")
    return Spot(host, scope, top, hooks, mcp, marks_folder(repo) / f"{host.name}.json", repo.state)


def marks_folder(repo: git.Repository) -> Path:
    """Where a clone notes which agents its user has wired; anything in it lets hooks in."""
    return repo.state / "agents" / "wired"


def _followed(path: Path) -> Path:
    """What a link leads to: people keep their settings in a folder of their own."""
    return path.resolve() if path.is_symlink() else path


def _home(host: Host, environment: Mapping[str, str]) -> Path:
    found = {
        "claude": homes.claude_home,
        "codex": homes.codex_home,
        "copilot": homes.copilot_home,
        "gemini": homes.gemini_home,
    }
    if host.name in found:
        base = found[host.name](environment)
    else:
        home = environment.get("HOME")
        config = environment.get("XDG_CONFIG_HOME") or (f"{home}/.config" if home else "")
        named = f"{config}/opencode" if config else ""
        if host.name == "cursor":
            named = f"{home}/.cursor" if home else ""
        base = Path(named) if named else None
    if base is None:
        raise KnError("HOME is not set, so the user's settings can't be found.")
    return base


def _user_state(environment: Mapping[str, str]) -> Path:
    named = environment.get("XDG_STATE_HOME") or f"{environment.get('HOME', '')}/.local/state"
    return Path(named) / "kn" / "agents"
