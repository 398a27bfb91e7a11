"""What stands around a clone: agents, their sessions, and editors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from kn.core.agents.hosts import HOSTS
from kn.errors import KnError
from kn.flows.agents.status import look_at
from kn.flows.doctor.site import Site, Told, told_error
from kn.flows.sessions import list_sessions
from kn.flows.setup import vscode


def check_sessions(site: Site) -> Iterator[Told]:
    """How many sessions of each agent are found."""
    try:
        found = list_sessions(site.start, site.environment)
    except KnError as error:
        yield told_error(error)
        return
    count = Counter(one.agent for one in found)
    said = ", ".join(f"{agent} {number}" for agent, number in sorted(count.items()))
    yield Told("ok", said or "none of any agent in this repository")


def check_agents(site: Site) -> Iterator[Told]:
    """Agents that were wired call kn, and may."""
    found = [look_at(host, site.start, site.environment) for host in HOSTS.values()]
    wired = [one for one in found if any(s.state != "not wired" for s in one.settings)]
    for one in wired:
        said = f"{one.host.label}: {one.summary}"
        broken = [s for s in one.settings if s.state.startswith("unreadable")]
        if broken:
            said = f"{one.host.label}, {broken[0].path}: {broken[0].state}"
            yield Told("warn", said, "Put it right by hand, and run kn again.")
        elif not one.wired or not one.let_in:
            yield Told("warn", said, f"kn agent install {one.host.name}")
        elif one.trust.startswith("no:"):
            yield Told("warn", f"{said}; trusted: {one.trust}", f"kn agent status {one.host.name}")
        else:
            yield Told("ok", said)
    if not wired:
        yield Told("ok", "none wired (`kn agent install NAME` wires one)")


def check_editors(site: Site) -> Iterator[Told]:
    """Editors that were wired have all that they need."""
    kinds = {kind.name: kind.folder for kind in site.known.schema.kinds.values()}
    try:
        wired = vscode.is_wired(site.known.top, site.known.folder, kinds)
    except KnError as error:
        yield Told("warn", str(error), error.hint or "")
        return
    if wired is None:
        yield Told("ok", "none wired (`kn init --editor vscode` wires VS Code)")
    elif wired:
        yield Told("ok", "VS Code: tasks, and the schema of every kind")
    else:
        yield Told("warn", "VS Code has a part of what it needs.", "kn init --editor vscode")
