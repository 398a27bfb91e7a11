"""What Claude Code's records mean, case by case."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from kn.core.sessions import READERS, Heading, Session, collect_session, window


def read(*records: dict[str, Any] | bytes) -> Session:
    lines = [r if isinstance(r, bytes) else json.dumps(r).encode() + b"\n" for r in records]
    heading = Heading()
    return collect_session(READERS["claude"](iter(lines), heading), heading)


def user(uuid: str, content: Any, parent: str | None = None, **more: Any) -> dict[str, Any]:
    message = {"role": "user", "content": content}
    return {"parentUuid": parent, "type": "user", "message": message, "uuid": uuid,
            "sessionId": "s", "timestamp": "2026-01-02T03:04:05Z", **more}  # fmt: skip


def assistant(
    uuid: str, *blocks: Any, parent: str | None = None, message: str = "", **more: Any
) -> dict[str, Any]:
    content = [{"type": "text", "text": b} if isinstance(b, str) else b for b in blocks]
    said = {"id": message or f"msg-{uuid}", "role": "assistant", "content": content}
    return {"parentUuid": parent, "type": "assistant", "message": said, "uuid": uuid, **more}


def texts(session: Session, role: str) -> list[str]:
    return [t.text for t in session.turns if t.role == role]


def test_the_blocks_of_one_message_are_one_turn_also_when_written_twice() -> None:
    session = read(
        assistant("a", {"type": "thinking", "thinking": "Hm"}, message="m"),
        assistant("b", "First.", message="m"),
        assistant("b2", "First.", message="m"),
        assistant("c", "Second.", message="m"),
        assistant("d", "Another.", message="n"),
    )
    assert texts(session, "assistant") == ["First.\n\nSecond.", "Another."]


def test_a_record_written_twice_is_read_once() -> None:
    assert texts(read(user("a", "Hello"), user("a", "Hello")), "user") == ["Hello"]


def test_the_same_words_said_twice_are_two_turns() -> None:
    assert texts(read(user("a", "yes"), user("b", "yes", "a")), "user") == ["yes", "yes"]


@pytest.mark.parametrize(
    "content",
    [
        "<command-name>/clear</command-name>\n<command-message>clear</command-message>\n"
        "<command-args></command-args>",
        "<local-command-stdout>Bye</local-command-stdout>",
        "<local-command-caveat>Caveat: …</local-command-caveat>",
        "<bash-input>ls</bash-input>",
        "<system-reminder>\nBe nice.\n</system-reminder>",
        "<task-notification>\n<result>done</result>\n</task-notification>",
        "[Request interrupted by user for tool use]",
        "[Image: source: /tmp/a.png]",
        "This session is being continued from a previous conversation that ran out of context.",
        [{"type": "text", "text": "[Request interrupted by user]"}],
        "   ",
    ],
)
def test_what_nobody_typed_is_no_turn(content: Any) -> None:
    assert read(user("a", content)).turns == ()


@pytest.mark.parametrize(
    "more",
    [
        {"isMeta": True}, {"isCompactSummary": True}, {"repeatsCompactSummary": True},
        {"promptSource": "system"}, {"origin": {"kind": "task-notification"}},
    ],
)  # fmt: skip
def test_what_the_record_says_is_not_the_users_is_no_turn(more: dict[str, Any]) -> None:
    assert read(user("a", "Words", **more)).turns == ()


def test_the_words_after_a_slash_command_are_the_users() -> None:
    content = (
        "<command-message>plan</command-message>\n<command-name>/plan</command-name>\n"
        "<command-args>use a queue, because retries block</command-args>"
    )
    assert texts(read(user("a", content)), "user") == ["/plan use a queue, because retries block"]


def test_a_reminder_beside_the_words_goes_and_the_words_stay() -> None:
    blocks = [
        {"type": "text", "text": "<ide_opened_file>The user opened x.py</ide_opened_file>"},
        {"type": "text", "text": "Use x.\n<system-reminder>Todo</system-reminder>\nNot y."},
    ]
    (said,) = texts(read(user("a", blocks)), "user")
    assert said.split() == ["Use", "x.", "Not", "y."]


def test_a_user_may_write_about_reminders() -> None:
    said = "Why is <system-reminder> in my log?\n```\n<system-reminder>\nx\n```\nStrip it."
    assert texts(read(user("a", said)), "user") == [said]


def test_what_was_typed_while_the_agent_worked_is_a_turn() -> None:
    queued = {"parentUuid": "a", "attachment": {"type": "queued_command", "prompt": "Not there!"},
              "type": "attachment", "uuid": "q", "timestamp": "2026-01-02T03:04:06Z"}  # fmt: skip
    note = {"parentUuid": "a", "type": "attachment", "uuid": "r",
            "attachment": {"type": "queued_command", "prompt": "x",
                           "commandMode": "task-notification"}}  # fmt: skip
    assert texts(read(user("a", "Go"), queued, note), "user") == ["Go", "Not there!"]


def test_api_errors_are_not_what_the_agent_said() -> None:
    error = assistant("a", "API Error: 529", isApiErrorMessage=True)
    synthetic = assistant("b", "No response requested.")
    synthetic["message"]["model"] = "<synthetic>"
    assert read(error, synthetic).turns == ()


def test_a_rewind_marks_what_was_taken_back_and_nothing_else() -> None:
    session = read(
        user("u1", "Start."),
        assistant("a1", "Started.", parent="u1"),
        user("u2", "Use a token bucket.", "a1"),
        assistant("a2", "Token bucket it is.", parent="u2"),
        user("u3", "Use a leaky bucket.", "a1"),
        assistant("a3", "Leaky bucket it is.", parent="u3"),
    )
    assert [(t.text, t.rewound) for t in session.turns] == [
        ("Start.", False),
        ("Started.", False),
        ("Use a token bucket.", True),
        ("Token bucket it is.", True),
        ("Use a leaky bucket.", False),
        ("Leaky bucket it is.", False),
    ]


def test_a_rewind_is_seen_through_attachments_and_system_records_that_are_not_decoded() -> None:
    hook = {"parentUuid": "a1", "isSidechain": False, "attachment": {"type": "hook_success"},
            "type": "attachment", "uuid": "h"}  # fmt: skip
    session = read(
        user("u1", "Start."),
        assistant("a1", "Started.", parent="u1"),
        hook,
        user("u2", "Wrong.", "h"),
        user("u3", "Right.", "h"),
    )
    assert [t.text for t in session.turns if t.rewound] == ["Wrong."]


def test_parallel_tool_results_and_lost_parents_are_no_rewind() -> None:
    call = {"type": "tool_use", "id": "t1", "name": "Edit", "input": {"file_path": "a.py"}}
    again = {"type": "tool_use", "id": "t2", "name": "Read", "input": {"file_path": "b.py"}}
    session = read(
        user("u1", "Start."),
        assistant("a1", call, parent="u1", message="m"),
        assistant("a2", again, parent="a1", message="m"),
        user("r1", [{"type": "tool_result", "tool_use_id": "t1", "content": "ok"}], "a1"),
        user("r2", [{"type": "tool_result", "tool_use_id": "t2", "content": "text"}], "a2"),
        assistant("a3", "Done.", parent="r1"),
        user("u2", "Thanks.", "a3"),
        user("u3", "More.", "never-seen"),
    )
    assert not any(t.rewound for t in session.turns)
    assert [t.files for t in session.turns if t.role == "tool"] == [("a.py",), ()]


def test_a_subagent_inside_a_main_log_is_left_out() -> None:
    session = read(
        user("u1", "Start."),
        user("s1", "List the files.", isSidechain=True),
        assistant("s2", "Two files.", isSidechain=True),
        assistant("a1", "Two files.", parent="u1"),
    )
    assert [(t.role, t.text) for t in session.turns] == [
        ("user", "Start."), ("assistant", "Two files.")
    ]  # fmt: skip


def test_content_cannot_pose_as_a_record_that_is_skipped() -> None:
    posing = '{"type":"api-request-blob","attachment":{"type":"skill_listing"'
    first = user("a", posing, more={"type": "api-request"})
    reordered = {"message": first["message"], **{k: v for k, v in first.items() if k != "message"}}
    odd = {"note": posing, "cwd": 'x","type":"api-request', **user("b", posing)}
    assert texts(read(first), "user") == [posing]
    assert texts(read(reordered), "user") == [posing]
    assert texts(read(odd), "user") == [posing]


def test_copies_of_requests_are_skipped_without_being_decoded() -> None:
    broken = b'{"type":"api-request-blob","sessionId":"s","message":' + b"[" * 100 + b"\n"
    assert read(broken, user("a", "Hello")).skipped == 0


def test_a_detached_head_is_no_branch_and_a_branch_may_change() -> None:
    session = read(
        user("a", "One", gitBranch="HEAD"),
        user("b", "Two", "a", gitBranch="main"),
        user("c", "Three", "b", gitBranch="feat/x"),
    )
    assert [t.branch for t in session.turns] == ["", "main", "feat/x"]
    assert session.branch == "main"


def test_a_tools_output_is_cut_and_says_so() -> None:
    result = [{"type": "tool_result", "tool_use_id": "t", "content": "a" * 50_000 + "THE END"}]
    (turn,) = read(user("a", result)).turns
    assert len(turn.text) < 17_000
    assert turn.text.endswith("THE END")
    assert "characters left out" in turn.text


def test_valid_json_of_another_shape_is_counted_where_a_message_is_lost() -> None:
    session = read(
        b"[]\n", b"42\n", b'{"type":"user"}\n', b'{"type":"assistant","message":7}\n',
        b'{"type":"user","message":{"content":{"a":1}}}\n', b'{"type":"news","x":[]}\n',
        user("a", "Hello"),
    )  # fmt: skip
    assert texts(session, "user") == ["Hello"]
    assert session.skipped == 5


def test_a_log_without_an_end_is_read_as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window, "MOST_TURNS", 10)
    written = 0

    def lines() -> Iterator[bytes]:
        nonlocal written
        while True:
            written += 1
            yield json.dumps(user(f"u{written}", f"Turn {written}", f"u{written - 1}")).encode()

    turns = READERS["claude"](lines(), Heading())
    assert [next(turns).text for _ in range(30)] == [f"Turn {n}" for n in range(1, 31)]
    assert written < 50


def test_a_rewind_beyond_what_is_held_marks_what_is_still_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(window, "MOST_TURNS", 3)
    said = [user(f"u{n}", f"Turn {n}", f"u{n - 1}") for n in range(1, 7)]
    session = read(*said, user("v", "Anew", "u1"))
    assert [t.text for t in session.turns if t.rewound] == ["Turn 4", "Turn 5", "Turn 6"]
