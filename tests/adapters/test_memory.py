"""What a clone remembers, under `.git/kn/`: whatever is wrong with it, it is never an error."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kn.adapters import journal, store, witness
from kn.adapters.inbox import Inbox, expire
from kn.core.candidate import Candidate
from kn.core.model import Evidence, Rejected, Scope
from kn.errors import KnError

A, B = "a" * 40, "b" * 40
VALUE = ("x", [1, 2.5, None, True], {"k": ("v", b"\x00")}, "ü" * 1000)
CANDIDATE = Candidate(
    "gotcha", "It bites.", "It does.", (Rejected("o", "r"),), Scope(("src/**",), ("t",)),
    (Evidence(commit=A, quote="It bites."),), "More.", {"instead": "Run."}, 0.7, "trailer",
)  # fmt: skip


def test_what_is_stored_is_loaded(tmp_path: Path) -> None:
    store.save(tmp_path / "x", VALUE)
    assert store.load(tmp_path / "x") == VALUE
    assert (tmp_path / "x").stat().st_mode & 0o077 == 0
    assert store.load(tmp_path / "nothing") is None


@pytest.mark.parametrize("part", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_what_is_damaged_reads_as_not_there(tmp_path: Path, part: float) -> None:
    store.save(tmp_path / "x", VALUE)
    raw = (tmp_path / "x").read_bytes()
    at = int(len(raw) * part)
    for spoilt in (raw[:at], raw[:at] + bytes([raw[at] ^ 255]) + raw[at + 1 :], b"\x00" * len(raw)):
        (tmp_path / "x").write_bytes(spoilt)
        assert store.load(tmp_path / "x") is None
    (tmp_path / "x").unlink()
    (tmp_path / "x").symlink_to(tmp_path / "y")
    (tmp_path / "y").write_bytes(raw)
    assert store.load(tmp_path / "x") is None, "through no link"


def test_a_disk_that_says_no_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise OSError(28, "No space left on device")

    store.save(tmp_path / "no/such/folder", VALUE)
    monkeypatch.setattr(os, "write", refuse)
    store.save(tmp_path / "x", VALUE)
    witness.save_answer(str(tmp_path / "answers"), ("key", "text"))
    monkeypatch.undo()
    assert store.load(tmp_path / "x") is None
    assert witness.load_answer(str(tmp_path / "answers"), "key") is None
    assert not list(tmp_path.glob(".tmp-*"))


def test_the_newest_files_are_kept(tmp_path: Path) -> None:
    folder = tmp_path / "f"
    folder.mkdir()
    for number in range(9):
        (folder / str(number)).write_text("x")
        os.utime(folder / str(number), (number, number))
    store.prune(folder, 3)
    assert {p.name for p in folder.iterdir()} == {"6", "7", "8"}
    store.prune(tmp_path / "nothing", 3)


def test_an_answer_belongs_to_its_whole_key(tmp_path: Path) -> None:
    folder = str(tmp_path / "answers")
    witness.save_answer(folder, ("key", "text"))
    assert witness.load_answer(folder, "key") == ("key", "text")
    assert witness.load_answer(folder, "other") is None
    (path,) = (tmp_path / "answers").iterdir()
    path.write_bytes(path.read_bytes()[:-1])
    assert witness.load_answer(folder, "key") is None


def test_local_versions_are_remembered_and_a_torn_line_costs_itself_alone(tmp_path: Path) -> None:
    assert journal.read_local(tmp_path) == frozenset()
    journal.remember_local(tmp_path, A)
    with (tmp_path / "local").open("a") as file:
        file.write("c" * 17)  # a writer that was killed
    journal.remember_local(tmp_path, B)
    assert journal.read_local(tmp_path) == {A, B}


def test_a_memory_that_cannot_be_written_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "local").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(KnError):
        journal.remember_local(tmp_path, A)
    assert not (tmp_path / "elsewhere").exists()

    def refuse(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", refuse)
    inbox = Inbox(tmp_path)
    with pytest.raises(KnError, match="No space left"):
        inbox.decide("a" * 12, "rejected", on="2026-01-01")


@settings(deadline=None, max_examples=30)  # each writes to the disk, and waits for it
@given(st.lists(st.integers(0, 300), max_size=40))
def test_the_commits_that_were_seen_are_the_newest_ones(numbers: list[int]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder)
        for number in numbers:
            journal.remember_seen(state, [f"{number:040x}"])
        seen = journal.read_seen(state)
        newest = list(dict.fromkeys(reversed(numbers)))[::-1][-journal.SEEN_MOST :]
        assert seen == ([f"{n:040x}" for n in newest] if numbers else None)


def test_a_candidate_comes_back_as_it_was_put(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path)
    assert inbox.put(CANDIDATE, found="2026-05-01", commit=A)
    (one,) = inbox.pending()
    assert (one.candidate, one.found, one.commits) == (CANDIDATE, "2026-05-01", (A,))
    assert not inbox.put(CANDIDATE, found="2026-06-01", commit=B)
    (one,) = inbox.pending()
    assert (one.found, one.commits) == ("2026-05-01", (A, B))


@pytest.mark.parametrize("verdict", ["accepted", "rejected", "aged"])
def test_what_is_decided_is_gone_for_good(tmp_path: Path, verdict: str) -> None:
    inbox = Inbox(tmp_path)
    inbox.put(CANDIDATE, found="2026-05-01", commit=A)
    inbox.decide(CANDIDATE.key, verdict, on="2026-05-02")
    assert inbox.pending() == [] and inbox.decisions() == {CANDIDATE.key: verdict}
    assert not Inbox(tmp_path).put(CANDIDATE, found="2026-05-03", commit=B)
    assert inbox.pending() == []


def test_a_crash_between_remembering_and_removing_proposes_nothing_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = Inbox(tmp_path)
    inbox.put(CANDIDATE, found="2026-05-01", commit=A)

    def crash(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Inbox, "_remove", crash)
    with pytest.raises(KeyboardInterrupt):
        inbox.decide(CANDIDATE.key, "rejected", on="2026-05-02")
    monkeypatch.undo()
    assert Inbox(tmp_path).pending() == []


def test_age_is_counted_in_days_found(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path)
    inbox.put(CANDIDATE, found="2026-05-01")
    pending = inbox.pending()
    assert expire(pending, oldest="2026-05-01") == (pending, [])
    assert expire(pending, oldest="2026-05-02") == ([], pending)


def test_git_directories_are_found_as_git_finds_them(repo: Path, git: Any, tmp_path: Path) -> None:
    inner = repo / "a/b"
    inner.mkdir(parents=True)
    side = tmp_path / "side"
    git("worktree", "add", "-q", "-b", "side", str(side))
    for start in (repo, inner, side):
        top, git_dir, common = witness.find_git_dirs(str(start)) or ("", "", "")
        assert top == git("rev-parse", "--show-toplevel", cwd=start)
        assert git_dir == git("rev-parse", "--absolute-git-dir", cwd=start)
        assert Path(common) == repo / ".git"
        assert witness.read_head(git_dir, common) == git("rev-parse", "HEAD", cwd=start)
    git("pack-refs", "--all")
    assert witness.read_head(str(repo / ".git"), str(repo / ".git")) == git("rev-parse", "HEAD")
    git("checkout", "-q", "--detach")
    assert witness.read_head(str(repo / ".git"), str(repo / ".git")) == git("rev-parse", "HEAD")
    assert witness.find_git_dirs(str(tmp_path / "home")) is None
