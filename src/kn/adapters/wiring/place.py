"""Who runs this clone's git hooks, and where kn's belong."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Manager = Literal["git config", "husky", "lefthook", "hooks folder", "outside"]

CONFIG_HOOKS = (2, 54)
"""The first git that runs hooks named in its configuration (`hook.NAME.command`)."""

_LEFTHOOK = tuple(
    f"{folder}{dot}lefthook.{end}"
    for end in ("yml", "yaml", "toml", "json", "jsonc")
    for folder, dot in (("", ""), ("", "."), (".config/", ""))
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where kn's hooks go."""

    manager: Manager
    folder: Path
    """Where hook files lie; for `outside` a folder that is not ours."""
    config: Path | None = None
    """lefthook's configuration."""
    shared: bool = False
    """Committed with the code: nothing of this machine may stand in it."""


def find_place(top: Path, common: Path, hooks_path: str | None, version: tuple[int, ...]) -> Place:
    """Decide by what is configured, never by what is merely lying around.

    Args:
        top: The work tree.
        common: The git directory that all work trees share.
        hooks_path: The value of core.hooksPath, `~` expanded; None when it is not set.
        version: git's.
    """
    folder = common / "hooks" if hooks_path is None else top / hooks_path
    real = folder.resolve()
    inside_git = real.is_relative_to(common.resolve())
    inside_tree = real.is_relative_to(top.resolve())
    if version >= CONFIG_HOOKS:
        return Place("git config", common / "hooks")
    if hooks_path == "" or not (inside_git or inside_tree):
        return Place("outside", folder)
    if folder.name == "_" and ((folder / "h").is_file() or (folder / "husky.sh").is_file()):
        return Place("husky", folder.parent, shared=True)
    config = next((top / name for name in _LEFTHOOK if (top / name).is_file()), None)
    if config is not None:
        return Place("lefthook", folder, config, shared=True)
    return Place("hooks folder", folder, shared=not inside_git)
