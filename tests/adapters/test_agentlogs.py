"""Finding agents' logs on a machine, and opening one; homes are made up, never the developer's."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from kn.adapters.agentlogs import find_logs, locate_log, named_session, open_log, opening
from kn.adapters.agentlogs.places import claude_folder
from kn.errors import KnError

LOGS = Path(__file__).parent.parent / "fixtures" / "sessions"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    root = tmp_path / "demo"
    root.mkdir()
    return root


def put(fixture: str, path: Path, root: Path) -> Path:
    """A recorded log, as if its session had been in `root`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = (LOGS / fixture).read_text(encoding="utf-8")
    path.write_text(text.replace("/home/me/demo", str(root)), encoding="utf-8")
    return path


def put_database(path: Path, root: Path) -> Path:
    """OpenCode's database with the recorded session in it, still open for writing (WAL)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    exported = json.loads((LOGS / "opencode-1.18.33.json").read_text(encoding="utf-8"))
    base = sqlite3.connect(path)
    base.executescript(
        "PRAGMA journal_mode=WAL;"
        "CREATE TABLE session(id, project_id, parent_id, directory, title, time_created,"
        " time_updated);"
        "CREATE TABLE message(id, session_id, time_created, data);"
        "CREATE TABLE part(id, message_id, data);"
    )
    info = exported["info"]
    rows: list[tuple[Any, ...]] = [
        (info["id"], "p", None, str(root), "", info["time"]["created"], info["time"]["updated"]),
        ("ses_child", "p", info["id"], str(root), "", 1, 1),
    ]
    base.executemany("INSERT INTO session VALUES (?,?,?,?,?,?,?)", rows)
    for message in exported["messages"]:
        own = message["info"]
        base.execute(
            "INSERT INTO message VALUES (?,?,?,?)",
            (own["id"], info["id"], own["time"]["created"], json.dumps(own)),
        )
        for part in message["parts"]:
            base.execute(
                "INSERT INTO part VALUES (?,?,?)", (part["id"], own["id"], json.dumps(part))
            )
    base.commit()
    base.close()
    return path


def put_all(home: Path, root: Path) -> None:
    slug = claude_folder(str(root))
    put("claude-2.1.330.jsonl", home / ".claude/projects" / slug / "c1.jsonl", root)
    put("codex-0.169.0.jsonl", home / ".codex/sessions/2026/11/23/rollout-x-c2.jsonl", root)
    put("gemini-0.61.0.jsonl", home / ".gemini/tmp/demo/chats/session-a.jsonl", root)
    (home / ".gemini/projects.json").write_text(json.dumps({"projects": {str(root): "demo"}}))
    put("copilot-1.0.102.jsonl", home / ".copilot/session-state/c3/events.jsonl", root)
    put_database(home / ".local/share/opencode/opencode.db", root)
    put("aider-0.86.2.md", root / ".aider.chat.history.md", root)


def test_the_sessions_of_every_agent_are_found_and_can_be_opened(home: Path, demo: Path) -> None:
    put_all(home, demo)
    found = find_logs([demo], {"HOME": str(home)})
    assert sorted(f.agent for f in found) == [
        "aider", "claude-code", "codex", "copilot", "gemini", "opencode"
    ]  # fmt: skip
    for one in found:
        assert one.started.startswith("2026-11-23T09:4"), one
        assert one.cwd == str(demo)
        log = open_log(one.path, session=one.session)
        assert any("leaky bucket" in t.text for t in log.turns if t.role == "assistant")
        assert (log.heading.agent, log.heading.session) == (one.agent, one.session)


def test_sessions_of_other_repositories_are_not_found(home: Path, demo: Path) -> None:
    put_all(home, demo)
    other = demo.parent / "dem"
    other.mkdir()
    assert find_logs([other], {"HOME": str(home)}) == []


def test_a_path_with_the_same_folder_name_is_told_apart_by_what_is_inside(
    home: Path, tmp_path: Path
) -> None:
    mine, other = tmp_path / "a" / "b", tmp_path / "a-b"
    mine.mkdir(parents=True)
    other.mkdir()
    folder = home / ".claude/projects" / claude_folder(str(mine))
    assert folder.name == claude_folder(str(other))
    put("claude-2.1.330.jsonl", folder / "other.jsonl", other)
    put("claude-2.1.197.jsonl", folder / "mine.jsonl", mine)
    found = find_logs([mine], {"HOME": str(home)})
    assert [f.path.name for f in found] == ["mine.jsonl"]


def test_a_session_from_a_sub_folder_another_work_tree_or_through_a_link_is_found(
    home: Path, demo: Path, tmp_path: Path
) -> None:
    tree, link = tmp_path / "tree", tmp_path / "link"
    tree.mkdir()
    (demo / "sub dir").mkdir()
    link.symlink_to(demo)
    for number, place in enumerate((demo / "sub dir", tree, demo)):
        folder = home / ".claude/projects" / claude_folder(str(place))
        put("claude-2.1.197.jsonl", folder / f"{number}.jsonl", place)
    assert len(find_logs([link, tree], {"HOME": str(home)})) == 3


@pytest.mark.parametrize("length", [150, 199, 200, 250])
def test_a_folder_name_that_was_cut_at_200_is_found(
    home: Path, tmp_path: Path, length: int
) -> None:
    root = tmp_path / "x" / ("d" * 100) / ("e" * (length - 100))
    root.mkdir(parents=True)
    for number, place in enumerate((root, root / "sub")):
        name = claude_folder(str(place))
        name = name if len(name) <= 200 else f"{name[:200]}-1a2b3c"
        put("claude-2.1.197.jsonl", home / ".claude/projects" / name / f"{number}.jsonl", place)
    assert len(find_logs([root], {"HOME": str(home)})) == 2


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/home/me/d2/sub dir/é_x", "-home-me-d2-sub-dir---x"),
        ("/a/\N{GRINNING FACE}", "-a---"),
        ("/a.b/C9", "-a-b-C9"),
    ],
)
def test_the_name_of_claudes_folder_is_claudes(path: str, name: str) -> None:
    assert claude_folder(path) == name


def test_the_agents_own_variables_say_where_the_logs_are(tmp_path: Path, demo: Path) -> None:
    put_all(tmp_path / "h", demo)
    moved = tmp_path / "moved"
    for name in (".claude", ".codex", ".copilot"):
        shutil.move(tmp_path / "h" / name, moved / name)
    environment = {
        "HOME": str(tmp_path / "empty"),
        "CLAUDE_CONFIG_DIR": str(moved / ".claude"),
        "CODEX_HOME": str(moved / ".codex"),
        "COPILOT_HOME": str(moved / ".copilot"),
        "GEMINI_CLI_HOME": str(tmp_path / "h"),
        "XDG_DATA_HOME": str(tmp_path / "h/.local/share"),
    }
    assert len(find_logs([demo], environment)) == 6


def test_geminis_older_folders_are_named_by_a_hash(home: Path, demo: Path) -> None:
    name = hashlib.sha256(str(demo).encode()).hexdigest()
    put("gemini-0.61.0.jsonl", home / ".gemini/tmp" / name / "chats/session-a.jsonl", demo)
    (found,) = find_logs([demo], {"HOME": str(home)})
    assert found.agent == "gemini"


def test_a_link_in_the_work_tree_is_not_followed(home: Path, demo: Path, tmp_path: Path) -> None:
    put("aider-0.86.2.md", tmp_path / "elsewhere/.aider.chat.history.md", demo)
    (demo / ".aider.chat.history.md").symlink_to(tmp_path / "elsewhere/.aider.chat.history.md")
    assert find_logs([demo], {"HOME": str(home)}) == []


def test_a_broken_home_finds_nothing_and_does_not_fail(home: Path, demo: Path) -> None:
    (home / ".claude").mkdir(parents=True)
    (home / ".claude/projects").write_text("a file")
    (home / ".local/share/opencode").mkdir(parents=True)
    (home / ".local/share/opencode/opencode.db").write_bytes(b"SQLite format 3\0" + b"x" * 200)
    (home / ".gemini").mkdir()
    (home / ".gemini/projects.json").write_text("[")
    assert find_logs([demo], {"HOME": str(home)}) == []
    assert find_logs([demo], {}) == []


def test_the_session_that_the_environment_names_is_located(home: Path, demo: Path) -> None:
    put_all(home, demo)
    at_home = {"HOME": str(home)}
    assert named_session({"CLAUDE_CODE_SESSION_ID": "c100-abc"}) == ("claude", "c100-abc")
    assert named_session({"CODEX_THREAD_ID": "0199-x"}) == ("codex", "0199-x")
    assert named_session({"COPILOT_AGENT_SESSION_ID": "../../etc"}) is None
    both = {"CLAUDE_CODE_SESSION_ID": "c100-abc", "CODEX_THREAD_ID": "0199-x"}
    assert named_session(both) is None
    assert named_session({}) is None
    found = {f.agent: f for f in find_logs([demo], at_home)}
    long = home / ".claude/projects/anything/7f0b1a12-7d4f.jsonl"
    put("claude-2.1.330.jsonl", long, demo)
    assert locate_log("7f0b1a12-7d4f", at_home) == long
    assert locate_log("7f0b1a12-7d4f", at_home, agent="codex") is None
    for agent in ("gemini", "opencode"):
        if agent == "gemini":
            old = found[agent].path
            old.rename(old.with_name("session-2026-a103204a.jsonl"))
        assert locate_log(found[agent].session, at_home) is not None
    assert locate_log("*", at_home) is None
    assert locate_log("ses_unknown", at_home) is None


def test_a_database_is_read_while_it_is_open_elsewhere(demo: Path, tmp_path: Path) -> None:
    path = put_database(tmp_path / "data.db", demo)
    writer = sqlite3.connect(path)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("UPDATE session SET title = 'x'")
    try:
        log = open_log(path)
        assert [t.role for t in log.turns] == [
            "user", "assistant", "tool", "assistant", "user", "assistant"
        ]  # fmt: skip
        assert log.heading.cwd == str(demo)
    finally:
        writer.close()


def test_a_database_of_several_sessions_asks_which(demo: Path, tmp_path: Path) -> None:
    path = put_database(tmp_path / "data.db", demo)
    base = sqlite3.connect(path)
    base.execute("INSERT INTO session VALUES ('ses_two','p',NULL,'/x','',1,1)")
    base.commit()
    base.close()
    with pytest.raises(KnError, match="holds 2 sessions"):
        list(open_log(path).turns)
    with pytest.raises(KnError, match="holds no session"):
        list(open_log(path, session="ses_none").turns)


def test_a_line_too_long_to_hold_is_counted_and_the_rest_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "LINE_MOST", 5000)
    path = tmp_path / "log"
    lines = (LOGS / "claude-2.1.197.jsonl").read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:-1], b'{"x":"' + b"y" * 17_000 + b'"}\n', *lines[-1:]]))
    log = open_log(path)
    assert len(list(log.turns)) == 6
    assert log.heading.skipped == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no session log"),
        (b"# Readme\n", "no session log"),
        (b"\x28\xb5\x2f\xfd...", "compressed"),
        (b"SQLite format 3\0" + b"x" * 200, "cannot be read as OpenCode's database"),
    ],
)
def test_what_is_no_log_is_said_to_be_none(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(KnError, match=message):
        list(open_log(path).turns)


def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(KnError, match="not a regular file"):
        open_log(tmp_path / "pipe")
    with pytest.raises(KnError, match="cannot be read"):
        open_log(tmp_path / "none")
