"""A project with one commit, and a fake kn that writes down how it was called."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from .clones import git


@pytest.fixture(autouse=True)
def seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the fake kn and the foreign hooks write down."""
    programs = tmp_path / "bin"
    programs.mkdir()
    kn = programs / "kn"
    kn.write_text('#!/bin/sh\necho "kn $* [$(cat)]" >> "$SEEN"\nexit 9\n')
    kn.chmod(0o755)
    # A kn that the developer has installed must not answer in place of ours.
    others = [p for p in os.environ["PATH"].split(os.pathsep) if not (Path(p) / "kn").exists()]
    monkeypatch.setenv("PATH", os.pathsep.join([str(programs), *others]))
    monkeypatch.setenv("SEEN", str(tmp_path / "seen"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Test")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "test@example.com")
    return tmp_path / "seen"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    git(root, "init", "-q", "-b", "main", "--template=")
    git(root, "commit", "-q", "--allow-empty", "-m", "Start")
    return root
