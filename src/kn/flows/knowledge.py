"""`Knowledge`: one repository with its items, opened once per command and handed to the flows."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kn.adapters import files, git
from kn.adapters.git import Probe, Repository
from kn.adapters.settings import SETTINGS, Settings, gather_settings, read_config, survey_config
from kn.core.agents.hosts import AGENT_VARIABLES
from kn.core.schema import Kind, Schema, extend_schema
from kn.core.yaml.loaded import MAX_BYTES
from kn.errors import BadItem, KnError, NotInitialized


@dataclass(frozen=True, slots=True)
class Knowledge:
    """A repository with knowledge of ours, the settings in force, and the day."""

    probe: Probe
    folder: str
    """`.knowledge`, or what `kn init --dir` named; relative to the top."""
    settings: Settings
    schema: Schema
    today: str
    """ISO date; the core never asks the clock."""
    in_agent: bool

    @property
    def repo(self) -> Repository:
        return self.probe.repo

    @property
    def top(self) -> Path:
        """The work tree.

        Raises:
            KnError: The repository is bare.
        """
        if self.repo.top is None:
            raise KnError(
                "This repository is bare; there is no work tree to read.",
                hint="Name a revision: `kn context --at main`.",
            )
        return self.repo.top

    @property
    def state(self) -> Path:
        """`.git/kn`, made when it is not there; for this user alone."""
        files.make_private_folder(self.repo.state)
        return self.repo.state

    def kind(self, name: str) -> Kind:
        """The kind of that name.

        Raises:
            KnError: There is none.
        """
        if name not in self.schema.kinds:
            known = ", ".join(self.schema.kinds)
            raise KnError(f"There is no kind {name!r}.", hint=f"The kinds are {known}.")
        return self.schema.kinds[name]

    def folder_of(self, kind: Kind) -> Path:
        return self.top / self.folder / kind.folder


def open_knowledge(
    start: Path, environment: Mapping[str, str], *, at: str = "", forgiving: bool = False
) -> Knowledge:
    """Open the knowledge of the repository around `start`.

    Args:
        start: Where the command was run.
        environment: The process's own.
        at: A revision whose configuration and kinds are read instead of the work tree's.
        forgiving: What is wrong in them is left out instead of raised, for `kn check` to find.

    Raises:
        NotARepository: There is none.
        NotInitialized: It has no knowledge of ours; nobody ran `kn init`.
        KnError: Its configuration is unusable, or newer than this kn.
    """
    probe = git.probe(start)
    folder = probe.config.get("kn.dir", ".knowledge")
    in_agent = any(environment.get(name) for name in AGENT_VARIABLES)
    today = _read_day(environment.get("KN_TODAY", ""))
    if probe.repo.bare and not at:
        raise KnError(
            "This repository is bare; there is no work tree to read.",
            hint="Name a revision: `kn context --at main`.",
        )
    config, kinds = _read_at(probe, folder, at) if at else _read_tree(probe, folder)
    name = f"{folder}/config.yaml"
    if config is None:
        where = f" at {at}" if at else ""
        raise NotInitialized(f"There is no {name}{where}.", hint=_where_else(probe, folder))
    shared = _without_faults(config, name) if forgiving else read_config(config, name)
    schema, faults = extend_schema(kinds)
    if faults and not forgiving:
        raise BadItem(
            [f"{p}:{f.line}: {f.place}: {f.message}" for p, found in faults.items() for f in found]
        )
    settings = gather_settings(environment, probe.config, shared)
    return Knowledge(probe, folder, settings, schema, today, in_agent)


def _where_else(probe: Probe, folder: str) -> str:
    """What to do when the folder is missing: it may be there under another name."""
    from kn.flows.setup.plan import find_folder  # only for whoever has nothing else to do

    other = find_folder(probe.repo)
    if other is None or other == folder:
        return "Run `kn init` to begin keeping knowledge here."
    return (
        f"The knowledge of this repository is in {other}/: `kn init` ties this clone to it, "
        f"`git config kn.dir {other}` only names it."
    )


def _without_faults(config: bytes, name: str) -> dict[str, str]:
    shared, _ = survey_config(config, name)
    return {
        s.name: shared[s.name] for s in SETTINGS if s.name in shared and s.allows(shared[s.name])
    }


def _read_day(given: str) -> str:
    if not given:
        return datetime.date.today().isoformat()  # noqa: DTZ011 -- the user's own day
    try:
        return datetime.date.fromisoformat(given).isoformat()
    except ValueError:
        raise KnError(f"KN_TODAY is {given!r}; a day looks like 2026-05-18.") from None


def _read_tree(probe: Probe, folder: str) -> tuple[bytes | None, dict[str, bytes]]:
    assert probe.repo.top is not None
    base = probe.repo.top / folder
    if base.is_symlink():
        raise KnError(f"{folder} is a symbolic link; kn reads through none.")
    try:
        config = files.read_regular(base / "config.yaml", most=MAX_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        return None, {}
    kinds = {}
    try:
        names = sorted(p.name for p in (base / "kinds").iterdir())
    except OSError:
        names = []
    for name in names:
        if name.endswith((".yaml", ".yml")) and not name.startswith("."):
            path = f"{folder}/kinds/{name}"
            kinds[path] = files.read_regular(base / "kinds" / name, most=MAX_BYTES)
    return config, kinds


def _read_at(probe: Probe, folder: str, at: str) -> tuple[bytes | None, dict[str, bytes]]:
    commit = git.resolve(probe.repo, at)
    tree = git.list_tree(probe.repo, commit, folder)
    wanted = {
        p: b
        for p, b in tree.items()
        if p == f"{folder}/config.yaml"
        or (p.startswith(f"{folder}/kinds/") and p.endswith((".yaml", ".yml")))
    }
    blobs = git.read_blobs(probe.repo, wanted.values())
    found = {p: blobs[b] for p, b in wanted.items() if b in blobs}
    return found.pop(f"{folder}/config.yaml", None), found


def trusted_ref(probe: Probe) -> tuple[str, str]:
    """The ref whose items count as reviewed, and its commit; both empty when there is none.

    It is what the user's settings name, else the branch that `origin/HEAD` points to, else the
    local default branch (DESIGN §4). Never what the repository's own files say.
    """
    named = probe.config.get("kn.trust.ref", "")
    if named:
        found = git.try_resolve(probe.repo, named)
        if found is None:
            raise KnError(f"The setting kn.trust.ref names {named!r}, which does not exist.")
        return named, found
    if probe.origin_head:
        return probe.origin_head, probe.refs.get("refs/remotes/origin/HEAD", "")
    default = probe.config.get("init.defaultbranch", "")
    for name in (default, "main", "master"):
        ref = f"refs/heads/{name}"
        if name and name not in ("main", "master"):
            found = git.try_resolve(probe.repo, ref)
            if found:
                return ref, found
        elif ref in probe.refs:
            return ref, probe.refs[ref]
    return "", ""
