"""What the checks of `kn doctor` look at: a clone, opened as far as it can be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from kn.adapters import git
from kn.adapters.git import Probe
from kn.adapters.wiring.changes import File, look
from kn.core import gitconfig
from kn.errors import KnError
from kn.flows.knowledge import Knowledge, open_knowledge
from kn.flows.setup.clone import plan_setup
from kn.flows.setup.plan import Plan

State = Literal["ok", "warn", "fail"]


class Told(NamedTuple):
    """What a check has to say."""

    state: State
    said: str
    mend: str = ""
    """What puts it right: a command, or what to do."""


def told_error(error: KnError) -> Told:
    """A user's error as a failed check."""
    return Told("fail", str(error), error.hint or "Look at what is named there.")


@dataclass(frozen=True, slots=True)
class Site:
    """Where we are; what could not be opened is None, and its error says why."""

    start: Path
    environment: Mapping[str, str]
    probe: Probe | None = None
    plan: Plan | None = None
    """What `kn init` would do now: what is missing or out of date."""
    knowledge: Knowledge | None = None
    errors: tuple[tuple[str, KnError], ...] = ()
    """Part -> why it could not be opened."""

    def error(self, part: str) -> KnError | None:
        return dict(self.errors).get(part)

    @property
    def clone(self) -> Probe:
        assert self.probe is not None
        return self.probe

    @property
    def known(self) -> Knowledge:
        assert self.knowledge is not None
        return self.knowledge

    @property
    def known_top(self) -> Path:
        assert self.clone.repo.top is not None
        return self.clone.repo.top

    @property
    def config(self) -> bytes:
        """The clone's git configuration."""
        return _config(self.clone)

    @property
    def hooked(self) -> bool:
        """Whether `kn init` has put kn into hooks of this clone."""
        return _hooked(self.config)

    @property
    def initialized(self) -> bool:
        """Whether `kn init` has run in this clone."""
        try:
            return gitconfig.has_block(self.config)
        except KnError:
            return False

    @property
    def folder(self) -> str:
        return self.clone.config.get("kn.dir", ".knowledge")


def open_site(start: Path, environment: Mapping[str, str]) -> Site:
    """Open all that can be opened; never raises for what is wrong with the clone."""
    errors: list[tuple[str, KnError]] = []
    probe: Probe | None = None
    plan: Plan | None = None
    knowledge: Knowledge | None = None
    try:
        probe = git.probe(start)
    except KnError as error:
        errors.append(("clone", error))
    if probe is not None:
        try:
            hooks = _hooked(_config(probe))
            plan = plan_setup(start, directory=probe.config.get("kn.dir", ""), hooks=hooks)
        except KnError as error:
            errors.append(("setup", error))
        try:
            knowledge = open_knowledge(start, environment)
        except KnError as error:
            errors.append(("knowledge", error))
    return Site(start, environment, probe, plan, knowledge, tuple(errors))


def _config(probe: Probe) -> bytes:
    held = look(probe.repo.common_dir / "config")
    return held.data if isinstance(held, File) else b""


def _hooked(config: bytes) -> bool:
    made = gitconfig.journal(config)
    return b'[hook "kn-' in config or any(entry.startswith("block ") for entry in made)


def names(paths: Iterable[Path], root: Path, *, most: int = 3) -> str:
    """Paths for people: the first few, as seen from the top."""
    shown = [p.relative_to(root).as_posix() if p.is_relative_to(root) else str(p) for p in paths]
    more = f" and {len(shown) - most} more" if len(shown) > most else ""
    return ", ".join(shown[:most]) + more
