"""`kn agent install` and `uninstall`: planned, shown, done, and taken back to the byte."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from kn.adapters import git
from kn.adapters.files import make_private_folder
from kn.adapters.wiring.changes import Change, File, look
from kn.core.agents import plugin, wiring
from kn.core.agents.hosts import Host
from kn.errors import KnError, NotARepository
from kn.flows.agents.places import Scope, Spot, find_spot, marks_folder
from kn.flows.agents.work import Work, empty_folders, missing_folders
from kn.flows.setup.plan import Plan
from kn.flows.setup.plan import apply as apply_plan

__all__ = ["Plan", "Wish", "apply", "plan_install", "plan_uninstall"]


@dataclass(frozen=True, slots=True)
class Wish:
    """What to wire, and how."""

    hosts: tuple[Host, ...]
    scope: Scope = "project"
    mcp: bool = False
    program: str = "kn"
    """What the user's own settings call; a project's name nothing of this machine."""


def plan_install(wish: Wish, start: Path, environment: Mapping[str, str]) -> Plan:
    """Plan kn into the settings of agents, beside what is there.

    Raises:
        NotARepository: The project's settings were asked for outside of one.
        KnError: Settings cannot be read, or hold something else where kn's entries belong.
    """
    changes: list[Change] = []
    notes: list[str] = []
    for host in wish.hosts:
        spot = find_spot(host, wish.scope, start, environment)
        changes += _install(spot, wish, notes)
        if wish.scope == "user":
            changes += _let_in(host, start)
    if wish.scope == "project" and shutil.which("kn", path=environment.get("PATH")) is None:
        notes.append(
            "kn is not on the PATH, so an agent that is started from here would not find it, and "
            "say nothing. Put kn's folder there; or use --user, which names kn by its path."
        )
    return Plan("", _once(changes), tuple(dict.fromkeys(notes)))


def plan_uninstall(
    hosts: Iterable[Host], scopes: Iterable[Scope], start: Path, environment: Mapping[str, str]
) -> Plan:
    """Plan kn out of the settings of agents; where it was not wired there is nothing to do.

    Raises:
        KnError: Settings cannot be read.
    """
    changes: list[Change] = []
    notes: list[str] = []
    folders: set[Path] = set()
    scopes = tuple(scopes)
    for host in hosts:
        for scope in scopes:
            try:
                spot = find_spot(host, scope, start, environment)
            except NotARepository:
                continue
            work = _uninstall(spot, notes)
            changes += work.finish_removal()
            folders |= work.emptied()
            if scope == "user":
                changes += _shut_out(host, start)
    changes += empty_folders(folders, changes)
    return Plan("", _once(changes), tuple(dict.fromkeys(notes)))


def apply(plan: Plan, start: Path) -> None:
    """Carry a plan out; kn's own folder in the git directory is for this user alone.

    Raises:
        KnError: Something changed since the plan was made, or the disk says no.
    """
    state = _state(start)
    if state is not None and any(c.path.is_relative_to(state) for c in plan.changes):
        make_private_folder(state)
    apply_plan(plan)


def _state(start: Path) -> Path | None:
    try:
        return git.find_repository(start).state
    except NotARepository:
        return None


def _install(spot: Spot, wish: Wish, notes: list[str]) -> list[Change]:
    host = spot.host
    program = "kn" if spot.scope == "project" else wish.program
    work = Work(spot)
    if host.form == "plugin":
        work.put_plugin(plugin.write_plugin(program, host.edit_tools))
    else:
        entries = wiring.hook_entries(host, shlex.quote(program))
        if spot.mcp == spot.hooks and (wish.mcp or work.has_server(spot.hooks)):
            entries += wiring.mcp_entries(host)
        work.put(spot.hooks, entries)
    if wish.mcp and spot.mcp is None:
        how = f"run: {host.mcp_command}" if host.mcp_command else "see `--user`"
        notes.append(f"{host.label} has no file for MCP servers here; {how}.")
    elif wish.mcp and spot.mcp is not None and spot.mcp.suffix == ".toml":
        work.put_block(spot.mcp, wiring.MCP_TOML)
    elif wish.mcp and spot.mcp is not None and spot.mcp != spot.hooks:
        work.put(spot.mcp, wiring.mcp_entries(host))
    if host.name == "codex":
        notes.append("Codex runs hooks only once you have trusted them there, with /hooks.")
    if host.name == "cursor":
        notes.append("Cursor's hooks were built from its documentation, and never run.")
    return work.finish()


def _uninstall(spot: Spot, notes: list[str]) -> Work:
    work = Work(spot)
    if spot.host.form == "plugin":
        held = look(spot.hooks)
        if isinstance(held, File) and not plugin.is_plugin(held.data):
            notes.append(f"{spot.hooks} is not kn's, or has been edited; it stays.")
        else:
            work.take_plugin()
    else:
        work.take(spot.hooks)
    if spot.mcp is not None and spot.mcp != spot.hooks:
        work.take(spot.mcp)
    return work


def _let_in(host: Host, start: Path) -> list[Change]:
    """The mark that lets hooks into this clone, where we are in one (DESIGN §4)."""
    mark = _mark(host, start)
    if mark is None or look(mark) is not None:
        return []
    step = Change(mark, "let kn speak in this clone", None, File(b"", 0o600))
    return [*missing_folders(mark.parent, but=_state(start)), step]


def _shut_out(host: Host, start: Path) -> list[Change]:
    mark = _mark(host, start)
    held = look(mark) if mark is not None else None
    if mark is None or held is None:
        return []
    return [Change(mark, "let kn speak here no more", held, None)]


def _mark(host: Host, start: Path) -> Path | None:
    try:
        return marks_folder(git.find_repository(start)) / f"{host.name}.user"
    except KnError:
        return None


def _once(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Each path once: agents share folders."""
    found: dict[Path, Change] = {}
    for change in changes:
        known = found.get(change.path)
        found[change.path] = replace(change, before=known.before) if known else change
    return tuple(found.values())
