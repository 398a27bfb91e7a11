"""The table of checks, and going through it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from kn.adapters import files
from kn.errors import KnError
from kn.flows.doctor import around, clone, leftovers, programs
from kn.flows.doctor.site import Site, State, Told, open_site, told_error

Needs = Literal["", "clone", "knowledge"]

CHECKS: tuple[tuple[str, Needs, Callable[[Site], Iterable[Told]]], ...] = (
    ("kn", "", programs.check_kn),
    ("git", "", programs.check_git),
    ("data", "", programs.check_data),
    ("extras", "", programs.check_extras),
    ("repository", "clone", clone.check_repository),
    ("knowledge", "clone", clone.check_knowledge),
    ("items", "knowledge", clone.check_items),
    ("schema", "knowledge", clone.check_template),
    ("clone", "clone", clone.check_clone),
    ("hooks", "clone", clone.check_hooks),
    ("hook log", "clone", clone.check_log),
    ("merge driver", "clone", clone.check_merge_driver),
    ("commit template", "clone", clone.check_commit_template),
    ("trusted branch", "clone", clone.check_trust),
    ("own folder", "clone", clone.check_state),
    ("inbox", "clone", leftovers.check_inbox),
    ("locks", "clone", leftovers.check_locks),
    ("temporary files", "clone", leftovers.check_temporary),
    ("sessions", "clone", around.check_sessions),
    ("editors", "knowledge", around.check_editors),
    ("agents", "clone", around.check_agents),
)
"""Name, what has to be open for it, and the check; in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report."""

    name: str
    state: State
    said: str
    mend: str


@dataclass(frozen=True, slots=True)
class Report:
    """What was looked at, in order."""

    checks: tuple[Check, ...]
    mended: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        return any(check.state == "fail" for check in self.checks)

    def to_json(self) -> dict[str, Any]:
        """`kn doctor --json` (format 1)."""
        rows = [
            {"name": c.name, "state": c.state, "said": c.said, "mend": c.mend} for c in self.checks
        ]
        return {"format": 1, "checks": rows, "mended": list(self.mended)}


def examine(start: Path, environment: Mapping[str, str], mended: Iterable[str] = ()) -> Report:
    """Look at everything; a check that breaks is a failed one, and the others go on."""
    site = open_site(start, environment)
    found: list[Check] = []
    for name, needs, check in CHECKS:
        if needs == "clone" and site.probe is None:
            error = site.error("clone")
            if name == "repository" and error:
                found.append(Check(name, *told_error(error)))
        elif needs != "knowledge" or site.knowledge is not None:
            found += [Check(name, *told) for told in _ask(check, site)]
    return Report(tuple(found), tuple(mended))


def _ask(check: Callable[[Site], Iterable[Told]], site: Site) -> list[Told]:
    try:
        return list(check(site))
    except KnError as error:
        return [told_error(error)]
    except Exception as error:  # whatever is odd here must not hide the rest
        said = f"could not look: {type(error).__name__}: {error}"
        return [Told("fail", said, "KN_DEBUG=1 kn check, and report it")]


def mend(start: Path, environment: Mapping[str, str]) -> list[str]:
    """Do what needs no decision: remove left temporary files, renew the schema files.

    Returns:
        What was done, a line each.

    Raises:
        KnError: The disk says no.
    """
    site = open_site(start, environment)
    done = leftovers.clear_temporary(site) if site.probe else []
    if site.knowledge is not None:
        root = site.knowledge.top / site.knowledge.folder
        for name, raw in clone.stale_schema(site).items():
            (root / name).parent.mkdir(exist_ok=True)
            files.write_atomic(root / name, raw)
            done.append(f"renewed {site.knowledge.folder}/{name}")
    return done
