"""Running git: one environment, one set of safe options, bytes in and out."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kn.errors import KnError, NotARepository

TIMEOUT = 60.0
"""Seconds that one git call may take; a guess that fits a cold cache on a large repository."""

_BLOCK = 1 << 16
"""Bytes that are read at once of what git prints: what a pipe holds on Linux."""

_SAFE = (
    "--no-optional-locks",
    "-c",
    "safe.bareRepository=explicit",
    "-c",
    f"core.hooksPath={os.devnull}",
    "-c",
    "core.quotePath=false",
    "-c",
    "core.fsmonitor=",  # even diff-tree would start it
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


def attempt(
    repo: Repository,
    *args: str,
    given: bytes | None = None,
    extra: Mapping[str, str] | None = None,
) -> Done:
    """Run git in `repo`, with `extra` in its environment; any exit code is an answer."""
    where, head = _place(repo)
    return spawn([*head, *args], where, given, extra)


def stream(repo: Repository, *args: str, most: int, given: bytes = b"") -> Iterator[bytes]:
    """Run git in `repo` and yield what it prints, record by record, while it prints.

    Args:
        repo: The repository.
        args: A command with `-z`, that reads all of `given` before it prints.
        most: Bytes of a record that are kept; the rest of it is read and dropped.
        given: What git reads from stdin.

    Raises:
        KnError: git exited with a code that is not 0.
    """
    import subprocess

    where, head = _place(repo)
    process = subprocess.Popen(
        [git_program(), *_SAFE, *head, *args],
        cwd=where,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # a pipe that nobody reads meanwhile may fill, and stop git
        env=environment(os.environ),
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        with suppress(BrokenPipeError), process.stdin as sent:  # its exit code says why
            sent.write(given)
        held = bytearray()
        while block := os.read(process.stdout.fileno(), _BLOCK):
            *ended, last = block.split(b"\0")
            for part in ended:
                held += part[: most - len(held)]
                yield bytes(held)
                held.clear()
            held += last[: most - len(held)]
        if process.wait():
            raise KnError(
                f"git {args[0]} failed ({process.returncode}).",
                hint="`git fsck` says whether commits are missing or damaged.",
            )
    finally:
        process.stdout.close()
        process.kill()
        process.wait()


def _place(repo: Repository) -> tuple[Path, list[str]]:
    where = repo.top if repo.top is not None else repo.git_dir
    return where, [f"--git-dir={repo.git_dir}"] if repo.bare else []


def spawn(
    args: Sequence[str],
    cwd: Path,
    given: bytes | None = None,
    extra: Mapping[str, str] | None = None,
) -> Done:
    """Run git in `cwd`, whatever repository that is."""
    import subprocess  # 5 ms: only when git is really run

    try:
        done = subprocess.run(
            [git_program(), *_SAFE, *args],
            cwd=cwd,
            input=given,
            stdin=subprocess.DEVNULL if given is None else None,
            capture_output=True,
            env={**environment(os.environ), **(extra or {})},
            timeout=TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise KnError(f"git {args[0]} did not answer within {TIMEOUT:.0f} s.") from error
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NotARepository(f"{cwd} does not exist.") from error
    return Done(done.returncode, done.stdout, done.stderr)


def spawn_all(calls: Sequence[Sequence[str]], cwd: Path) -> list[Done]:
    """Run several read-only git commands at once: each takes milliseconds, mostly of waiting."""
    import subprocess

    running = []
    for args in calls:
        try:
            running.append(
                subprocess.Popen(
                    [git_program(), *_SAFE, *args],
                    cwd=cwd,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    env=environment(os.environ),
                )
            )
        except (FileNotFoundError, NotADirectoryError) as error:
            raise NotARepository(f"{cwd} does not exist.") from error
    done = []
    for process in running:
        out, err = process.communicate(timeout=TIMEOUT)
        done.append(Done(process.returncode, out, err))
    return done


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

    text = spawn(["version"], Path("/")).stdout.decode("ascii", "replace")
    return tuple(int(n) for n in re.findall(r"\d+", text)[:3])
