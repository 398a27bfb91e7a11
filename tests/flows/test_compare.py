"""`kn diff` on a real repository: every pair of trees that a user can name."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest
from tests.conftest import Git
from tests.desk import SOURCE, Desk

A, B, C = "dec-00000001", "dec-00000002", "con-00000003"


@pytest.fixture
def stocked(desk: Desk, git: Git) -> Desk:
    desk.plant(A, "Use a token bucket.", because="Simple.")
    desk.plant(C, "Log as JSON.", scope={"paths": ["src/**"]})
    git("add", "-A")
    git("commit", "-q", "-m", "Know")
    return desk


def changes(desk: Desk, *words: str) -> list[tuple[str, str]]:
    return [(c["id"], c["change"]) for c in desk.ok("diff", "--json", *words).json["changes"]]


def test_the_work_tree_is_compared_with_head(stocked: Desk) -> None:
    assert stocked.ok("diff").out == ""
    stocked.plant(B, "Use a leaky bucket.", supersedes=[A])
    assert changes(stocked) == [(B, "added"), (A, "superseded")]


def test_what_is_staged_is_compared_apart_from_what_is_not(stocked: Desk, git: Git) -> None:
    stocked.plant(C, "Log as text.", scope={"paths": ["src/**"]})
    git("add", "-A")
    stocked.plant(B, "Use a leaky bucket.")
    found = stocked.ok("diff", "--staged", "--json").json["changes"]
    assert [(c["id"], c["fields"]) for c in found] == [
        (C, {"statement": ["Log as JSON.", "Log as text."]})
    ]


def test_three_dots_leave_out_what_the_other_side_did(stocked: Desk, git: Git) -> None:
    git("checkout", "-q", "-b", "side")
    stocked.plant(B, "Use a leaky bucket.")
    git("add", "-A")
    git("commit", "-q", "-m", "Side")
    git("checkout", "-q", "main")
    git("rm", "-q", ".knowledge/conventions/item-00000003.yaml")
    git("commit", "-q", "-m", "Main")
    assert changes(stocked, "main...side") == [(B, "added")]
    assert changes(stocked, "main..side") == changes(stocked, "main", "side")
    assert sorted(changes(stocked, "main..side")) == [(C, "added"), (B, "added")]
    assert sorted(changes(stocked, "side")) == [(C, "removed"), (B, "removed")]


def test_a_team_kind_is_read_as_each_side_defines_it(stocked: Desk, git: Git) -> None:
    git("checkout", "-q", "-b", "side")
    kind = "kind: runbook\nprefix: run\nfolder: runbooks\ndoc: Alarms.\nfields:\n  alarm: line\n"
    (stocked.root / ".knowledge/kinds/runbook.yaml").write_text(kind)
    folder = stocked.root / ".knowledge/runbooks"
    folder.mkdir()
    (folder / "a-00000009.yaml").write_text(
        "id: run-00000009\nkind: runbook\nstatement: Do.\nalarm: DiskFull\n"
        "status: accepted\nrecorded: 2026-01-01\n"
    )
    git("add", "-A")
    git("commit", "-q", "-m", "Kind")
    git("checkout", "-q", "main")
    assert changes(stocked, "main...side") == [("run-00000009", "added")]


def test_a_broken_file_is_reported_and_not_called_removed(stocked: Desk) -> None:
    (stocked.root / ".knowledge/conventions/item-00000003.yaml").write_text("<<<<<<< ours\n")
    found = stocked.ok("diff", "--json").json
    assert found["changes"] == []
    assert list(found["unreadable"]) == [".knowledge/conventions/item-00000003.yaml"]
    assert "could not be read" in stocked.ok("diff").err


def test_markdown_and_text_tell_the_same(stocked: Desk) -> None:
    stocked.plant(C, "Log as JSON lines.", scope={"paths": ["src/**"]})
    text = stocked.ok("diff").out
    assert "~ con-0000  convention  Log as JSON lines." in text
    assert "statement  Log as JSON. → Log as JSON lines." in text
    shown = stocked.ok("diff", "--format", "markdown").out
    assert "- **Changed** <code>con-0000</code>" in shown


@pytest.mark.parametrize("words", [("nowhere",), ("main...nowhere",), ("--staged", "main..HEAD")])
def test_what_is_not_there_is_the_users_to_put_right(stocked: Desk, words: tuple[str, ...]) -> None:
    ran = stocked("diff", *words)
    assert ran.code == 2 and "Error" in ran.err


def test_unrelated_histories_are_no_empty_diff(stocked: Desk, git: Git) -> None:
    git("checkout", "-q", "--orphan", "other")
    git("commit", "-q", "-m", "Other")
    ran = stocked("diff", "main...other")
    assert ran.code == 2 and "no commit in common" in ran.err


@pytest.mark.parametrize("program", ["real", "absent", "fails", "dies"])
def test_git_shows_items_through_kn_and_files_where_kn_fails(
    stocked: Desk, git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    where = tmp_path / "bin"
    where.mkdir()
    others = [p for p in os.environ["PATH"].split(os.pathsep) if not (Path(p) / "kn").exists()]
    monkeypatch.setenv("PATH", os.pathsep.join([str(where), *others]))
    body = {
        "real": f"exec {sys.executable} -c \"import sys; sys.path.insert(0, '{SOURCE}'); "
        'from kn.cli import main; main()" "$@"',
        "fails": "echo half; exit 3",
        "dies": "kill -9 $$",
    }.get(program)
    setting = git("config", "diff.kn.textconv")
    if body:
        (where / "kn").write_text(f"#!/bin/sh\n{body}\n")
        (where / "kn").chmod(stat.S_IRWXU)
    elif "kn=/" in setting:  # the kn of the machine, that a test must not see
        rows = [r for r in setting.split("\n") if "kn=/" not in r]
        git("config", "diff.kn.textconv", "\n".join(rows))
    stocked.plant(C, "Log as JSON lines.", scope={"paths": ["src/**", "web/**"]})
    shown = git("diff")
    if program == "real":
        assert "+con-00000003 convention: Log as JSON lines." in shown
        assert "+  paths: web/**" in shown
    else:
        assert "+statement: Log as JSON lines." in shown
    git("commit", "-q", "-am", "Lines")
    assert "Log as JSON lines." in git("log", "-p", "-1")
