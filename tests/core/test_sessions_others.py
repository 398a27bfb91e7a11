"""What is taken back, repeated or added in Codex's, Gemini's, Copilot's and OpenCode's logs."""

from __future__ import annotations

import json
from typing import Any

from kn.core.sessions import READERS, Format, Heading, Session, collect_session, detect_format


def read(*records: dict[str, Any], form: Format) -> Session:
    lines = [json.dumps(r).encode() + b"\n" for r in records]
    assert detect_format(b"".join(lines)) == form
    heading = Heading()
    return collect_session(READERS[form](iter(lines), heading), heading)


def spoken(session: Session) -> list[tuple[str, str, bool]]:
    return [(t.role, t.text, t.rewound) for t in session.turns]


def item(role: str, *texts: str, kinds: list[str] | None = None) -> dict[str, Any]:
    kind = "output_text" if role == "assistant" else "input_text"
    payload: dict[str, Any] = {
        "type": "message", "role": role, "content": [{"type": kind, "text": t} for t in texts]
    }  # fmt: skip
    if kinds:
        payload["internal_chat_message_metadata_passthrough"] = {"content_item_kinds": kinds}
    return {"timestamp": "2026-01-02T03:04:05Z", "type": "response_item", "payload": payload}


def test_codex_tells_the_users_words_from_the_programs() -> None:
    session = read(
        item("developer", "hook", kinds=["hooks.additional_context"]),
        item("user", "Context", "Words", kinds=["harness.note", "user.text"]),
        item("user", "<environment_context>\n<cwd>/home/me/x</cwd>\n</environment_context>"),
        item("user", "# Context from my IDE setup:\n\n## Open tabs:\n- a.py\n\n"
             "## My request for Codex:\nUse a queue.\n"),
        form="codex",
    )  # fmt: skip
    assert [t.text for t in session.turns] == ["Words", "Use a queue."]
    assert session.cwd == "/home/me/x"


def test_codex_marks_what_was_rolled_back() -> None:
    back = {"type": "event_msg", "payload": {"type": "thread_rolled_back", "num_turns": 1}}
    session = read(
        item("user", "One"), item("assistant", "1"), item("user", "Two"), item("assistant", "2"),
        back, item("user", "Three"), form="codex",
    )  # fmt: skip
    assert [t.text for t in session.turns if t.rewound] == ["Two", "2"]


def test_the_first_rollouts_had_no_envelope() -> None:
    session = read(
        {"id": "r-1", "timestamp": "2025-06-01T00:00:00Z", "instructions": None,
         "git": {"branch": "main"}},
        {"record_type": "state"},
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Go"}]},
        {"type": "function_call", "name": "shell", "call_id": "c", "arguments": json.dumps(
            {"command": ["apply_patch", "*** Begin Patch\n*** Update File: a.py\n@@\n"]})},
        {"type": "function_call_output", "call_id": "c", "output": '{"output":"ok"}'},
        {"type": "message", "role": "assistant",
         "content": [{"type": "output_text", "text": "Gone"}]},
        form="codex",
    )  # fmt: skip
    assert spoken(session) == [
        ("user", "Go", False), ("tool", "ok", False), ("assistant", "Gone", False)
    ]  # fmt: skip
    assert session.turns[1].files == ("a.py",)
    assert (session.session, session.branch) == ("r-1", "main")


def gemini(name: str, kind: str, text: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "timestamp": f"2026-01-02T00:00:0{name}Z", "type": kind,
            "content": text, **more}  # fmt: skip


GEMINI = {"sessionId": "g-1", "projectHash": "0", "startTime": "2026-01-02T00:00:00Z"}


def test_gemini_is_replayed_and_what_was_rewound_is_marked() -> None:
    session = read(
        GEMINI,
        gemini("1", "user", "One"), gemini("2", "gemini", "…"), gemini("2", "gemini", "1"),
        gemini("3", "user", "Two"), gemini("4", "gemini", "2"), {"$rewindTo": "3"},
        gemini("5", "user", "Three"),
        form="gemini",
    )  # fmt: skip
    assert spoken(session) == [
        ("user", "One", False), ("assistant", "1", False), ("user", "Two", True),
        ("assistant", "2", True), ("user", "Three", False),
    ]  # fmt: skip


def test_geminis_checkpoint_neither_loses_nor_repeats_a_message() -> None:
    call = {"id": "c", "name": "write_file", "args": {"file_path": "a.py"}, "resultDisplay": "ok"}
    again = [gemini("9", "user", "One"), gemini("2", "gemini", "1")]
    session = read(
        GEMINI, gemini("1", "user", "One"), gemini("2", "gemini", "1", toolCalls=[call]),
        gemini("3", "user", "Two"), {"$set": {"messages": again}}, form="gemini",
    )  # fmt: skip
    assert [t.text for t in session.turns] == ["One", "1", "ok", "Two"]
    assert session.turns[2].files == ("a.py",)


def test_geminis_older_document_is_read_in_lines_or_in_one() -> None:
    document = {**GEMINI, "messages": [gemini("1", "user", "One"), gemini("2", "gemini", "1")]}
    for text in (json.dumps(document), json.dumps(document, indent=2)):
        assert detect_format(text.encode()) == "gemini"
        heading = Heading()
        lines = iter(text.encode().splitlines(keepends=True))
        assert [t.text for t in READERS["gemini"](lines, heading)] == ["One", "1"]
        assert heading.session == "g-1"


def copilot(name: str, kind: str, **data: Any) -> dict[str, Any]:
    return {"type": kind, "data": data, "id": name, "timestamp": "2026-01-02T03:04:05Z"}


def test_copilot_leaves_subagents_and_skills_out_and_marks_what_was_rewound() -> None:
    session = read(
        copilot("0", "session.start", sessionId="c-1", context={"cwd": "/x", "branch": "b"}),
        copilot("1", "user.message", content="One"),
        copilot("2", "user.message", content="A skill", source="skill-pdf"),
        copilot("3", "assistant.message", content="sub", parentToolCallId="t"),
        copilot("4", "user.message", content="Two"),
        copilot("5", "assistant.message", content="2"),
        copilot("6", "session.snapshot_rewind", upToEventId="4"),
        copilot("7", "user.message", content="Three"),
        form="copilot",
    )
    assert spoken(session) == [
        ("user", "One", False), ("user", "Two", True), ("assistant", "2", True),
        ("user", "Three", False),
    ]  # fmt: skip


def test_opencode_marks_what_was_undone_and_leaves_out_what_it_made_up() -> None:
    def message(name: str, role: str, *parts: dict[str, Any]) -> dict[str, Any]:
        return {"info": {"id": name, "role": role, "time": {"created": 1_795_426_824_619}},
                "parts": list(parts)}  # fmt: skip

    session = read(
        {
            "info": {"id": "ses_1", "directory": "/x", "revert": {"messageID": "m2"}},
            "messages": [
                message("m1", "user", {"type": "text", "text": "One"},
                        {"type": "text", "text": "Called the Read tool", "synthetic": True}),
                message("m2", "user", {"type": "text", "text": "Two"}),
                message("m3", "assistant", {"type": "text", "text": "2"},
                        {"type": "tool", "tool": "edit",
                         "state": {"input": {"filePath": "a.py"}, "output": "ok"}}),
            ],
        },
        form="opencode",
    )  # fmt: skip
    assert spoken(session) == [
        ("user", "One", False), ("user", "Two", True), ("assistant", "2", True),
        ("tool", "ok", True),
    ]  # fmt: skip
    assert session.turns[3].files == ("a.py",)
    assert session.started == "2026-11-23T09:40:24.619Z"
