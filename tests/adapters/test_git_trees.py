"""Trees compared by git: paths of every kind, lines with their places, merges in no work tree."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conftest import Git

from kn.adapters.git import find_repository, list_below, run, trees

ODD = ("a b.txt", "tab\there.py", 'quo"te.py', "new\nline.py", "ünïcode.py", "-dash.py", "a\\b.py")


def commit(git: Git, message: str = "x") -> str:
    git("add", "-A")
    git("commit", "-q", "-m", message, "--allow-empty")
    return git("rev-parse", "HEAD")


def test_lines_have_their_paths_and_numbers_whatever_the_name(repo: Path, git: Git) -> None:
    for name in ODD:
        (repo / name).write_text("one\ntwo\nthree\n")
    base = commit(git)
    for name in ODD:
        (repo / name).write_text("one\n2\nthree\n++ four\n")
    head = commit(git)
    found = list(trees.added_lines(find_repository(repo), base, head))
    for name in ODD:
        mine = [(n, text, added) for path, n, text, added in found if path == name]
        assert mine == [(2, "two", False), (2, "2", True), (4, "++ four", True)], name


def test_no_setting_of_the_user_and_no_attribute_of_the_change_hides_a_line(
    repo: Path, git: Git
) -> None:
    (repo / "a.py").write_text("a\nb\nc\nd\n")
    base = commit(git)
    git("config", "diff.interHunkContext", "9")
    (repo / "a.py").write_text("A\nb\nc\nD\n")
    (repo / "b.py").write_text("one\n")
    (repo / "real.bin").write_bytes(b"x\0y\n")
    (repo / ".gitattributes").write_text("*.py binary\n*.bin -diff\n")
    head = commit(git)
    found = [row for row in trees.added_lines(find_repository(repo), base, head) if row[3]]
    assert [row[:3] for row in found if row[0] != ".gitattributes"] == [
        ("a.py", 1, "A"), ("a.py", 4, "D"), ("b.py", 1, "one"),
    ]  # fmt: skip
    git("reset", "-q", "--soft", base)
    staged = [row for row in trees.added_lines(find_repository(repo), base, "") if row[3]]
    assert staged == found


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.sampled_from(["a", "b", "--- x", "+++ y", "@@ -1 +1 @@", "-", "+", ""]),
                max_size=8), st.lists(st.sampled_from(["a", "c", "--- x", "+++ y", "+"]),
                                      max_size=8))  # fmt: skip
def test_what_looks_like_a_diff_is_content(before: list[str], after: list[str]) -> None:
    root = Path.cwd()
    repo = find_repository(root)

    def blob_tree(rows: list[str]) -> str:
        raw = "".join(f"{row}\n" for row in rows).encode()
        name = run(repo, "hash-object", "-w", "--stdin", given=raw).decode().strip()
        entry = f"100644 blob {name}\tf.py\0".encode()
        return run(repo, "mktree", "-z", given=entry).decode().strip()

    sides = blob_tree(before), blob_tree(after)
    rows = list(before)
    found = list(trees.added_lines(repo, *sides))
    for _, number, text, added in reversed([f for f in found if not f[3]]):
        assert rows[number - 1] == text and not added
        del rows[number - 1]
    for _, number, text, added in found:
        if added:
            rows.insert(number - 1, text)
    assert rows == after


@pytest.fixture(autouse=True)
def _here(repo: Path) -> Path:
    return repo


def test_links_and_submodules_are_listed_with_their_modes(repo: Path, git: Git) -> None:
    (repo / "k").mkdir()
    (repo / "k/a").write_text("x")
    (repo / "k/link").symlink_to("a")
    head = commit(git)
    git("update-index", "--add", "--cacheinfo", f"160000,{head},k/sub")
    git("commit", "-q", "-m", "Sub")
    found = list_below(find_repository(repo), "HEAD", "k")
    modes = {path: entry.mode for path, entry in found.items()}
    assert modes == {"k/a": "100644", "k/link": "120000", "k/sub": "160000"}


def test_a_merge_is_told_without_touching_anything(repo: Path, git: Git) -> None:
    (repo / "a").write_text("1\n")
    commit(git)
    git("checkout", "-q", "-b", "side")
    (repo / "b").write_text("2\n")
    side = commit(git)
    git("checkout", "-q", "main")
    (repo / "c").write_text("3\n")
    main = commit(git)
    found = find_repository(repo)
    tree, conflicts = trees.merge_trees(found, main, side)
    assert conflicts == []
    assert set(list_below(found, tree, ".")) == {"a", "b", "c"}
    merged = trees.write_commit(found, tree, [main, side])
    assert merged == trees.write_commit(found, tree, [main, side]), "the same id again"
    assert git("rev-parse", "HEAD") == main and git("status", "--porcelain") == ""
    assert git("for-each-ref", "--format=%(refname)").split() == [
        "refs/heads/main", "refs/heads/side",
    ]  # fmt: skip


def test_what_is_staged_is_a_tree_and_the_index_is_untouched(
    repo: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repo / "a").write_text("1\n")
    git("add", "a")
    (repo / "a").write_text("2\n")
    before = (repo / ".git/index").read_bytes()
    found = find_repository(repo)
    tree = trees.write_staged(found)
    assert git("show", f"{tree}:a") == "1"
    assert (repo / ".git/index").read_bytes() == before
    # As in a hook of `git commit -a`: the index of the commit is another file.
    (repo / ".git/index").rename(repo / ".git/next-index")
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/next-index")
    assert trees.write_staged(found) == tree


def test_objects_that_are_not_here_are_told_from_those_that_are(repo: Path, git: Git) -> None:
    (repo / "a").write_text("1\n")
    head = commit(git, "Say what")
    blob = git("rev-parse", "HEAD:a")
    found = find_repository(repo)
    assert trees.sort_objects(found, [head[:10], blob, "0" * 12]) == {
        head[:10]: "commit", blob: "blob",
    }  # fmt: skip
    assert trees.messages_of(found, [head[:10], blob, "0" * 12]) == {
        head[:10]: "Say what\n", blob: None, "0" * 12: None,
    }  # fmt: skip
    assert trees.is_whole(found)
