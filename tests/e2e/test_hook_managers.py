"""kn beside the real husky, lefthook and pre-commit: theirs run, kn runs, and kn comes out."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kn.adapters.git import find_repository
from kn.flows.setup import install, uninstall

pytestmark = pytest.mark.slow

OUTSIDE = dict(os.environ)
"""The environment before a test's was sealed: npm and pip need their caches and settings."""
Run = Callable[..., str]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "kn").write_text('#!/bin/sh\necho "kn $*" >> "$SEEN"\nexit 9\n')
    (programs / "kn").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("SEEN", str(tmp_path / "seen"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.delenv("CI", raising=False)  # lefthook installs nothing in CI
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Test")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "test@example.com")
    root = tmp_path / "project"
    root.mkdir()
    run(root, "git", "init", "-q", "-b", "main")
    (root / ".gitignore").write_text("node_modules\n")
    return root


def run(where: Path, *command: str | Path) -> str:
    done = subprocess.run(command, cwd=where, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def from_npm(root: Path, package: str) -> Path:
    """Install `package` into the project and return the folder of its programs."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed")
    (root / "package.json").write_text("{}\n")
    done = subprocess.run(
        [npm, "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", package],
        cwd=root, env=OUTSIDE, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, f"npm could not install {package}: {done.stderr[-200:]}"
    return root / "node_modules" / ".bin"


def from_pypi(folder: Path, package: str) -> Path:
    subprocess.run([sys.executable, "-m", "venv", folder], check=True, env=OUTSIDE)
    done = subprocess.run(
        [folder / "bin/pip", "-q", "install", package],
        env=OUTSIDE, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, f"pip could not install {package}: {done.stderr[-200:]}"
    return folder / "bin"


def init(root: Path) -> install.Plan:
    plan = install.plan_install(find_repository(root))
    install.apply(plan)
    return plan


def remove(root: Path) -> None:
    uninstall.apply(uninstall.plan_uninstall(find_repository(root)))


def files(root: Path) -> dict[str, tuple[int, bytes]]:
    left_out = ("node_modules", "objects", "logs", "index", "refs")
    return {
        str(path.relative_to(root)): (path.stat().st_mode, path.read_bytes())
        for path in root.rglob("*")
        if path.is_file() and not set(path.relative_to(root).parts) & set(left_out)
        and not path.name.endswith(("_EDITMSG", "_HEAD"))
    }  # fmt: skip


def committed(root: Path, *args: str) -> list[str]:
    """Commit, and return what the hooks wrote down, sorted."""
    seen = Path(os.environ["SEEN"])
    seen.unlink(missing_ok=True)
    run(root, "git", "commit", "-q", "--allow-empty", "-m", "One", *args)
    return sorted(seen.read_text().splitlines()) if seen.exists() else []


def test_husky(project: Path) -> None:
    husky = from_npm(project, "husky@9") / "husky"
    run(project, husky)
    (project / ".husky/post-commit").write_text('echo theirs >> "$SEEN"\n')
    before = files(project)
    assert committed(project) == ["theirs"]

    assert init(project).manager == "husky"
    run(project, husky)
    assert init(project).changes == ()

    assert committed(project) == ["kn hook post-commit", "theirs"]
    assert committed(project, "--amend") == [
        "kn hook post-commit", "kn hook post-rewrite amend", "theirs",
    ]  # fmt: skip
    remove(project)
    assert files(project) == before


def test_lefthook(project: Path) -> None:
    lefthook = from_npm(project, "lefthook") / "lefthook"
    (project / "lefthook.yml").write_text(
        'commit-msg:\n  commands:\n    x:\n      run: echo theirs >> "$SEEN"'
    )
    run(project, lefthook, "install")
    assert committed(project) == ["theirs"]
    before = files(project)

    assert init(project).manager == "lefthook"
    run(project, lefthook, "install")
    assert init(project).changes == ()

    assert committed(project) == ["kn hook post-commit", "theirs"]
    assert committed(project, "--amend") == [
        "kn hook post-commit", "kn hook post-rewrite amend", "theirs",
    ]  # fmt: skip
    remove(project)
    after = files(project)
    assert {path for path in before if after[path] != before[path]} <= {
        ".git/info/lefthook.checksum"
    }
    assert all(".git/hooks/" in path for path in after.keys() - before.keys()), "lefthook's own"
    assert committed(project) == ["theirs"]


HOOK = """repos:
- repo: local
  hooks:
  - id: theirs
    name: theirs
    language: system
    entry: sh -c 'echo theirs >> "$SEEN"'
    always_run: true
    pass_filenames: false
    stages: [post-commit]
"""


def test_pre_commit(project: Path, tmp_path: Path) -> None:
    pre_commit = from_pypi(tmp_path / "venv", "pre-commit") / "pre-commit"
    (project / ".pre-commit-config.yaml").write_text(HOOK)
    run(project, "git", "add", "-A")
    run(project, pre_commit, "install", "-t", "post-commit")
    assert committed(project) == ["theirs"]
    before = files(project)

    plan = init(project)
    assert init(project).changes == ()
    assert "pre-commit install" in " ".join(plan.notes)

    assert committed(project) == ["kn hook post-commit", "theirs"]
    remove(project)
    assert files(project) == before


def test_pre_commit_installed_after_kn_keeps_kn(project: Path, tmp_path: Path) -> None:
    pre_commit = from_pypi(tmp_path / "venv", "pre-commit") / "pre-commit"
    (project / ".pre-commit-config.yaml").write_text(HOOK)
    run(project, "git", "add", "-A")
    init(project)
    run(project, pre_commit, "install", "-t", "post-commit")

    assert committed(project) == ["kn hook post-commit", "theirs"]

    remove(project)
    assert committed(project) == ["theirs"]
    assert not (project / ".git/hooks/post-commit.legacy").exists()
