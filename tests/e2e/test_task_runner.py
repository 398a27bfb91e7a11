"""`tasks.json`, read and run by another program than ours: vscode-task-runner, without VS Code.

It is `vtr` of PyPI's vscode-task-runner (`make tools`). It knows
no open file and no selection; `tests/cli/test_vscode_tasks.py` plays those.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.conftest import Kn
from tests.rig.tools import foreign_tool

pytestmark = pytest.mark.slow
Run = Callable[..., "subprocess.CompletedProcess[str]"]

TEAMS_OWN = """{
    // Ours.
    "version": "2.0.0",
    "tasks": [
        { "label": "greet", "type": "process", "command": "echo", "args": ["hello"] }, // first
    ]
}
"""


@pytest.fixture
def task(knowledge_repo: Path, kn: Kn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    program = foreign_tool("vtr")
    (tmp_path / "bin").mkdir()
    ours = tmp_path / "bin" / "kn"
    ours.write_text(f'#!/bin/sh\nPYTHONPATH="{os.environ["PYTHONPATH"]}" '
                    f'exec "{sys.executable}" -m kn "$@"\n')  # fmt: skip
    ours.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    (knowledge_repo / ".vscode").mkdir()
    (knowledge_repo / ".vscode/tasks.json").write_text(TEAMS_OWN)
    kn("init", "--no-hooks", "--editor", "vscode")

    def run(*words: str, **typed: str) -> subprocess.CompletedProcess[str]:
        environment = {n: v for n, v in os.environ.items() if n != "PYTHONPATH"}
        return subprocess.run(
            [program, *words], cwd=knowledge_repo, capture_output=True, text=True, check=False,
            env={**environment, **{f"VTR_INPUT_kn-{n}": v for n, v in typed.items()}},
            stdin=subprocess.DEVNULL, timeout=120,
        )  # fmt: skip

    return run


def test_the_file_is_read_and_the_teams_own_task_still_runs(task: Run) -> None:
    done = task("greet")

    assert done.returncode == 0, done.stderr
    assert "hello" in done.stdout


def test_a_check_runs_and_its_answer_is_the_tasks(task: Run, knowledge_repo: Path) -> None:
    assert task("kn: check").returncode == 0
    broken = knowledge_repo / ".knowledge/facts/x-0000000a.yaml"
    broken.parent.mkdir()
    broken.write_text("id: [\n")

    done = task("kn: check")

    assert done.returncode != 0
    assert ".knowledge/facts/x-0000000a.yaml:" in done.stdout


def test_what_is_typed_reaches_kn_as_one_word(task: Run, kn: Kn, knowledge_repo: Path) -> None:
    kn("add", "fact", "Invoices are kept ten years.")

    done = task("kn: context for a task", task='-keep "invoices" ten years; $(touch broken)')

    assert done.returncode == 0, done.stderr
    assert "Invoices are kept ten years." in done.stdout
    assert not (knowledge_repo / "broken").exists()
