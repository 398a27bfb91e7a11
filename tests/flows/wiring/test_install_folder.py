"""The knowledge folder that `kn init` lays down, and where it refuses to."""

from __future__ import annotations

from pathlib import Path

import pytest

from kn.adapters.git import find_repository
from kn.errors import KnError, NotARepository, TooNew
from kn.flows.setup import install
from kn.flows.setup.install import Options

from .clones import (
    SHELL_HOOK,
    git,
    hook,
    init,
    remove,
    snapshot,
)


def test_it_works_without_a_commit(tmp_path: Path, seen: Path) -> None:
    root = tmp_path / "new"
    root.mkdir()
    git(root, "init", "-q", "--template=")
    before = snapshot(root)

    init(root)
    assert (root / ".knowledge/config.yaml").read_text() == "format: 1\n"
    remove(root)

    assert snapshot(root) == before


def test_a_bare_repository_is_refused(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--bare", "bare.git")

    with pytest.raises(NotARepository, match="bare"):
        install.plan_install(find_repository(tmp_path / "bare.git"))


def test_planning_changes_nothing(project: Path) -> None:
    before = snapshot(project)

    plan = install.plan_install(find_repository(project))

    assert snapshot(project) == before
    assert any("post-commit" in step for step in plan.steps)


def test_what_changed_since_the_plan_is_not_overwritten(project: Path) -> None:
    plan = install.plan_install(find_repository(project))
    hook(project / ".git/hooks", SHELL_HOOK, "post-commit")

    with pytest.raises(KnError, match="changed while"):
        install.apply(plan)

    assert (project / ".git/hooks/post-commit").read_text() == SHELL_HOOK


def test_another_tools_folder_is_never_mixed_with_ours(project: Path) -> None:
    (project / ".knowledge").mkdir()
    (project / ".knowledge/notes.md").write_text("theirs\n")
    before = snapshot(project)

    with pytest.raises(KnError, match="another tool") as error:
        init(project)
    assert "--dir" in str(error.value.hint)
    assert snapshot(project) == before

    init(project, Options(directory="docs/kn"))
    assert git(project, "config", "kn.dir") == "docs/kn\n"
    assert "merge: kn" in git(project, "check-attr", "merge", "docs/kn/decisions/a-1.yaml")
    assert init(project).changes == (), "the second init knows the folder"

    remove(project)
    assert snapshot(project) == before


@pytest.mark.parametrize("name", ["../out", "/abs", ".git/x", "a\nb", "."])
def test_a_folder_out_of_the_work_tree_is_refused(project: Path, name: str) -> None:
    with pytest.raises(KnError):
        install.plan_install(find_repository(project), Options(directory=name))


def test_a_knowledge_folder_that_is_a_link_is_refused(project: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (project / ".knowledge").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(KnError, match="not a folder"):
        init(project)


def test_a_newer_format_is_refused(project: Path) -> None:
    (project / ".knowledge").mkdir()
    (project / ".knowledge/config.yaml").write_text("format: 2\n")

    with pytest.raises(TooNew):
        init(project)


def test_generated_files_are_laid_down_and_taken_out(project: Path) -> None:
    before = snapshot(project)
    options = Options(extra={"schema/decision.json": b"{}\n"})

    init(project, options)
    assert (project / ".knowledge/schema/decision.json").read_bytes() == b"{}\n"
    newer = init(project, Options(extra={"schema/decision.json": b"{ }\n"}))
    assert [c.path.name for c in newer.changes] == ["config", "decision.json"]
    remove(project)

    assert snapshot(project) == before


def test_a_lock_of_git_is_respected(project: Path) -> None:
    (project / ".git/config.lock").touch()

    with pytest.raises(KnError, match=r"config\.lock"):
        init(project)

    assert not (project / ".knowledge").exists()
