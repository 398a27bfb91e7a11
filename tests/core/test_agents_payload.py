"""What agents hand to their hooks, as recorded with the real ones, and what they get back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kn.core.agents.answer import write_answer
from kn.core.agents.hosts import COMPACT, EDIT, END, EVENTS, HOSTS, PROMPT, START
from kn.core.agents.payload import is_small_talk, read_question

RECORDED = Path(__file__).parents[1] / "fixtures" / "hooks"
PROMPTED = "Which rate limiter should the gateway use? Decide, change src/limits.py, commit."


def recorded(name: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((RECORDED / f"{name}.json").read_text("utf-8"))
    return value


@pytest.mark.parametrize(
    ("name", "event", "session"),
    [
        ("claude-2.1.330-SessionStart-startup", START, "7f0b1a12-7d4f-4d0a-bbc6-a943563f2c8b"),
        ("claude-2.1.330-SessionStart-compact", START, "c7029e4e-e93a-4fca-a0c3-abe0d6d0a447"),
        ("codex-0.169.0-SessionStart-startup", START, "01a207c7-067d-7ea0-8b91-220758415c1c"),
        ("gemini-0.61.0-SessionStart-resume", START, "a103204a-f7f7-43ec-802f-ccc961b5108a"),
        ("copilot-1.0.102-sessionStart-new", START, "da2ffb92-c41f-4d56-92b2-3f6defbc4e97"),
        ("claude-2.1.330-PreCompact-manual", COMPACT, "c7029e4e-e93a-4fca-a0c3-abe0d6d0a447"),
    ],
)
def test_every_agent_names_its_session_and_folder(name: str, event: str, session: str) -> None:
    question = read_question(HOSTS[name.split("-")[0]], event, recorded(name))
    assert (question.session, question.cwd) == (session, "/home/me/demo")


@pytest.mark.parametrize(
    "name",
    [
        "claude-2.1.330-UserPromptSubmit", "codex-0.169.0-UserPromptSubmit",
        "gemini-0.61.0-BeforeAgent", "copilot-1.0.102-userPromptSubmitted",
    ],
)  # fmt: skip
def test_the_prompt_is_the_persons_own_words(name: str) -> None:
    """Gemini CLI hands on what an earlier hook has put into the prompt."""
    question = read_question(HOSTS[name.split("-")[0]], PROMPT, recorded(name))
    assert question.prompt == PROMPTED


@pytest.mark.parametrize(
    ("name", "log"),
    [
        ("claude-2.1.330-SessionEnd",
         "/home/me/.claude/projects/-home-me-demo/7f0b1a12-7d4f-4d0a-bbc6-a943563f2c8b.jsonl"),
        ("gemini-0.61.0-SessionEnd",
         "/home/me/.gemini/tmp/demo/chats/session-2026-11-23T09-40-a103204a.jsonl"),
        ("copilot-1.0.102-sessionEnd", ""),
    ],
)  # fmt: skip
def test_the_log_is_where_the_agent_says(name: str, log: str) -> None:
    assert read_question(HOSTS[name.split("-")[0]], END, recorded(name)).transcript == log


@pytest.mark.parametrize(
    ("agent", "payload", "files"),
    [
        ("claude", {"tool_name": "Write", "tool_input": {"file_path": "/r/a.py"}}, ("/r/a.py",)),
        ("claude", {"tool_name": "NotebookEdit", "tool_input": {"notebook_path": "/r/n.ipynb"}},
         ("/r/n.ipynb",)),
        ("gemini", {"tool_name": "replace", "tool_input": {"file_path": "a.py"}}, ("a.py",)),
        ("copilot", {"toolName": "edit", "toolArgs": {"path": "a.py"}}, ("a.py",)),
        ("copilot", {"toolName": "edit", "toolArgs": '{"path": "a.py"}'}, ("a.py",)),
        ("copilot", {"toolName": "view", "toolArgs": {"path": "a.py"}}, ()),
        ("opencode", {"tool": "write", "args": {"filePath": "a.py"}}, ("a.py",)),
        ("opencode", {"tool": "read", "args": {"filePath": "a.py"}}, ()),
        ("codex", {"tool_name": "Bash", "tool_input": {"command": "cat a.py"}}, ()),
        ("codex", {"tool_name": "Bash", "tool_input": {"command":
            "apply_patch <<'EOF'\n*** Begin Patch\n*** Update File: a.py\n@@\n-x\n+y\n"
            "*** Add File: b c.py\n+z\n*** End Patch\nEOF\n"}}, ("a.py", "b c.py")),
        ("codex", {"tool_name": "apply_patch", "tool_input": {"input":
            "*** Begin Patch\n*** Delete File: d.py\n*** End Patch"}}, ("d.py",)),
    ],
)  # fmt: skip
def test_the_files_of_an_edit(agent: str, payload: dict[str, Any], files: tuple[str, ...]) -> None:
    assert read_question(HOSTS[agent], EDIT, payload).files == files


def test_a_recorded_shell_command_edits_nothing() -> None:
    for name in (
        "codex-0.169.0-PreToolUse",
        "copilot-1.0.102-preToolUse",
        "gemini-0.61.0-AfterTool",
    ):
        assert read_question(HOSTS[name.split("-")[0]], EDIT, recorded(name)).files == ()


payloads = st.dictionaries(
    st.sampled_from(["session_id", "cwd", "prompt", "tool_name", "toolName", "tool_input",
                     "toolArgs", "args", "workspace_roots", "transcript_path"]),
    st.none() | st.integers() | st.text(max_size=20) | st.lists(st.integers(), max_size=2)
    | st.dictionaries(st.sampled_from(["file_path", "command", "input"]),
                      st.none() | st.integers() | st.text() | st.lists(st.text() | st.none())),
)  # fmt: skip


@given(st.sampled_from(list(HOSTS.values())), st.sampled_from(EVENTS), payloads)
def test_whatever_is_handed_over_is_read(host: Any, event: str, payload: dict[str, Any]) -> None:
    question = read_question(host, event, payload)
    assert all(isinstance(f, str) for f in question.files)


@pytest.mark.parametrize(
    ("prompt", "small"),
    [("yes", True), ("Looks good, go ahead!", True), ("", True), ("?", True), ("commit it", False),
     ("no, use a queue", False), ("yes " * 60, False), ("Weiter", False)],
)  # fmt: skip
def test_small_talk_is_no_question(prompt: str, small: bool) -> None:
    assert is_small_talk(prompt) is small


TEXT = 'A "line" – and <another>\n'


@pytest.mark.parametrize(
    ("agent", "event", "answer"),
    [
        ("claude", START, {"hookSpecificOutput": {"hookEventName": "SessionStart",
                                                  "additionalContext": TEXT}}),
        ("claude", EDIT, {"hookSpecificOutput": {"hookEventName": "PreToolUse",
                                                 "additionalContext": TEXT}}),
        ("codex", PROMPT, {"hookSpecificOutput": {"hookEventName": "UserPromptSubmit",
                                                  "additionalContext": TEXT}}),
        ("gemini", PROMPT, {"hookSpecificOutput": {"hookEventName": "BeforeAgent",
                                                   "additionalContext": TEXT}}),
        ("gemini", EDIT, {"hookSpecificOutput": {"hookEventName": "AfterTool",
                                                 "additionalContext": TEXT}}),
        ("copilot", START, {"additionalContext": TEXT}),
        ("cursor", START, {"additional_context": TEXT}),
        ("opencode", PROMPT, {"context": TEXT}),
    ],
)  # fmt: skip
def test_the_answer_has_exactly_the_keys_of_its_agent(
    agent: str, event: str, answer: dict[str, Any]
) -> None:
    said = write_answer(HOSTS[agent], event, TEXT)
    assert said.isascii() and json.loads(said) == answer


def test_nothing_is_said_where_there_is_nothing() -> None:
    assert write_answer(HOSTS["claude"], START, "") == ""
    assert write_answer(HOSTS["cursor"], PROMPT, TEXT) == "", "it has no such event"
