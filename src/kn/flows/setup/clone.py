"""`kn init` and `kn uninstall` as whole use cases."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from kn.adapters import files, git, journal
from kn.core.commit import trailer_help
from kn.core.jsonschema import schema_files
from kn.core.schema import Schema, extend_schema
from kn.flows.setup import install, uninstall
from kn.flows.setup.plan import Plan, find_folder


@dataclass(frozen=True, slots=True)
class Setup:
    """A plan, and whether it was carried out."""

    plan: Plan
    done: bool


def plan_setup(
    start: Path,
    *,
    directory: str = "",
    hooks: bool = True,
    commit_template: bool = False,
    editors: tuple[str, ...] = (),
) -> Plan:
    """What `kn init` would do here, without doing it."""
    repo = git.find_repository(start)
    directory = directory or _known_folder(repo)
    schema = _schema(repo, directory)
    options = install.Options(
        directory,
        _own_command(),
        {f"schema/{name}": raw for name, raw in schema_files(schema).items()},
        hooks,
        commit_template,
        editors,
        {kind.name: kind.folder for kind in schema.kinds.values()},
    )
    return install.plan_install(repo, options)


def set_up(start: Path, plan: Plan) -> Setup:
    """Carry out a plan of `plan_setup`, and begin to watch at HEAD."""
    install.apply(plan)
    repo = git.find_repository(start)
    files.make_private_folder(repo.state)
    if f"kn/{install.INCLUDED}" in (repo.common_dir / "config").read_text("utf-8", "replace"):
        mark = git.config_value(repo, "core.commentChar") or "#"
        _write_template(repo.state, mark if len(mark) == 1 else "#")
    if journal.read_seen(repo.state) is None:
        head = git.try_resolve(repo, "HEAD")
        journal.remember_seen(repo.state, [*git.all_tips(repo), *([head] if head else [])])
    return Setup(plan, True)


def _write_template(state: Path, mark: str) -> None:
    """The trailers, as comment lines: git drops them, and an untouched message still aborts."""
    rows = ["", "", *(f"{mark} {row}".rstrip() for row in trailer_help())]
    template = state / install.TEMPLATE
    files.write_atomic(template, ("\n".join(rows) + "\n").encode("utf-8"), mode=0o600)
    quoted = str(template).replace("\\", "\\\\").replace('"', '\\"')
    setting = f'[commit]\n\ttemplate = "{quoted}"\n'
    files.write_atomic(state / install.INCLUDED, setting.encode("utf-8", "surrogateescape"))


def plan_removal(start: Path) -> Plan:
    """What `kn uninstall` would do here, without doing it."""
    return uninstall.plan_uninstall(git.find_repository(start))


def remove(plan: Plan) -> Setup:
    """Carry out a plan of `plan_removal`."""
    uninstall.apply(plan)
    return Setup(plan, True)


def _known_folder(repo: git.Repository) -> str:
    """The folder that is configured, else the usual one, else the one that a teammate chose."""
    named = git.config_value(repo, "kn.dir")
    if named:
        return named
    usual = repo.top is None or (repo.top / ".knowledge").exists()
    return ".knowledge" if usual else find_folder(repo) or ".knowledge"


def _schema(repo: git.Repository, directory: str) -> Schema:
    """The kinds of this tree, the team's own included."""
    kinds: dict[str, bytes] = {}
    if repo.top is not None:
        for path in sorted((repo.top / directory / "kinds").glob("*.yaml")):
            kinds[path.name] = files.read_regular(path)
    schema, _ = extend_schema(kinds)
    return schema


def _own_command() -> str:
    """The absolute path of the kn that runs, for callers with a short PATH (GUI clients)."""
    program = Path(sys.argv[0])
    if program.stem in ("kn", "git-kn") and program.is_absolute() and program.is_file():
        return str(program)
    beside = Path(sys.executable).with_name("kn")
    return str(beside) if beside.is_file() else ""
