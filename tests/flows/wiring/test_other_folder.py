"""Knowledge in a folder of another name, in the clone of somebody who never heard of the name."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.conftest import Git
from tests.desk import Desk


@pytest.fixture
def clone(repo: Path, git: Git, tmp_path: Path) -> Desk:
    desk = Desk(repo)
    desk.ok("init", "--no-hooks", "--dir", "docs/knowledge")
    desk.add("fact", "Invoices are kept ten years.")
    git("add", "-A")
    git("commit", "-q", "-m", "Know")
    git("clone", "-q", "--template=", str(repo), str(tmp_path / "clone"))
    return Desk(tmp_path / "clone")


def test_a_command_says_where_the_knowledge_is_and_what_to_do(clone: Desk) -> None:
    ran = clone("list")

    assert ran.code == 2
    assert "The knowledge of this repository is in docs/knowledge/" in ran.err
    assert "`git config kn.dir docs/knowledge`" in ran.err


def test_init_ties_the_clone_to_the_folder_that_is_there(clone: Desk) -> None:
    clone.ok("init", "--no-hooks")

    assert not (clone.root / ".knowledge").exists()
    assert "Invoices" in clone.ok("list").out


def test_several_folders_or_none_leave_the_choice_to_a_person(
    clone: Desk, tmp_path: Path, git: Git
) -> None:
    other = clone.root / "more/knowledge"
    other.mkdir(parents=True)
    (other / "config.yaml").write_text("format: 1\n")
    (other / ".gitattributes").write_text("*.yaml merge=kn\n")
    git("add", "-A", cwd=clone.root)

    assert "Run `kn init`" in clone("list").err
    clone.ok("init", "--no-hooks")
    assert (clone.root / ".knowledge/config.yaml").exists()


@pytest.mark.parametrize("name", ["x; touch broken #", "a\u202eb", "..."])
def test_a_folder_of_an_odd_name_is_not_put_into_a_command(repo: Path, git: Git, name: str) -> None:
    folder = repo / name
    folder.mkdir()
    (folder / "config.yaml").write_text("format: 1\n")
    (folder / ".gitattributes").write_text("*.yaml merge=kn\n")
    git("add", "-A")

    err = Desk(repo)("list").err
    assert ("git config" in err) == (name == "...")
