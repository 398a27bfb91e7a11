"""What stands around a clone: agents, their sessions, and editors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from kn.errors import KnError
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
