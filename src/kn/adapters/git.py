"""The one place where kn runs git.

Every call is read-only unless its name says otherwise, uses `-z` where paths are printed,
takes no optional lock, runs no hook, refuses embedded bare repositories (hazards H10), and
never fetches. Bytes in, bytes out.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kn.errors import KnError, NotARepository

TIMEOUT = 60.0
"""Seconds that one git call may take; a guess that fits a cold cache on a large repository."""

_SAFE = (
    "--no-optional-locks",
    "-c",
    "safe.bareRepository=explicit",
    "-c",
    f"core.hooksPath={os.devnull}",
    "-c",
    "core.quotePath=false",
)

_LOCAL_VARIABLES = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_CONFIG",
    "GIT_CONFIG_PARAMETERS",
    "GIT_CONFIG_COUNT",
    "GIT_OBJECT_DIRECTORY",
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_GRAFT_FILE",
    "GIT_INDEX_FILE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_REPLACE_REF_BASE",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_COMMON_DIR",
)
"""`git rev-parse --local-env-vars`: what ties a process to one repository."""


@dataclass(frozen=True, slots=True)
class Repository:
    """Where a repository's parts are. `top` is None when it is bare."""

    top: Path | None
    git_dir: Path
    common_dir: Path

    @property
    def bare(self) -> bool:
        return self.top is None

    @property
    def state(self) -> Path:
        """kn's own directory, one for all branches and work trees."""
        return self.common_dir / "kn"


def find_repository(start: Path) -> Repository:
    """Find the repository that holds `start`, as git itself sees it, hook environment included.

    Raises:
        NotARepository: There is none, or the git directory lies inside the work tree under
            another name, where a cloned repository could have put it.
    """
    done = _spawn(
        ["rev-parse", "--is-bare-repository", "--absolute-git-dir", "--git-common-dir"], start
    )
    lines = done.stdout.decode("utf-8", "surrogateescape").split("\n")
    if done.returncode or len(lines) < 3:
        bare = _bare_at(start)
        if bare is not None:
            return bare
        raise NotARepository(
            f"{start} is not inside a git repository.",
            hint="Run `git init` here, or change into your project.",
        )
    git_dir = Path(lines[1])
    common = Path(lines[2]) if Path(lines[2]).is_absolute() else Path(start, lines[2])
    common = Path(os.path.normpath(common))
    if lines[0] == "true":
        return Repository(None, git_dir, common)
    top = _spawn(["rev-parse", "--show-toplevel"], start)
    if top.returncode:
        return Repository(None, git_dir, common)
    return Repository(Path(os.fsdecode(top.stdout.rstrip(b"\n"))), git_dir, common)


def _bare_at(start: Path) -> Repository | None:
    """A bare repository that is `start` itself and not inside another work tree."""
    if not ((start / "HEAD").is_file() and (start / "objects").is_dir()):
        return None
    parent = _spawn(["rev-parse", "--show-toplevel"], start.parent)
    if parent.returncode == 0:
        return None
    return Repository(None, start.resolve(), start.resolve())


@dataclass(frozen=True, slots=True)
class Done:
    """What a git process said."""

    returncode: int
    stdout: bytes
    stderr: bytes


def run(
    repo: Repository, *args: str, given: bytes | None = None, ok: Sequence[int] = (0,)
) -> bytes:
    """Run git in `repo` and return what it printed.

    Raises:
        KnError: git exited with a code outside `ok`.
    """
    done = attempt(repo, *args, given=given)
    if done.returncode not in ok:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise KnError(f"git {args[0]} failed: {said[0] if said else done.returncode}")
    return done.stdout


def attempt(repo: Repository, *args: str, given: bytes | None = None) -> Done:
    """Run git in `repo`; any exit code is an answer."""
    where = repo.top if repo.top is not None else repo.git_dir
    head = [f"--git-dir={repo.git_dir}"] if repo.bare else []
    return _spawn([*head, *args], where, given)


def _spawn(args: Sequence[str], cwd: Path, given: bytes | None = None) -> Done:
    import subprocess  # 5 ms: only when git is really run

    try:
        done = subprocess.run(
            [git_program(), *_SAFE, *args],
            cwd=cwd,
            input=given,
            stdin=subprocess.DEVNULL if given is None else None,
            capture_output=True,
            env=environment(os.environ),
            timeout=TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise KnError(f"git {args[0]} did not answer within {TIMEOUT:.0f} s.") from error
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NotARepository(f"{cwd} does not exist.") from error
    return Done(done.returncode, done.stdout, done.stderr)


@cache
def git_program() -> str:
    """git by absolute path: a `git` in the work tree is never run (CVE-2023-40590's class)."""
    found = shutil.which("git")
    if found is None:
        raise KnError("git is not on the PATH.", hint="Install git 2.30 or newer.")
    return found


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """The environment for kn's own git calls: no prompts, no lazy fetch, no tracing into output."""
    kept = {name: text for name, text in given.items() if not name.startswith("GIT_TRACE")}
    kept.update(LC_ALL="C.UTF-8", GIT_TERMINAL_PROMPT="0", GIT_NO_LAZY_FETCH="1", KN_INSIDE="1")
    return kept


def foreign_environment(given: Mapping[str, str]) -> dict[str, str]:
    """`environment` without what ties this process to its own repository (hazards H5)."""
    return {n: t for n, t in environment(given).items() if n not in _LOCAL_VARIABLES}


@cache
def git_version() -> tuple[int, ...]:
    """As (2, 39, 5)."""
    import re

    text = _spawn(["version"], Path("/")).stdout.decode("ascii", "replace")
    return tuple(int(n) for n in re.findall(r"\d+", text)[:3])


def git_path(repo: Repository, name: str) -> Path:
    """Where `name` of the git directory really is (honours core.hooksPath and work trees)."""
    text = os.fsdecode(run(repo, "-c", "core.hooksPath=", "rev-parse", "--git-path", name)[:-1])
    where = repo.top if repo.top is not None else repo.git_dir
    return Path(os.path.normpath(where / text))


def resolve(repo: Repository, revision: str) -> str:
    """The full commit id that `revision` names.

    Raises:
        KnError: It names none.
    """
    found = try_resolve(repo, revision)
    if found is None:
        raise KnError(f"There is no commit {revision!r} in this repository.")
    return found


def try_resolve(repo: Repository, revision: str) -> str | None:
    """The full commit id that `revision` names, or None."""
    done = attempt(
        repo, "rev-parse", "-q", "--verify", "--end-of-options", f"{revision}^{{commit}}"
    )
    return done.stdout.decode("ascii").strip() if done.returncode == 0 else None


def branch(repo: Repository) -> str:
    """The name of the current branch; empty when HEAD is detached."""
    done = attempt(repo, "symbolic-ref", "-q", "--short", "HEAD")
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else ""


def list_tree(repo: Repository, commit: str, folder: str) -> dict[str, str]:
    """Path -> blob id of every regular file below `folder` at `commit`; symlinks are left out."""
    out = run(repo, "ls-tree", "-r", "-z", "--full-tree", commit, "--", f"{folder}/")
    found = {}
    for entry in out.split(b"\0"):
        if entry:
            mode, _, rest = entry.partition(b" ")
            kind, _, rest = rest.partition(b" ")
            blob, _, path = rest.partition(b"\t")
            if kind == b"blob" and mode in (b"100644", b"100755"):
                found[os.fsdecode(path)] = blob.decode("ascii")
    return found


def read_blobs(repo: Repository, blobs: Iterable[str]) -> dict[str, bytes]:
    """Blob id (or `rev:path`) -> content; what does not exist is left out."""
    wanted = list(dict.fromkeys(blobs))
    if not wanted:
        return {}
    given = "".join(f"{blob}\n" for blob in wanted).encode("utf-8", "surrogateescape")
    out = run(repo, "cat-file", "--batch", given=given)
    return dict(_batch_entries(out, wanted))


def _batch_entries(out: bytes, wanted: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    at = 0
    for name in wanted:
        end = out.index(b"\n", at)
        header = out[at:end].split(b" ")
        at = end + 1
        if len(header) >= 3 and header[-2] in (b"blob", b"commit", b"tree", b"tag"):
            size = int(header[-1])
            if header[-2] == b"blob":
                yield name, out[at : at + size]
            at += size + 1


def changed_paths(repo: Repository, base: str, head: str) -> list[str]:
    """Paths that differ between two commits, sorted."""
    out = run(
        repo, "diff-tree", "-r", "-z", "--name-only", "--no-ext-diff", "--no-renames", base, head
    )
    return sorted(os.fsdecode(p) for p in out.split(b"\0") if p)


def uncommitted_paths(repo: Repository) -> list[str]:
    """Tracked paths whose content differs from HEAD, staged or not; empty in a bare repository."""
    if repo.bare or try_resolve(repo, "HEAD") is None:
        return []
    out = run(repo, "diff-index", "-z", "--name-only", "--no-ext-diff", "HEAD", "--")
    return sorted(os.fsdecode(p) for p in out.split(b"\0") if p)


def merge_base(repo: Repository, one: str, other: str) -> str | None:
    """The best common ancestor, or None (unrelated, or cut off in a shallow clone)."""
    done = attempt(repo, "merge-base", one, other)
    return done.stdout.decode("ascii").strip() if done.returncode == 0 else None


def config(repo: Repository) -> dict[str, str]:
    """Every git setting that starts with `kn.`, from the user's and the clone's configuration.

    A later value wins, as in git; names are lower case.
    """
    done = attempt(repo, "config", "-z", "--get-regexp", r"^kn\.")
    found = {}
    for entry in done.stdout.decode("utf-8", "replace").split("\0"):
        name, _, value = entry.partition("\n")
        if name:
            found[name] = value
    return found


def config_value(repo: Repository, name: str) -> str | None:
    """One git setting, or None when it is not set."""
    done = attempt(repo, "config", "--get", name)
    return done.stdout.decode("utf-8", "replace").rstrip("\n") if done.returncode == 0 else None


def hash_object(content: bytes, *, algorithm: str = "sha1") -> str:
    """The blob id that git gives to `content`."""
    import hashlib

    return hashlib.new(algorithm, b"blob %d\0" % len(content) + content).hexdigest()


def object_format(repo: Repository) -> str:
    """`sha1` or `sha256`."""
    done = attempt(repo, "rev-parse", "--show-object-format")
    return done.stdout.decode("ascii", "replace").strip() or "sha1"


def work_trees(repo: Repository) -> list[Path]:
    """The top folders of all work trees of the repository, this one's first."""
    out = run(repo, "worktree", "list", "--porcelain")
    found = [
        Path(os.fsdecode(line[9:])) for line in out.split(b"\n") if line.startswith(b"worktree ")
    ]
    return sorted(found, key=lambda p: p != repo.top)
