"""Promise: a merge drops no side and brings nothing back, whatever becomes of kn in it.

Real `git merge`, `git rebase` and `git cherry-pick`, with the driver as `kn init` installs it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from tests.core.merging import Case, check_lines, check_result, made_case
from tests.e2e.watched import SOURCE

from kn.core.merge import markers

ITEM = ".knowledge/decisions/item-7k3m9qzt.yaml"
KN = f'PYTHONPATH="{SOURCE}" "{sys.executable}" -m kn "$@"'
STATES = {
    "present": f"exec env {KN}",
    "absent": None,
    "crashing": "exit 3",
    "says yes and does nothing": "exit 0",
    "killed at once": "kill -9 $$",
    "killed while it writes": 'head -c 40 "$3" > "$7"; kill -9 $$',
    "killed at some time": f'env {KN} & sleep "0.0$((($$ * 7919) % 100))"; kill -9 $!; wait $!',
    "dies in Python": f'PYTHONPATH="{SOURCE}" "{sys.executable}" -c "import os; os.abort()"',
}
WAYS = {
    "merge": ("merge", "-q", "--no-edit"),
    "rebase": ("rebase", "-q", "--empty=keep"),
    "cherry-pick": ("cherry-pick", "--keep-redundant-commits"),
}


@dataclass(frozen=True, slots=True)
class Clone:
    """A repository whose driver is installed, and a kn on its PATH that can be put out of order."""

    root: Path
    programs: Path

    def git(self, *words: str) -> subprocess.CompletedProcess[str]:
        path = f"{self.programs}{os.pathsep}{os.environ['PATH']}"
        return subprocess.run(
            ["git", *words], cwd=self.root, capture_output=True, text=True, check=False,
            env={**os.environ, "PATH": path, "GIT_EDITOR": "true"},
        )  # fmt: skip

    def need(self, *words: str) -> str:
        done = self.git(*words)
        assert done.returncode == 0, (words, done.stderr)
        return done.stdout.strip()

    def put(self, state: str | None) -> None:
        program = self.programs / "kn"
        program.unlink(missing_ok=True)
        if state is not None:
            program.write_text(f"#!/bin/sh\n{state}\n")
            program.chmod(0o755)

    def commit(self, parent: str, content: bytes) -> str:
        self.need("checkout", "-q", "-f", "--detach", parent)
        if content:
            (self.root / ITEM).parent.mkdir(exist_ok=True)
            (self.root / ITEM).write_bytes(content)
        self.need("add", "-A")
        self.need("commit", "-q", "--allow-empty", "-m", "Edit")
        return self.need("rev-parse", "HEAD")

    def bring_together(self, case: Case, way: str) -> tuple[int, bytes]:
        """Let git join both sides; its exit code, and what the file holds then."""
        base = self.commit("main", case.base)
        theirs, ours = self.commit(base, case.theirs), self.commit(base, case.ours)
        if way == "rebase":
            self.need("checkout", "-q", "-f", "--detach", theirs)
        done = self.git(*WAYS[way], ours if way == "rebase" else theirs)
        held = (self.root / ITEM).read_bytes()
        status = self.need("status", "--porcelain")
        assert status in ("", f"UU {ITEM}", f"AA {ITEM}"), "nothing is left lying about"
        assert (done.returncode == 0) == (status == ""), (done.stdout, done.stderr)
        if status:
            self.need(way, "--abort")
        return done.returncode, held


@pytest.fixture
def clone(knowledge_repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clone:
    others = [p for p in os.environ["PATH"].split(os.pathsep) if not (Path(p) / "kn").exists()]
    monkeypatch.setenv("PATH", os.pathsep.join(others))
    programs = tmp_path / "programs"
    programs.mkdir()
    config = knowledge_repo / ".git/config"
    kept = config.read_text()
    assert "merge-driver" in kept
    # The kn that `kn init` ran with must not answer for the one that is out of order.
    config.write_text(kept.replace(_installed(kept), "/nowhere/kn"))
    return Clone(knowledge_repo, programs)


def _installed(config: str) -> str:
    return config.partition("|| kn=")[2].partition("\\n")[0] or "no such text"


def bring(clone: Clone, number: int, state: str) -> bool:
    """One real run, held against the laws; whether git called it clean."""
    case = made_case(Random(number))
    way = tuple(WAYS)[number % len(WAYS)]
    clone.put(STATES[state])
    code, held = clone.bring_together(case, way)
    marked = markers.has_hunks(held.decode())
    assert marked == (code != 0), f"{number} {state} {way}: unresolved is marked, and only that"
    try:
        check_result(case, held)
    except AssertionError:
        if state == "present":
            raise
        check_lines(case, held)  # git's own merge stands
    return code == 0


@pytest.mark.parametrize("state", STATES)
def test_no_merge_loses_a_side_or_brings_something_back(clone: Clone, state: str) -> None:
    for number in range(2):
        bring(clone, number, state)


@pytest.mark.slow
@pytest.mark.parametrize("state", STATES)
def test_no_merge_of_hundreds_loses_a_side_or_brings_something_back(
    clone: Clone, state: str
) -> None:
    clean = [bring(clone, number, state) for number in range(100, 170)]
    assert any(clean) and not all(clean)
