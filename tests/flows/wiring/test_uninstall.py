"""`kn uninstall` after a life: what kn made goes, what people made stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from kn.adapters.git import find_repository
from kn.flows.setup import install, uninstall

from .clones import (
    SHELL_HOOK,
    git,
    hook,
    init,
    python_everywhere,
    remove,
    snapshot,
)


@pytest.mark.parametrize("stop", range(1, 14))
def test_an_init_that_was_cut_off_goes_on_and_comes_out(project: Path, stop: int) -> None:
    python_everywhere(project)
    before = snapshot(project)
    plan = install.plan_install(find_repository(project))
    install.apply(install.Plan(plan.folder, plan.changes[:stop]))

    cut = snapshot(project)
    remove(project)
    assert snapshot(project) == before, "uninstall takes a half init out"

    install.apply(install.Plan(plan.folder, plan.changes[:stop]))
    assert snapshot(project) == cut
    init(project)
    remove(project)
    assert snapshot(project) == before


def test_a_teammates_clone_gets_the_wiring_alone_and_loses_it_alone(
    project: Path, tmp_path: Path
) -> None:
    init(project)
    (project / ".knowledge/README.md").write_text("Our own words.\n")
    (project / ".knowledge/kinds/README.md").unlink()
    git(project, "add", "-A")
    git(project, "commit", "-q", "-m", "Knowledge")
    git(tmp_path, "clone", "-q", "--template=", str(project), "clone")
    before = snapshot(tmp_path / "clone")

    init(tmp_path / "clone")
    assert git(tmp_path / "clone", "status", "--porcelain") == ""
    assert git(tmp_path / "clone", "config", "kn.initialized") == "true\n"
    remove(tmp_path / "clone")

    assert snapshot(tmp_path / "clone") == before


def test_uninstall_leaves_items_and_the_inbox_and_says_so(project: Path) -> None:
    init(project)
    item = project / ".knowledge/facts/a-7k3m9qzt.yaml"
    item.parent.mkdir()
    item.write_text("id: fac-7k3m9qzt\nkind: fact\n")
    inbox = project / ".git/kn/inbox/one.yaml"
    inbox.parent.mkdir(parents=True)
    inbox.write_text("x\n")
    (project / ".git/kn/index").mkdir()
    (project / ".git/kn/index/segment").write_text("x")

    plan = remove(project)

    files = [p for p in (project / ".knowledge").rglob("*") if p.is_file()]
    assert files == [item]
    assert inbox.exists() and not (project / ".git/kn/index").exists()
    assert project / ".knowledge" not in [change.path for change in plan.changes]
    assert "inbox stays" in " ".join(plan.notes) and "knowledge stays" in " ".join(plan.notes)
    assert init(project).changes, "and kn knows its own items again"


def test_a_template_file_that_somebody_edited_stays(project: Path) -> None:
    init(project)
    (project / ".knowledge/README.md").write_text("Our own words.\n")

    plan = remove(project)

    assert (project / ".knowledge/README.md").read_text() == "Our own words.\n"
    assert not (project / ".knowledge/config.yaml").exists()
    assert any("edited" in note for note in plan.notes)


def test_settings_that_the_user_made_beside_ours_survive(project: Path) -> None:
    init(project)
    git(project, "config", "kn.budget", "800")
    git(project, "config", "user.name", "Somebody")
    init(project)
    assert git(project, "config", "kn.budget") == "800\n"
    assert git(project, "config", "kn.initialized") == "true\n"

    remove(project)

    assert git(project, "config", "kn.budget") == "800\n"
    assert git(project, "config", "user.name") == "Somebody\n"
    assert "merge.kn" not in git(project, "config", "--local", "--list")
    assert "kn.initialized" not in git(project, "config", "--local", "--list")


def test_a_hook_that_another_tool_moved_aside_is_found(project: Path) -> None:
    init(project)
    (project / ".git/hooks/post-commit").rename(project / ".git/hooks/post-commit.legacy")
    hook(project / ".git/hooks", SHELL_HOOK, "post-commit")

    remove(project)

    assert [p.name for p in (project / ".git/hooks").iterdir()] == ["post-commit"]
    assert (project / ".git/hooks/post-commit").read_text() == SHELL_HOOK


def test_lines_that_somebody_added_below_our_block_stay(project: Path) -> None:
    init(project)
    path = project / ".git/hooks/post-commit"
    path.write_text(path.read_text() + "echo mine\n")

    remove(project)

    assert path.read_text() == "#!/bin/sh\necho mine\n"


@pytest.mark.parametrize("stop", range(1, 14))
def test_an_uninstall_that_was_cut_off_can_be_run_again(project: Path, stop: int) -> None:
    python_everywhere(project)
    before = snapshot(project)
    init(project)
    plan = uninstall.plan_uninstall(find_repository(project))
    uninstall.apply(uninstall.Plan(plan.folder, plan.changes[:stop]))

    remove(project)

    assert snapshot(project) == before
