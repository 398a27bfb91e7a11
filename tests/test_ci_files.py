"""What runs kn elsewhere is what those places expect, by their own validators."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.rig.tools import own_tool, path_with_tools

from kn.core.review.markdown import MARKER

ROOT = Path(__file__).resolve().parent.parent


def run(*words: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": path_with_tools()}
    return subprocess.run(
        words, cwd=cwd, capture_output=True, text=True, check=False, env=environment
    )


@pytest.mark.parametrize(("schema", "file"), [
    ("vendor.github-actions", "action.yml"),
    ("vendor.gitlab-ci", "ci/gitlab.yml"),
])  # fmt: skip
def test_a_file_is_what_its_host_reads(schema: str, file: str) -> None:
    done = run(own_tool("check-jsonschema"), "--builtin-schema", schema, file)
    assert done.returncode == 0, done.stdout


def test_the_workflow_in_the_documentation_is_one(tmp_path: Path) -> None:
    page = (ROOT / "docs/review.md").read_text("utf-8")
    blocks = [b for b in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL) if "runs-on:" in b]
    assert blocks
    for block in blocks:
        path = tmp_path / "workflow.yml"
        path.write_text(block, "utf-8")
        done = run(
            own_tool("check-jsonschema"), "--builtin-schema", "vendor.github-workflows", str(path)
        )
        assert done.returncode == 0, done.stdout


def test_scripts_of_the_action_take_nothing_from_expressions() -> None:
    """`${{ … }}` in a script is text of the script: whoever names a branch would run code."""
    text = (ROOT / "action.yml").read_text("utf-8")
    scripts = re.findall(r"^ +run: (?:\|\n((?: {8,}.*\n)+)|(.*))$", text, re.MULTILINE)
    assert len(scripts) == 2
    assert "${{" not in "".join(part for script in scripts for part in script)


def test_what_is_checked_out_is_never_run_as_part_of_python(tmp_path: Path) -> None:
    """`python -m pip` takes `pip/` of the working directory first: that is the pull request's."""
    (tmp_path / "pip").mkdir()
    (tmp_path / "pip/__main__.py").write_text("print('taken in')\n")
    for name in ("venv.py", "json.py", "urllib.py"):
        (tmp_path / name).write_text("raise SystemExit('taken in')\n")
    calls = []
    for file in ("action.yml", "ci/gitlab.yml"):
        text = (ROOT / file).read_text("utf-8")
        calls += re.findall(r"bin/python\"? (.*-m pip)\b|python3 (.*-m venv)\b", text)
    assert len(calls) == 4
    for call in calls:
        words = " ".join(call).split()
        done = run(sys.executable, *words, "--help", cwd=tmp_path)
        assert "taken in" not in done.stdout + done.stderr and done.returncode == 0, words


def test_the_program_of_the_action_knows_the_comment() -> None:
    assert f'MARKER = "{MARKER}"' in (ROOT / "ci/github.py").read_text("utf-8")


def test_pre_commit_reads_the_hooks() -> None:
    done = run(own_tool("pre-commit"), "validate-manifest", ".pre-commit-hooks.yaml")
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_pre_commit_runs_the_hooks(knowledge_repo: Path, tmp_path: Path) -> None:
    """As `pre-commit try-repo` does, with the kn that is installed instead of one it builds."""
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    manifest = (ROOT / ".pre-commit-hooks.yaml").read_text("utf-8")
    system = manifest.replace("language: python", "language: system")
    (hooks / ".pre-commit-hooks.yaml").write_text(system)
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "Hooks")):
        run("git", *words, cwd=hooks)
    assert own_tool("kn")
    bad = knowledge_repo / ".knowledge/facts"
    bad.mkdir(exist_ok=True)
    (bad / "a-00000001.yaml").write_text("id: [\n")
    run("git", "add", "-A", cwd=knowledge_repo)
    for name, code in (("kn-check", 1), ("kn-review", 1), ("kn-post-commit", 0)):
        stage = "post-commit" if name == "kn-post-commit" else "pre-commit"
        done = run(own_tool("pre-commit"), "try-repo", str(hooks), name, "--hook-stage", stage,
                   "--verbose", cwd=knowledge_repo)  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        if code:
            assert "KN001" in done.stdout, done.stdout
