"""A commit made by an agent: its hook names the session, and reads what that has settled."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.watched import Watched, message_of
from tests.talklog import SESSION, write_log

RULE = "U: never sleep in tests, poll with wait_until instead"
STATEMENT = "Never sleep in tests, poll with wait_until instead."


def home_of(world: Watched) -> Path:
    return Path(world.environment["HOME"])


def commit(world: Watched, message: str, **environment: str) -> str:
    done = world.run("git", "commit", "-q", "--allow-empty", "-m", message, **environment)  # type: ignore[arg-type]
    assert done.stdout == ""
    return done.stderr


def waiting(world: Watched) -> list[dict[str, Any]]:
    return list(json.loads(world.kn("inbox", "list", "--json"))["candidates"])


def test_a_commit_that_says_nothing_brings_what_its_session_settled(world: Watched) -> None:
    write_log(home_of(world), world.root, RULE, "A: Done.")
    said = commit(world, "Tidy", CLAUDE_CODE_SESSION_ID=SESSION, CLAUDECODE="1")
    (candidate,) = waiting(world)
    assert candidate["statement"] == STATEMENT
    assert candidate["evidence"][0]["session"] == f"claude:{SESSION}"
    assert said.startswith("kn: 1 candidate from ")
    assert commit(world, "Tidy more", CLAUDE_CODE_SESSION_ID=SESSION) == ""
    assert len(waiting(world)) == 1


def test_the_candidates_of_the_commit_name_the_session_and_its_size(world: Watched) -> None:
    write_log(home_of(world), world.root, "U: please go on", "T: " + "built " * 100)
    commit(world, message_of(1), CLAUDE_CODE_SESSION_ID=SESSION)
    (candidate,) = waiting(world)
    (evidence,) = candidate["evidence"]
    assert evidence["commit"] and evidence["session"] == f"claude:{SESSION}"
    assert evidence["source_tokens"] > 100


def test_commit_and_session_that_tell_the_same_are_one(world: Watched) -> None:
    write_log(home_of(world), world.root, "A: Decision: use engine 1 for part 1.", "U: yes")
    commit(world, message_of(1), CLAUDE_CODE_SESSION_ID=SESSION)
    (candidate,) = waiting(world)
    assert [bool(e.get("commit")) for e in candidate["evidence"]] == [True, False]
    commit(world, message_of(2), CLAUDE_CODE_SESSION_ID=SESSION)
    assert world.pending() == ["Use engine 1 for part 1.", "Use engine 2 for part 2."]


def test_a_session_whose_log_is_not_there_is_named_all_the_same(world: Watched) -> None:
    commit(world, message_of(1), COPILOT_AGENT_SESSION_ID="da2ffb92-c41f")
    (candidate,) = waiting(world)
    assert candidate["evidence"][0]["session"] == "copilot:da2ffb92-c41f"


def test_no_session_is_guessed(world: Watched) -> None:
    write_log(home_of(world), world.root, RULE)
    commit(world, message_of(1))
    (candidate,) = waiting(world)
    assert "session" not in candidate["evidence"][0]


def test_only_the_commit_that_was_made_is_the_sessions(world: Watched) -> None:
    write_log(home_of(world), world.root, "U: please merge it")
    world.git("checkout", "-q", "-b", "work")
    world.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "--allow-empty", "-m",
              message_of(1))  # fmt: skip
    commit(world, message_of(2), CLAUDE_CODE_SESSION_ID=SESSION)
    by_statement = {c["statement"]: c["evidence"][0] for c in waiting(world)}
    assert "session" not in by_statement["Use engine 1 for part 1."]
    assert by_statement["Use engine 2 for part 2."]["session"] == f"claude:{SESSION}"


def test_an_amended_commit_keeps_its_session_and_its_one_candidate(world: Watched) -> None:
    write_log(home_of(world), world.root, "A: Decision: use engine 1 for part 1.", "U: yes")
    commit(world, message_of(1), CLAUDE_CODE_SESSION_ID=SESSION)
    world.git("commit", "-q", "--amend", "--allow-empty", "-m", message_of(1) + "\nMore.")
    (candidate,) = waiting(world)
    assert len(candidate["evidence"]) == 2
    assert candidate["evidence"][0]["session"] == f"claude:{SESSION}"
    world.git("commit", "-q", "--amend", "--allow-empty", "-m", "Tidy")
    assert world.pending() == ["Use engine 1 for part 1."], "the session still tells it"


@pytest.mark.parametrize("broken", ["torn", "not a log", "a folder"])
def test_a_log_that_cannot_be_read_costs_the_commit_nothing(world: Watched, broken: str) -> None:
    path = write_log(home_of(world), world.root, RULE)
    if broken == "torn":
        path.write_bytes(path.read_bytes()[:-20])
    elif broken == "not a log":
        path.write_bytes(b"\0" * 100)
    else:
        path.unlink()
        path.mkdir()
    commit(world, message_of(1), CLAUDE_CODE_SESSION_ID=SESSION)
    assert world.pending() == ["Use engine 1 for part 1."]


def test_a_large_log_does_not_hold_up_the_commit_and_is_read_all_the_same(world: Watched) -> None:
    lines = [f"T: {'word ' * 2000}{n}" for n in range(800)]
    write_log(home_of(world), world.root, RULE, *lines)
    started = time.monotonic()
    commit(world, message_of(1), CLAUDE_CODE_SESSION_ID=SESSION)
    assert time.monotonic() - started < 2.5
    until = time.monotonic() + 50
    while len(world.pending()) < 2 and time.monotonic() < until:
        time.sleep(0.2)
    assert world.pending() == [STATEMENT, "Use engine 1 for part 1."]
