"""`kn init` beside every kind of hook: theirs still run, and every byte comes back."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from kn.flows.setup.install import Options

from .clones import (
    SETUPS,
    SHELL_HOOK,
    git,
    hook,
    init,
    relative_hooks_path,
    remove,
    shell,
    snapshot,
)


@pytest.mark.parametrize("setup", SETUPS)
def test_init_twice_is_once_and_uninstall_brings_every_byte_back(
    setup: Callable[[Path], Path], project: Path
) -> None:
    where = setup(project)
    before = snapshot(project.parent)

    init(where)
    once = snapshot(project.parent)
    again = init(where)

    assert again.changes == ()
    assert snapshot(project.parent) == once != before

    remove(where)

    assert snapshot(project.parent) == before
    assert remove(where).changes == ()


@pytest.mark.parametrize("setup", SETUPS)
def test_their_hook_runs_as_before_and_kn_beside_it(
    setup: Callable[[Path], Path], project: Path, seen: Path
) -> None:
    where = setup(project)
    git(where, "commit", "-q", "--allow-empty", "--amend", "-m", "One")
    theirs = _theirs(seen)

    init(where)
    seen.unlink(missing_ok=True)
    git(where, "commit", "-q", "--allow-empty", "--amend", "-m", "Two")

    assert [line.split()[:3] for line in _theirs(seen)] == [line.split()[:3] for line in theirs]
    assert all(len(line.split()) == 5 or "post-commit" in line for line in _theirs(seen)), (
        "theirs must see the two ids that git writes to its input"
    )
    ours = [line for line in seen.read_text().splitlines() if line.startswith("kn ")]
    assert ours == ["kn hook post-commit []", "kn hook post-rewrite amend []"]


def _theirs(seen: Path) -> list[str]:
    lines = seen.read_text().splitlines() if seen.exists() else []
    return [line for line in lines if line.startswith("theirs")]


def test_hooks_that_are_left_over_say_nothing_and_succeed(project: Path, tmp_path: Path) -> None:
    init(project, Options(command="/nowhere/kn"))
    (tmp_path / "bin/kn").unlink()

    done = subprocess.run(
        [project / ".git/hooks/post-commit"], cwd=project, capture_output=True, check=False
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_without_a_kn_on_the_path_the_one_that_ran_init_is_called(
    project: Path, tmp_path: Path, seen: Path
) -> None:
    kn = (tmp_path / "bin/kn").rename(tmp_path / "it's kn")
    init(project, Options(command=str(kn)))

    git(project, "commit", "-q", "--allow-empty", "-m", "Two")

    assert seen.read_text() == "kn hook post-commit []\n"


def test_a_hook_that_is_committed_names_nothing_of_this_machine(project: Path) -> None:
    relative_hooks_path(project)

    init(project, Options(command="/home/me/kn"))

    assert "/home/me" not in (project / ".githooks/post-commit").read_text()


def test_hooks_outside_the_repository_are_left_alone(project: Path, tmp_path: Path) -> None:
    hook(tmp_path / "everywhere", SHELL_HOOK)
    git(project, "config", "--global", "core.hooksPath", str(tmp_path / "everywhere"))
    before = snapshot(tmp_path / "everywhere")

    plan = init(project)

    assert snapshot(tmp_path / "everywhere") == before
    assert not (project / ".git/hooks").exists()
    assert "outside this repository" in plan.notes[0]


@pytest.mark.parametrize("path", ["", "/dev/null", "../beside"])
def test_a_hooks_path_that_is_no_folder_of_ours_gets_nothing(project: Path, path: str) -> None:
    git(project, "config", "core.hooksPath", path)

    assert init(project).manager == "outside"
    assert not (project / "post-commit").exists()
    assert not (project.parent / "beside").exists()


def test_a_hooks_folder_that_is_a_link_to_elsewhere_gets_nothing(
    project: Path, tmp_path: Path
) -> None:
    (tmp_path / "shared").mkdir()
    (project / ".git/hooks").symlink_to(tmp_path / "shared")

    assert init(project).manager == "outside"
    assert list((tmp_path / "shared").iterdir()) == []


LEFTHOOK = "pre-push:\n  commands:\n    test:\n      run: make test"


@pytest.mark.parametrize("text", [LEFTHOOK, LEFTHOOK + "\n", "# nothing yet\n", ""])
def test_lefthook_gets_jobs_in_its_own_configuration(project: Path, text: str) -> None:
    (project / "lefthook.yml").write_text(text)
    before = snapshot(project)

    plan = init(project)
    assert plan.manager == "lefthook"
    assert (project / "lefthook.yml").read_text().startswith(text)
    assert "kn hook post-merge {0}" in (project / "lefthook.yml").read_text()
    assert init(project).changes == ()
    remove(project)

    assert snapshot(project) == before


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("lefthook.yml", "post-commit:\n  commands: {x: {run: make}}\n"),
        ("lefthook.yml", "{pre-push: {commands: {x: {run: make}}}}\n"),
        ("lefthook.yml", "a: &x 1\nb: *x\n"),
        ("lefthook.yml", "a: [\n"),
        (".lefthook.toml", "[pre-push]\n"),
    ],
)
def test_a_lefthook_configuration_that_is_not_safe_to_extend_is_left_to_a_person(
    project: Path, name: str, text: str
) -> None:
    (project / name).write_text(text)

    plan = init(project)

    assert (project / name).read_text() == text
    assert "kn hook post-rewrite" in plan.notes[0]


def test_a_git_that_has_hooks_in_its_config_gets_them_there(
    project: Path, seen: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell(project)
    before = snapshot(project)
    init(project)
    monkeypatch.setattr("kn.adapters.git.git_version", lambda: (2, 54, 0))

    plan = init(project)

    assert plan.manager == "git config"
    assert (project / ".git/hooks/post-rewrite").read_text() == SHELL_HOOK, "not twice"
    assert git(project, "config", "hook.kn-post-rewrite.event") == "post-rewrite\n"
    command = git(project, "config", "hook.kn-post-rewrite.command").rstrip("\n")
    done = subprocess.run(  # as git's prepare_shell_cmd calls it
        ["sh", "-c", f'{command} "$@"', command, "amend"], cwd=project, check=False, input=b"ids"
    )
    assert done.returncode == 0
    assert seen.read_text() == "kn hook post-rewrite amend []\n"
    assert init(project).changes == ()
    remove(project)
    assert snapshot(project) == before


def test_husky_that_is_not_active_yet_is_said(project: Path) -> None:
    hook(project / ".husky", "echo theirs\n")

    assert any("husky" in note for note in init(project).notes)


def test_a_block_that_the_team_committed_stays_when_git_has_hooks_in_its_config(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    relative_hooks_path(project)
    init(project)
    committed = snapshot(project / ".githooks")
    monkeypatch.setattr("kn.adapters.git.git_version", lambda: (2, 54, 0))

    assert init(project).manager == "git config"

    assert snapshot(project / ".githooks") == committed


def test_a_hook_that_was_switched_off_stays_off_without_a_word(project: Path) -> None:
    hook(project / ".git/hooks", SHELL_HOOK, "post-commit", mode=0o644)
    init(project)

    done = subprocess.run(
        [project / ".git/hooks/post-commit"], cwd=project, capture_output=True, check=False
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
