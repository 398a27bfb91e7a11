"""A plan of changes to a clone: shown by `--dry-run`, carried out by `apply`."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kn.adapters.git import Repository, attempt
from kn.adapters.wiring.changes import Change, File, look, make
from kn.errors import KnError, NotARepository

EVENTS = ("post-commit", "post-merge", "post-rewrite")
"""What kn wants to hear of; hints only, since `am`, `reset` and the like call no hook."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be done, in order, and what a person has to know or do."""

    folder: str
    """The knowledge folder, relative to the top of the work tree."""
    changes: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()
    clear: tuple[Path, ...] = ()
    """Derived data to remove with all that is in it."""
    manager: str = ""
    """Who runs this clone's git hooks."""

    @property
    def steps(self) -> list[str]:
        """The plan for people, one line a step."""
        lines = [f"{change.what}: {change.path}" for change in self.changes]
        return lines + [f"remove derived data: {path}" for path in self.clear]


def apply(plan: Plan) -> list[str]:
    """Carry the plan out and return its steps as done.

    Every step is atomic, and planning again after an interruption goes on where it ended.

    Raises:
        KnError: Something changed since the plan was made, or the disk says no.
    """
    for change in plan.changes:
        make(change)
    for path in plan.clear:
        if path.is_symlink() or not path.is_dir():
            path.unlink(missing_ok=True)
        else:
            shutil.rmtree(path)
    return plan.steps


FORMAT_LINE = re.compile(rb"^format:[ \t]*[\"']?(\d+)[\"']?[ \t]*(?:#.*)?\r?$", re.MULTILINE)
"""What makes a `config.yaml` one of kn's."""
FOLDER_NAME = re.compile(r"[\w.-]+(?:/[\w.-]+)*")
"""The same as the setting `dir` may be (`kn.adapters.settings`)."""


def work_tree(repo: Repository) -> Path:
    """The top of the work tree.

    Raises:
        NotARepository: The repository is bare.
    """
    if repo.top is None:
        raise NotARepository(
            f"{repo.git_dir} is a bare repository; knowledge needs a work tree.",
            hint="Clone it and run kn there.",
        )
    return repo.top


def hooks_path(repo: Repository) -> str | None:
    """core.hooksPath as git's own commands see it, `~` expanded; None when it is not set."""
    asked = ("config", "-z", "--show-scope", "--type=path", "--get-all", "core.hooksPath")
    words = attempt(repo, *asked).stdout.decode("utf-8", "surrogateescape").split("\0")
    found = [
        value
        for scope, value in zip(words[::2], words[1::2], strict=False)
        if scope != "command"  # kn's own calls switch hooks off that way
    ]
    return found[-1] if found else None


def config_path(repo: Repository) -> Path:
    """The clone's configuration, that all its work trees share.

    Raises:
        KnError: It is a symbolic link, so that writing it would write elsewhere.
    """
    path = repo.common_dir / "config"
    if path.is_symlink():
        raise KnError(f"{path} is a symbolic link; kn writes through none.")
    return path


def name_place(repo: Repository, path: Path) -> str:
    """`path` as the journal has it: the same for every place that the clone is moved to."""
    real = path.parent.resolve() / path.name
    for label, root in (("git", repo.common_dir), ("tree", work_tree(repo))):
        if real.is_relative_to(root.resolve()):
            return f"{label}:{real.relative_to(root.resolve())}"
    raise KnError(f"{path} lies outside this repository; kn does not write there.")


def find_place(repo: Repository, name: str) -> Path | None:
    """The path that `name_place` named; None for anything that could lie elsewhere."""
    label, _, inner = name.partition(":")
    root = {"git": repo.common_dir, "tree": repo.top}.get(label)
    if root is None or Path(inner).is_absolute() or ".." in Path(inner).parts:
        return None
    return root / inner


def find_folder(repo: Repository) -> str | None:
    """The knowledge folder that this tree has under another name; None without one, or of several.

    A clone does not learn of `kn init --dir NAME`: that stands in the settings of whoever ran it.
    What init laid down there tells it: the format, and the attribute for the merge driver.
    """
    if repo.top is None:
        return None
    asked = ("ls-files", "-z", "--", ":(top,glob)**/config.yaml")
    listed = attempt(repo, *asked).stdout.decode("utf-8", "surrogateescape").split("\0")
    found = []
    for name in filter(None, listed):
        config = look(repo.top / name)
        marks = look((repo.top / name).parent / ".gitattributes")
        if (
            FOLDER_NAME.fullmatch(name.rpartition("/")[0])
            and isinstance(config, File)
            and FORMAT_LINE.search(config.data)
            and isinstance(marks, File)
            and b"merge=kn" in marks.data
        ):
            found.append(name.rpartition("/")[0])
    return found[0] if len(found) == 1 else None


def once(lines: Iterable[str]) -> tuple[str, ...]:
    """`lines` without repetitions, in order."""
    return tuple(dict.fromkeys(lines))
