"""The inbox: what a person decides holds for good, and one key decides each."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Git
from tests.desk import Desk
from tests.rig.terminal import Terminal

BUCKET = "Use a leaky bucket for rate limiting."


def _message(statement: str, *more: str) -> str:
    return "\n".join(["Change", "", f"Decision: {statement}", *more])


@pytest.fixture
def waiting(desk: Desk, git: Git) -> Desk:
    """A repository with one candidate in the inbox."""
    _commit(desk, git, _message(BUCKET, "Rejected: token bucket | bursts"))
    return desk


def _commit(desk: Desk, git: Git, message: str, *, day: str = "") -> None:
    path = desk.root / "src/gateway/limits.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{time.time_ns()}\n")
    git("add", "-A")
    git("commit", "-q", "-m", message)
    desk.ok("extract", "--commit", "HEAD", **({"KN_TODAY": day} if day else {}))


def _candidates(desk: Desk, **more: str) -> list[dict[str, Any]]:
    found = desk.ok("inbox", "list", "--json", **more).json
    assert found["format"] == 1
    candidates: list[dict[str, Any]] = found["candidates"]
    return candidates


def test_a_candidate_has_the_fields_of_extract_and_a_key(waiting: Desk) -> None:
    (one,) = _candidates(waiting)
    assert {"kind", "statement", "because", "rejected", "scope", "evidence", "details", "instead",
            "confidence", "extractor", "key"} <= set(one)  # fmt: skip
    assert (one["kind"], one["statement"]) == ("decision", BUCKET)
    assert one["rejected"][0]["option"] == "token bucket"
    assert BUCKET in one["evidence"][0]["quote"] and len(one["evidence"][0]["commit"]) == 40
    assert 0 <= one["confidence"] <= 1
    assert one["scope"]["paths"], "what the commit changed"


def test_accepting_makes_an_item_with_its_evidence(waiting: Desk, git: Git) -> None:
    (one,) = _candidates(waiting)
    item = waiting.ok("inbox", "accept", one["key"][:6], "--json").json
    assert (item["kind"], item["status"], item["statement"]) == ("decision", "accepted", BUCKET)
    assert item["evidence"][0]["commit"] == git("rev-parse", "HEAD")
    assert (waiting.root / item["path"]).is_file()
    assert _candidates(waiting) == []
    assert waiting.ok("check").err == "kn: no findings.\n"
    git("add", "-A")
    git("checkout", "-q", "-b", "work")
    git("commit", "-q", "-m", "Keep")
    shown = waiting.ok("show", item["id"], "--json").json["items"][0]
    assert shown["trust"] == "local"


@pytest.mark.parametrize("verdict", ["accept", "reject"])
def test_what_was_decided_does_not_come_back(waiting: Desk, git: Git, verdict: str) -> None:
    (one,) = _candidates(waiting)
    waiting.ok("inbox", verdict, one["key"])
    for _ in range(2):
        found = waiting.ok("extract", "--commit", "HEAD", "--json").json
        assert (found["candidates"], found["skipped"]) == ([], 1)
    _commit(waiting, git, _message(BUCKET.upper(), "Rejected: Token  Bucket | bursts!"))
    assert _candidates(waiting) == []


def test_what_is_evidence_of_an_item_is_not_proposed_in_another_clone(
    waiting: Desk, git: Git, tmp_path: Path
) -> None:
    (one,) = _candidates(waiting)
    waiting.ok("inbox", "accept", one["key"])
    git("add", "-A")
    git("commit", "-q", "-m", "Keep")
    git("clone", "-q", str(waiting.root), str(tmp_path / "clone"))
    other = Desk(tmp_path / "clone")
    found = other.ok("extract", "--range", "..HEAD", "--json").json
    assert (found["candidates"], found["skipped"]) == ([], 1)


def test_accepting_may_supersede_or_amend(waiting: Desk, git: Git) -> None:
    older = waiting.add("decision", "Use a token bucket for rate limiting.")
    (one,) = _candidates(waiting)
    assert [n["id"] for n in one["looks_like"]] == [older]
    item = waiting.ok("inbox", "accept", one["key"], "--supersedes", older[:8], "--json").json
    assert item["supersedes"] == [older]
    assert waiting.ok("show", older, "--json").json["items"][0]["standing"] == "superseded"


def test_editing_changes_what_it_says_and_not_what_it_rests_on(waiting: Desk) -> None:
    (one,) = _candidates(waiting)
    edited = "kind: decision\nstatement: Use a tight bucket.\nscope:\n  tags: [limits]\n"
    key = waiting.ok("inbox", "edit", one["key"], "-", given=edited).out.strip()
    (after,) = _candidates(waiting)
    assert key == after["key"] == one["key"]
    assert (after["statement"], after["evidence"]) == ("Use a tight bucket.", one["evidence"])
    bad = waiting("inbox", "edit", key, "-", given="kind: decision\nstatement: ''\n")
    assert bad.code == 2 and _candidates(waiting) == [after]


def test_editing_the_kind_gives_one_candidate_that_stays_one(waiting: Desk) -> None:
    (one,) = _candidates(waiting)
    edited = "kind: convention\nstatement: Always use a bucket.\n"
    key = waiting.ok("inbox", "edit", one["key"], "-", given=edited).out.strip()
    (after,) = _candidates(waiting)
    assert (after["kind"], after["key"]) == ("convention", key)
    waiting.ok("extract", "--commit", "HEAD")
    assert [c["key"] for c in _candidates(waiting)] == [key]


def test_candidates_age_out_and_say_so(waiting: Desk, git: Git) -> None:
    _commit(waiting, git, _message("Keep logs for a week."), day="2030-01-01")
    assert len(_candidates(waiting, KN_TODAY="2026-11-30")) == 2
    ran = waiting.ok("inbox", "list", KN_TODAY="2030-01-15")
    assert "1 aged out" in ran.err and BUCKET not in ran.out and "logs" in ran.out
    assert len(_candidates(waiting, KN_TODAY="2030-01-15")) == 1
    git("config", "kn.inbox.days", "3")
    assert _candidates(waiting, KN_TODAY="2030-01-15") == []
    assert waiting.ok("extract", "--commit", "HEAD~1", "--json").json["candidates"] == []


def test_the_candidate_of_a_commit_that_no_branch_holds_is_hidden_until_one_does(
    waiting: Desk, git: Git
) -> None:
    old = git("rev-parse", "HEAD")
    git("commit", "-q", "--amend", "-m", _message("Keep logs for a week."))
    waiting.ok("extract", "--commit", "HEAD")
    ran = waiting.ok("inbox", "list")
    assert "logs" in ran.out and BUCKET not in ran.out and "1 hidden" in ran.err
    git("branch", "back", old)
    assert {c["statement"] for c in _candidates(waiting)} == {BUCKET, "Keep logs for a week."}


def test_a_dry_run_puts_nothing_into_the_inbox(desk: Desk, git: Git) -> None:
    git("commit", "-q", "--allow-empty", "-m", _message(BUCKET))
    for words in (("--commit", "HEAD"), ("--range", "HEAD~1..HEAD"), ("--range", "..HEAD")):
        found = desk.ok("extract", *words, "--dry-run", "--json").json
        assert [c["statement"] for c in found["candidates"]] == [BUCKET]
        assert (found["format"], found["read"] >= 1, found["skipped"]) == (1, True, 0)
        assert BUCKET in desk.ok("extract", *words, "--dry-run").out
    assert _candidates(desk) == []


def test_rubbish_in_the_inbox_is_left_alone(waiting: Desk) -> None:
    inbox = waiting.root / ".git/kn/inbox"
    for name in ("aaaaaaaaaaaa.json", "notes.txt", "bbbbbbbbbbbb.json"):
        (inbox / name).write_bytes(b"\xff{")
    (inbox / "cccccccccccc.json").write_text("[]")
    (inbox / "dddddddddddd.json").symlink_to("/etc/passwd")
    assert [c["statement"] for c in _candidates(waiting)] == [BUCKET]
    assert len(list(inbox.iterdir())) == 6


@pytest.fixture
def several(desk: Desk, git: Git) -> Desk:
    """A repository with five candidates and an item."""
    desk.plant("dec-00000001", "Use token buckets for rate limiting.")
    for number in range(5):
        git(
            "commit",
            "-q",
            "--allow-empty",
            "-m",
            _message(f"Use engine {number} for part {number}."),
        )
    desk.ok("extract", "--range", "HEAD~5..HEAD")
    return desk


def test_on_a_terminal_one_key_decides_each(several: Desk, tmp_path: Path) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nsed -i "s/engine/motor/" "$1"\n')
    editor.chmod(0o755)
    terminal = Terminal(several, "inbox", KN_EDITOR=str(editor))
    keys = "[q]uit"
    terminal.wait_for(keys)
    assert "1 of 5" in terminal.said
    terminal.press("x")  # no key of ours: asked again
    terminal.wait_for(keys)
    terminal.press("a")
    terminal.wait_for(keys)
    terminal.press("r")
    terminal.wait_for(keys)
    terminal.press("e")
    terminal.wait_for(keys)
    terminal.press("a")
    terminal.wait_for(keys)
    terminal.press("s")
    terminal.wait_for("supersedes which item?")
    terminal.type("dec-00000001")
    terminal.wait_for(keys)
    terminal.press("n")
    assert terminal.end() == 0
    items = several.ok("list", "--all", "--json").json["items"]
    said = [i["statement"] for i in items]
    assert len(items) == 4 and sum("motor" in s for s in said) == 1
    older = next(i for i in items if i["id"] == "dec-00000001")
    assert older["standing"] == "superseded"
    assert len(_candidates(several)) == 1
    assert (several.root / ".git/kn/decided").read_text().count("rejected") == 1


@pytest.mark.parametrize("key", ["q", "\x04"])
def test_stopping_leaves_the_rest_as_it_is(several: Desk, key: str) -> None:
    terminal = Terminal(several, "inbox")
    terminal.wait_for("[q]uit")
    terminal.press(key)
    assert terminal.end() in (0, 130)
    assert len(_candidates(several)) == 5


def test_an_interrupt_on_a_terminal_leaves_the_rest_as_it_is(several: Desk) -> None:
    terminal = Terminal(several, "inbox")
    terminal.wait_for("[q]uit")
    terminal.press("\x03")
    assert terminal.end() in (0, 130)
    assert "Traceback" not in terminal.said
    assert len(_candidates(several)) == 5


def test_an_agent_on_a_terminal_is_asked_nothing(several: Desk) -> None:
    terminal = Terminal(several, "inbox", CLAUDECODE="1")
    assert terminal.end() == 0
    assert "[q]uit" not in terminal.said and "engine 3" in terminal.said


def test_on_a_terminal_a_duplicate_is_asked_about(several: Desk) -> None:
    words = ("add", "decision", "Use token buckets for the rate limiting.")
    terminal = Terminal(several, *words)
    terminal.wait_for("all the same?")
    terminal.type("n")
    assert terminal.end() == 2
    terminal = Terminal(several, *words)
    terminal.wait_for("all the same?")
    terminal.type("y")
    assert terminal.end() == 0
    assert len(several.ok("list", "--json").ids) == 2
