"""What git says, as kn reads it: odd names, odd messages, odd environments."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.conftest import Git as Run

from kn.adapters import git
from kn.errors import KnError, NotARepository

ODD = ["a b.txt", "ü/é.txt", "tab\t.txt", 'quote".txt', "new\nline.txt", "-dash.txt", "\udcff.txt"]


def test_commits_come_oldest_first_with_their_whole_message(repo: Path, git: Run) -> None:
    start = git("rev-parse", "HEAD")
    for text in ("One\n\nBody: ü\n\n  indented\n", "Two", "-v\n--format=%H"):
        git("commit", "-q", "--allow-empty", "-F", "-", given=text)
    found = _commits(repo, but=[start])
    assert [c.message.rstrip("\n") for c in found] == [
        "One\n\nBody: ü\n\n  indented", "Two", "-v\n--format=%H"
    ]  # fmt: skip
    assert found[0].parents == (start,) and found[1].parents == (found[0].id,)


def _commits(root: Path, *, but: list[str], most: int = 0) -> list[git.Commit]:
    repo = git.find_repository(root)
    head = git.resolve(repo, "HEAD")
    return list(git.read_commits(repo, [head], but=but, most=most))


def test_commits_that_are_gone_are_no_error(repo: Path) -> None:
    assert len(_commits(repo, but=["f" * 40])) == 1


def test_a_message_in_another_encoding_is_read_as_text(repo: Path) -> None:
    message = repo.parent / "message"
    message.write_bytes("Größe".encode("latin-1"))
    place = git.find_repository(repo)
    git.run(place, "-c", "i18n.commitEncoding=ISO-8859-1", "commit", "-q", "--allow-empty", "-F",
            str(message))  # fmt: skip
    assert _commits(repo, but=[], most=1)[0].message.rstrip() == "Größe"


def test_a_message_that_git_signs_notes_or_decorates_comes_bare(repo: Path, git: Run) -> None:
    git("config", "log.showSignature", "true")
    git("config", "log.decorate", "full")
    git("config", "color.ui", "always")
    git("notes", "add", "-m", "a note")
    assert [c.message.rstrip() for c in _commits(repo, but=[])] == ["Start"]


def test_names_of_any_kind_come_through(repo: Path, git: Run) -> None:
    folder = repo / ".knowledge"
    for name in ODD:
        path = os.fsencode(folder / name)
        Path(os.fsdecode(path)).parent.mkdir(parents=True, exist_ok=True)
        Path(os.fsdecode(path)).write_bytes(name.encode("utf-8", "surrogateescape"))
    git("add", "-A")
    git("commit", "-q", "-m", "Odd")
    place = _place(repo)
    head = _head(repo)
    expected = {f".knowledge/{name}" for name in ODD}
    tree = _list(repo, head)
    assert set(tree) == expected
    assert set(_paths(repo, head)) == expected
    contents = _blobs(repo, list(tree.values()))
    assert all(contents[tree[p]] == os.fsencode(p.removeprefix(".knowledge/")) for p in expected)
    assert place.top == repo


def _place(root: Path) -> git.Repository:
    return git.find_repository(root)


def _head(root: Path) -> str:
    return git.resolve(_place(root), "HEAD")


def _list(root: Path, commit: str) -> dict[str, str]:
    return git.list_tree(_place(root), commit, ".knowledge")


def _paths(root: Path, commit: str) -> list[str]:
    return git.paths_of(_place(root), commit)


def _blobs(root: Path, blobs: list[str]) -> dict[str, bytes]:
    return git.read_blobs(_place(root), blobs)


def test_links_and_submodules_are_no_files(repo: Path, git: Run) -> None:
    (repo / ".knowledge").mkdir()
    (repo / ".knowledge/link.yaml").symlink_to("/etc/passwd")
    (repo / ".knowledge/file.yaml").write_text("x")
    git("add", "-A")
    git("update-index", "--add", "--cacheinfo", f"160000,{_head(repo)},.knowledge/sub")
    git("commit", "-q", "-m", "Odd")
    assert list(_list(repo, _head(repo))) == [".knowledge/file.yaml"]


@pytest.mark.parametrize("revision", ["nothing", "", "-h", "--all", "HEAD:", "HEAD^{tree}", "@{9}"])
def test_what_is_no_commit_is_said(repo: Path, revision: str) -> None:
    with pytest.raises(KnError, match="no commit"):
        git.resolve(_place(repo), revision)


def test_the_hash_is_gits_own(repo: Path, git: Run) -> None:
    for content in ("", "x\n", "ü" * 999):
        theirs = git("hash-object", "--stdin", given=content)
        assert _hash(content.encode()) == theirs


def _hash(content: bytes) -> str:
    return git.hash_object(content)


def test_hooks_aliases_and_traces_do_not_touch_our_calls(
    repo: Path, git: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    marker = tmp_path / "ran"
    git("config", "core.fsmonitor", f"touch {marker}; false")
    git("config", "alias.log", f"!touch {marker}")
    git("config", "diff.external", f"touch {marker}")
    monkeypatch.setenv("GIT_TRACE", "1")
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", f"touch {marker}")
    assert len(_commits(repo, but=[])) == 1
    assert _paths(repo, _head(repo)) == []
    assert not marker.exists()


def test_what_is_reachable_counts_branches_tags_remotes_and_head(repo: Path, git: Run) -> None:
    commits = []
    for name in ("branch", "tag", "gone", "head"):
        git("checkout", "-q", "--detach", "main")
        git("commit", "-q", "--allow-empty", "-m", name)
        commits.append(git("rev-parse", "HEAD"))
        if name in ("branch", "tag"):
            git(name, f"a-{name}")
    assert _reachable(repo, commits) == {commits[0], commits[1], commits[3]}
    assert _reachable(repo, []) == set()
    odd = ["f" * 40, "commit x", "--all", "ü", git("rev-parse", "HEAD^{tree}"), commits[0]]
    assert _reachable(repo, odd) == {commits[0]}


def _reachable(root: Path, commits: list[str]) -> set[str]:
    return git.reachable(_place(root), commits)


def test_outside_of_a_repository_it_is_said_what_is_wrong(tmp_path: Path, repo: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    with pytest.raises(NotARepository, match="not inside a git repository"):
        git.find_repository(outside)
    with pytest.raises(NotARepository, match="does not exist"):
        git.find_repository(outside / "nothing")
    (repo / ".git/config").write_text("[core\n")
    with pytest.raises(KnError, match="bad config"):
        git.find_repository(repo)


def test_the_place_is_the_same_from_everywhere_inside(repo: Path, git: Run) -> None:
    inner = repo / "a/b"
    inner.mkdir(parents=True)
    assert _place(inner) == _place(repo)
    assert _probe(inner).branch == "main" and _probe(inner).head == _head(repo)
    git("checkout", "-q", "--detach")
    assert _probe(inner).branch == ""


def _probe(root: Path) -> git.Probe:
    return git.probe(root)
