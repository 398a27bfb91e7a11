"""`kn sessions`: a repository's sessions by id or path, whole or as a stream."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kn.errors import NotARepository
from kn.flows.sessions import (
    UnknownSession,
    find_session,
    list_sessions,
    running_session,
)

LOGS = Path(__file__).parent.parent / "fixtures" / "sessions"
IDS = ("7f0b1a12-7d4f-4d0a-bbc6-a943563f2c8b", "7f0b9999-7d4f-4d0a-bbc6-a943563f2c8b")


@pytest.fixture
def home(repo: Path, tmp_path: Path) -> Path:
    """Two sessions of Claude Code in `repo`."""
    folder = tmp_path / "home/.claude/projects" / str(repo.resolve()).replace("/", "-")
    folder = folder.with_name("".join(c if c.isalnum() else "-" for c in folder.name))
    folder.mkdir(parents=True)
    text = (LOGS / "claude-2.1.330.jsonl").read_text(encoding="utf-8")
    for session in IDS:
        own = text.replace("/home/me/demo", str(repo)).replace(IDS[0], session)
        (folder / f"{session}.jsonl").write_text(own, encoding="utf-8")
    return tmp_path / "home"


def test_a_session_is_found_by_its_id_or_as_much_of_it_as_is_needed(repo: Path, home: Path) -> None:
    environment = {"HOME": str(home)}
    assert {f.session for f in list_sessions(repo, environment)} == set(IDS)
    for named in (IDS[0], IDS[0][:6]):
        session = find_session(repo, named, environment)
        assert session.session == IDS[0]
        assert len(session.turns) == 6
    with pytest.raises(UnknownSession, match="2 sessions begin with"):
        find_session(repo, "7f0b", environment)
    for named in ("", "7f", "nothing", "../x", "*"):
        with pytest.raises(UnknownSession, match="no log or session"):
            find_session(repo, named, environment)


def test_a_log_from_anywhere_and_a_full_id_need_no_repository(home: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "any.name").write_bytes((LOGS / "codex-0.64.0.jsonl").read_bytes())
    environment = {"HOME": str(home)}
    assert find_session(outside, "any.name", environment).agent == "codex"
    assert find_session(outside, str(outside / "any.name"), environment).agent == "codex"
    assert find_session(outside, IDS[1], environment).session == IDS[1]
    with pytest.raises(UnknownSession):
        find_session(outside, "abcdef", environment)
    with pytest.raises(NotARepository):
        list_sessions(outside, environment)


def test_the_session_that_runs_us_is_known_from_the_environment(home: Path) -> None:
    environment = {"HOME": str(home), "CLAUDE_CODE_SESSION_ID": IDS[1]}
    named = running_session(environment)
    assert named is not None
    assert named[0] == IDS[1]
    assert named[1] is not None
    assert named[1].name == f"{IDS[1]}.jsonl"
    assert running_session({**environment, "CLAUDE_CODE_SESSION_ID": "not-there"}) == (
        "not-there", None
    )  # fmt: skip
    assert running_session({"HOME": str(home)}) is None


@pytest.mark.parametrize("path", sorted(LOGS.iterdir()), ids=lambda p: p.name)
def test_show_prints_json_of_the_promised_shape_outside_of_any_repository(
    path: Path, tmp_path: Path, kn: Callable[..., Any]
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    shown = json.loads(kn("sessions", "show", str(path), "--json", cwd=outside).stdout)
    whole = find_session(outside, str(path), {}).to_json()
    assert shown["turns"]
    assert {key: shown[key] for key in whole} == whole
    for turn in shown["turns"]:
        assert turn["role"] in ("user", "assistant", "tool")
        assert set(turn) >= {"role", "text", "at"}


def test_list_prints_this_repositorys_sessions(
    repo: Path, home: Path, kn: Callable[..., Any]
) -> None:
    environment = {"HOME": str(home)}
    listed = json.loads(kn("sessions", "list", "--json", environment=environment).stdout)
    assert {s["session"] for s in listed["sessions"]} == set(IDS)
    assert {s["agent"] for s in listed["sessions"]} == {"claude-code"}
    assert {s["branch"] for s in listed["sessions"]} == {"feat/limits"}
    assert IDS[0] in kn("sessions", "list", environment=environment).stdout
    nothing = kn("sessions", "list", environment={"HOME": "/nowhere"}, check=False)
    assert (nothing.returncode, nothing.stdout) == (1, "")


def test_show_prints_text_that_cannot_steer_the_terminal(
    tmp_path: Path, kn: Callable[..., Any]
) -> None:
    record = {"parentUuid": None, "type": "user", "uuid": "a", "sessionId": "s",
              "message": {"role": "user", "content": "red \x1b[31m \u202e back \x7f"}}  # fmt: skip
    path = tmp_path / "log"
    path.write_text(f"{json.dumps(record)}\nnonsense\n", encoding="utf-8")
    text = kn("sessions", "show", str(path))
    assert "red" in text.stdout
    assert not set("\x1b\u202e\x7f") & set(text.stdout)
    assert "1 line of the log could not be read" in text.stderr
    assert not set("\x1b\u202e\x7f") & set(kn("sessions", "show", str(path), "--json").stdout)
