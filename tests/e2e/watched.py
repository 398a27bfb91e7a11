"""A repository whose hooks are kn's real ones, and what its inbox must hold."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

SOURCE = Path(__file__).parents[2] / "src"
DECISION = re.compile(r"^ *Decision: (.*)$", re.M)


def put_kn_on_path(folder: Path, environment: dict[str, str]) -> None:
    """Let `kn` be found as a user's hooks find it."""
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "kn"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m kn "$@"\n')
    program.chmod(0o755)
    environment["PATH"] = f"{folder}{os.pathsep}{environment['PATH']}"


@dataclass(frozen=True, slots=True)
class Watched:
    """A repository that kn watches through its installed hooks."""

    root: Path
    environment: dict[str, str]

    def run(
        self, *words: str, check: bool = True, given: str = "", cwd: Path | None = None, **more: Any
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            words, cwd=cwd or self.root, capture_output=True, text=True, input=given, check=False,
            env={**self.environment, **more}, timeout=60,
        )  # fmt: skip
        assert not check or done.returncode == 0, (words, done.stdout, done.stderr)
        return done

    def git(self, *words: str, cwd: Path | None = None, given: str = "", **more: Any) -> str:
        """Run git with the hooks on; returns stdout."""
        return self.run("git", *words, cwd=cwd, given=given, **more).stdout.strip()

    def kn(self, *words: str, **more: Any) -> str:
        return self.run(sys.executable, "-m", "kn", *words, **more).stdout

    def write(self, name: str, text: str = "x\n") -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        self.git("add", name)

    def commit(self, number: int, *, knowledge: bool = True, options: tuple[str, ...] = ()) -> str:
        """A commit that changes a file of its own; returns the statement that its message holds."""
        self.write(f"part{number}.txt", f"{number}\n")
        self.git("commit", "-q", "-m", message_of(number, knowledge=knowledge), *options)
        return statement_of(number)

    def pending(self) -> list[str]:
        """The statements that the inbox shows."""
        shown = json.loads(self.kn("inbox", "list", "--json"))["candidates"]
        return sorted(c["statement"] for c in shown)

    def reachable(self, cwd: Path | None = None) -> list[str]:
        """The statements in the messages that a work tree's HEAD reaches, each once."""
        messages = self.git("log", "--format=%B%x00", "HEAD", cwd=cwd)
        return sorted(set(DECISION.findall(messages)))

    def known_to_any(self) -> set[str]:
        """The statements in the messages that some branch, tag or HEAD reaches."""
        return set(DECISION.findall(self.git("log", "--format=%B%x00", "HEAD", "--branches")))


def statement_of(number: int) -> str:
    return f"Use engine {number} for part {number}."


def message_of(number: int, *, knowledge: bool = True) -> str:
    if not knowledge:
        return f"Tidy part {number}"
    return f"Give part {number} an engine\n\nDecision: {statement_of(number)}\n"


def watch(root: Path, programs: Path, environment: dict[str, str]) -> Watched:
    """Begin knowledge with hooks, and commit it."""
    put_kn_on_path(programs, environment)
    watched = Watched(root, environment)
    watched.kn("init", "-y")
    watched.git("add", "-A")
    watched.git("commit", "-q", "-m", "Begin knowledge")
    return watched


@pytest.fixture
def world(repo: Path, tmp_path_factory: pytest.TempPathFactory) -> Watched:
    """A repository on `main` whose hooks are kn's, with kn on the PATH; made once and copied."""
    environment = dict(os.environ)
    once = tmp_path_factory.getbasetemp() / "watched"
    if not once.exists():
        watch(repo, once / "bin", environment)
        shutil.copytree(repo, once / "repo", symlinks=True)
        return Watched(repo, environment)
    shutil.copytree(once / "repo", repo, symlinks=True, dirs_exist_ok=True)
    put_kn_on_path(once / "bin", environment)
    return Watched(repo, environment)
