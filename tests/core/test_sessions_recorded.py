"""Every agent's log, as recorded from the real programs, comes out as the same session."""

from __future__ import annotations

from pathlib import Path

import pytest

from kn.core.sessions import READERS, Heading, Session, collect_session, detect_format

LOGS = Path(__file__).parent.parent / "fixtures" / "sessions"
ASKED = "Which rate limiter should the gateway use? Decide, change src/limits.py, commit."
BURSTS = "Bursts are the problem."
DECIDED = (
    "Decision: use a leaky bucket for rate limiting at the API gateway, because token-bucket "
    "bursts overran the payment API. Rejected: token bucket, it allows bursts."
)
CORRECTED = "No, never read the limits at import: always call limits.load() first."
AGREED = "Agreed. Convention: call limits.load() first, never read the limits at import."
WHOLE = [("user", ASKED), ("assistant", BURSTS), ("assistant", DECIDED), ("user", CORRECTED),
         ("assistant", AGREED)]  # fmt: skip


def read(lines: list[bytes]) -> Session:
    """The session in the lines of a log, by their content."""
    form = detect_format(b"".join(lines))
    assert form is not None
    heading = Heading()
    return collect_session(READERS[form](iter(lines), heading), heading)


def read_file(name: str) -> Session:
    return read((LOGS / name).read_bytes().splitlines(keepends=True))


def spoken(session: Session) -> list[tuple[str, str]]:
    return [(t.role, t.text) for t in session.turns if t.role != "tool"]


@pytest.mark.parametrize(
    "name", ["claude-2.1.197.jsonl", "claude-2.1.330.jsonl", "copilot-1.0.102.jsonl",
             "gemini-0.61.0.jsonl"]
)  # fmt: skip
def test_a_session_that_was_resumed_is_read_whole_and_once(name: str) -> None:
    session = read_file(name)
    assert spoken(session) == WHOLE
    assert session.skipped == 0


@pytest.mark.parametrize("name", ["codex-0.169.0.jsonl", "codex-0.64.0.jsonl"])
def test_codex_says_every_text_twice_and_is_read_once(name: str) -> None:
    assert spoken(read_file(name)) == WHOLE[:3]


def test_opencode_is_read_as_it_was_typed() -> None:
    quoted = [(r, f'"{t}"' if r == "user" else t) for r, t in WHOLE]
    assert spoken(read_file("opencode-1.18.33.json")) == quoted


def test_the_model_may_write_what_looks_like_aiders_own_lines() -> None:
    user, answer = spoken(read_file("aider-0.86.2.md"))
    assert user == ("user", ASKED)
    assert answer[1].startswith(DECIDED)
    for line in ("# Why", "> bursts overran payments", "#### Next", "kind = 'leaky'"):
        assert line in answer[1].splitlines()
    assert "Tokens:" not in answer[1]


@pytest.mark.parametrize("path", sorted(LOGS.iterdir()), ids=lambda p: p.name)
def test_nothing_that_was_injected_comes_out(path: Path) -> None:
    session = read_file(path.name)
    assert session.turns
    for turn in session.turns:
        assert "INJECTED-CONTEXT" not in turn.text
        assert "retries go through the queue" not in turn.text
        assert "Run the tests before each commit" not in turn.text


@pytest.mark.parametrize("path", sorted(LOGS.iterdir()), ids=lambda p: p.name)
def test_the_heading_says_who_where_and_when(path: Path) -> None:
    session = read_file(path.name)
    assert session.agent.partition("-")[0] == session.container == path.name.partition("-")[0]
    assert session.session
    assert session.started.startswith("2026-11-23T09:4")
    assert session.started <= session.ended
    if session.agent not in ("aider", "gemini"):  # neither writes it down
        assert session.cwd == "/home/me/demo"
    if session.agent in ("claude-code", "codex", "copilot"):
        assert session.branch == "feat/limits"
        assert {t.branch for t in session.turns} == {"feat/limits"}


def test_the_tool_turn_has_the_output_and_what_was_changed() -> None:
    (tool,) = [t for t in read_file("codex-0.64.0.jsonl").turns if t.role == "tool"]
    assert tool.text == "kind = 'token'\n600a576 Use a leaky bucket at the gateway"
    last = [t for t in read_file("aider-0.86.2.md").turns if t.role == "tool"][-1]
    assert last.files == ("src/limits.py",)


def test_what_compaction_writes_is_nobodys_turn() -> None:
    session = read_file("claude-2.1.330-compaction.jsonl")
    assert spoken(session) == [WHOLE[0], WHOLE[2], WHOLE[3], WHOLE[4]]
    assert not any(t.rewound for t in session.turns)


def test_a_subagents_report_is_not_the_users_and_its_own_log_can_be_read() -> None:
    main = read_file("claude-2.1.330-subagent.jsonl")
    assert [t.text for t in main.turns if t.role == "user"] == [ASKED]
    side = read_file("claude-2.1.330-sidechain.jsonl")
    assert [t.text for t in side.turns if t.role == "assistant"] == [
        "Listing.", "README.md, src/limits.py"
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text", [b"", b"\n\n", b"# A readme\n\nText.\n", b'{"a": 1}\n', b"[1, 2]\n", b"\0\0\0"]
)
def test_other_files_are_no_log(text: bytes) -> None:
    assert detect_format(text) is None
