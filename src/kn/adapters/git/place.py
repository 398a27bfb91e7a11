"""Where we are: the repository, its branch, its settings."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kn.adapters.git.process import Done, Repository, attempt, run, spawn, spawn_all
from kn.errors import KnError, NotARepository


def find_repository(start: Path) -> Repository:
    """Find the repository that holds `start`, as git itself sees it, hook environment included.

    Raises:
        NotARepository: There is none.
    """
    return _read_place(start, spawn(_PLACE, start))


_PLACE = (
    "rev-parse",
    "--is-bare-repository",
    "--absolute-git-dir",
    "--git-common-dir",
    "--show-toplevel",
)


def _read_place(start: Path, done: Done) -> Repository:
    lines = os.fsdecode(done.stdout).split("\n")
    if len(lines) < 4:
        bare = _bare_at(start)
        if bare is not None:
            return bare
        said = done.stderr.decode("utf-8", "replace")
        if "dubious ownership" in said:
            raise NotARepository(
                f"git refuses {start}: it belongs to another user.",
                hint="`git status` there says how to trust it.",
            )
        if said.startswith("fatal: bad config"):
            raise KnError(f"git says: {said.splitlines()[0].removeprefix('fatal: ')}.")
        raise NotARepository(
            f"{start} is not inside a git repository.",
            hint="Run `git init` here, or change into your project.",
        )
    git_dir = Path(lines[1])
    common = Path(os.path.normpath(start / lines[2]))
    top = Path(lines[3]) if done.returncode == 0 and lines[0] == "false" else None
    return Repository(top, git_dir, common)


@dataclass(frozen=True, slots=True)
class Probe:
    """What most commands ask first, answered by git processes that run side by side."""

    repo: Repository
    head: str
    """Commit id; empty before the first commit."""
    branch: str
    """Empty when HEAD is detached."""
    config: Mapping[str, str]
    """`kn.*` and `init.defaultbranch`."""
    refs: Mapping[str, str]
    """Full name -> commit id, of `origin/HEAD`, `main` and `master`, where they exist."""
    origin_head: str
    """The branch that `origin/HEAD` points to, as `refs/remotes/origin/main`; or empty."""


def probe(start: Path) -> Probe:
    """Ask git where we are.

    Raises:
        NotARepository: There is no repository around `start`.
    """
    asked = (
        _PLACE,
        ("config", "-z", "--get-regexp", r"^(kn\.|init\.defaultbranch$)"),
        ("rev-parse", "-q", "--verify", "HEAD^{commit}"),
        ("symbolic-ref", "-q", "HEAD"),
        ("for-each-ref", "--format=%(refname)%00%(objectname)%00%(symref)",
         "refs/remotes/origin/HEAD", "refs/heads/main", "refs/heads/master"),
    )  # fmt: skip
    place, config, head, branch, refs = spawn_all(asked, start)
    repo = _read_place(start, place)
    if repo.bare:
        config, head, branch, refs = (attempt(repo, *args) for args in asked[1:])
    rows = [row.split("\0") for row in refs.stdout.decode("utf-8", "replace").splitlines()]
    return Probe(
        repo,
        head.stdout.decode("ascii").strip(),
        branch.stdout.decode("utf-8", "replace").strip().removeprefix("refs/heads/"),
        _read_config(config.stdout),
        {row[0]: row[1] for row in rows if len(row) == 3},
        next((row[2] for row in rows if row[0] == "refs/remotes/origin/HEAD"), ""),
    )


def _bare_at(start: Path) -> Repository | None:
    """A bare repository that is `start` itself and not inside another work tree."""
    if not ((start / "HEAD").is_file() and (start / "objects").is_dir()):
        return None
    parent = spawn(["rev-parse", "--show-toplevel"], start.parent)
    if parent.returncode == 0:
        return None
    return Repository(None, start.resolve(), start.resolve())


def branch(repo: Repository) -> str:
    """The name of the current branch; empty when HEAD is detached."""
    done = attempt(repo, "symbolic-ref", "-q", "--short", "HEAD")
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else ""


def config(repo: Repository) -> dict[str, str]:
    """Every git setting that starts with `kn.`, from the user's and the clone's configuration.

    A later value wins, as in git; names are lower case.
    """
    return _read_config(attempt(repo, "config", "-z", "--get-regexp", r"^kn\.").stdout)


def _read_config(out: bytes) -> dict[str, str]:
    found = {}
    for entry in out.decode("utf-8", "replace").split("\0"):
        name, _, value = entry.partition("\n")
        if name:
            found[name] = value
    return found


def config_value(repo: Repository, name: str) -> str | None:
    """One git setting, or None when it is not set."""
    done = attempt(repo, "config", "--get", name)
    return done.stdout.decode("utf-8", "replace").rstrip("\n") if done.returncode == 0 else None


def work_trees(repo: Repository) -> list[Path]:
    """The top folders of all work trees of the repository, this one's first."""
    out = run(repo, "worktree", "list", "--porcelain")
    found = [
        Path(os.fsdecode(line[9:])) for line in out.split(b"\n") if line.startswith(b"worktree ")
    ]
    return sorted(found, key=lambda p: p != repo.top)
