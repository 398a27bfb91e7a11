"""kn's entries in agents' settings: exactly these, beside what is there, and out to the byte."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kn.core.agents import plugin, wiring
from kn.core.agents.hosts import HOSTS, Host, hook_command
from kn.errors import KnError

JSON_HOSTS = [h for h in HOSTS.values() if h.form != "plugin"]
HANDLER_KEYS = {
    "claude": {"type", "command", "timeout"},
    "codex": {"type", "command", "timeout"},
    "gemini": {"type", "command", "timeout", "name"},
    "copilot": {"type", "bash", "timeoutSec"},
    "cursor": {"command"},
}
"""Each agent's own words; Codex refuses a hook with another one."""


def entries_of(host: Host, *, mcp: bool = False) -> list[wiring.Entry]:
    return wiring.hook_entries(host, "kn") + (wiring.mcp_entries(host) if mcp else [])


def wired(host: Host, raw: bytes | None = None) -> tuple[bytes, list[wiring.Note]]:
    return wiring.wire(raw, host, entries_of(host))


@pytest.mark.parametrize("host", JSON_HOSTS, ids=lambda h: h.name)
def test_settings_hold_the_agents_own_words_and_no_other(host: Host) -> None:
    written = json.loads(wired(host)[0])
    top = {"hooks", "version"} if host.form in ("copilot", "cursor") else {"hooks"}
    assert set(written) == top
    assert set(written["hooks"]) == {w.name for w in host.events}
    for event, (element,) in written["hooks"].items():
        wish = next(w for w in host.events if w.name == event)
        handlers = element.get("hooks", [element])
        assert [set(h) for h in handlers] == [HANDLER_KEYS[host.name]]
        assert element.get("matcher", "") == wish.matcher
        assert set(element) <= {"matcher", "hooks", *HANDLER_KEYS[host.name]}
        said = handlers[0].get("command", handlers[0].get("bash"))
        assert said == hook_command(host, wish.event)


def test_claude_gets_exactly_this() -> None:
    assert (
        wired(HOSTS["claude"])[0].decode()
        == """\
{
  "hooks": {
    "SessionStart": [
      {
        "matcher": "startup|resume|clear|compact",
        "hooks": [
          {
            "type": "command",
            "command": "kn agent hook claude session-start 2>/dev/null || :",
            "timeout": 5
          }
        ]
      }
    ],
    "UserPromptSubmit": [
      {
        "hooks": [
          {
            "type": "command",
            "command": "kn agent hook claude prompt 2>/dev/null || :",
            "timeout": 5
          }
        ]
      }
    ],
    "PreToolUse": [
      {
        "matcher": "Edit|MultiEdit|Write|NotebookEdit",
        "hooks": [
          {
            "type": "command",
            "command": "kn agent hook claude edit 2>/dev/null || :",
            "timeout": 5
          }
        ]
      }
    ],
    "PreCompact": [
      {
        "hooks": [
          {
            "type": "command",
            "command": "kn agent hook claude pre-compact 2>/dev/null || :",
            "timeout": 5
          }
        ]
      }
    ],
    "SessionEnd": [
      {
        "hooks": [
          {
            "type": "command",
            "command": "kn agent hook claude session-end 2>/dev/null || :",
            "timeout": 5
          }
        ]
      }
    ]
  }
}
"""
    )


def test_gemini_counts_in_milliseconds_and_codex_allows_three_seconds_at_the_end() -> None:
    gemini = json.loads(wired(HOSTS["gemini"])[0])["hooks"]
    assert {g["hooks"][0]["timeout"] for (g,) in gemini.values()} == {5000}
    codex = json.loads(wired(HOSTS["codex"])[0])["hooks"]
    assert codex["SessionEnd"][0]["hooks"][0]["timeout"] == 3


THEIRS = """\
// Ours, and by hand.
{
\t"model": "opus", // the large one
\t"hooks": {
\t\t"SessionStart": [
\t\t\t{"hooks": [{"type": "command", "command": "date"}]},
\t\t],
\t\t/* nothing else */
\t},
}
"""


@pytest.mark.parametrize("host", JSON_HOSTS, ids=lambda h: h.name)
@pytest.mark.parametrize(
    "text", [THEIRS, THEIRS.replace("\n", "\r\n"), "\ufeff{}", "", "\n", "{ }"]
)
def test_what_is_there_stays_and_comes_back_to_the_byte(host: Host, text: str) -> None:
    raw = text.encode()
    done, notes = wiring.wire(raw, host, entries_of(host, mcp=True))
    assert wiring.settled(done, host, entries_of(host, mcp=True))
    assert wiring.has_any(done, host)
    if "opus" in text:
        for line in raw.splitlines():
            assert line.rstrip(b",") in done, "no line of theirs is changed"
    assert wiring.unwire(done, host, notes) == raw


names = st.sampled_from(["hooks", "SessionStart", "sessionStart", "mcpServers", "mcp", "version",
                         "a", "kn", "$schema"])  # fmt: skip
scalars = st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)
held_settings = st.dictionaries(names, values, max_size=4)


@example(host=HOSTS["copilot"], held={"hooks": {}, "version": None}, indent=None, mcp=False, end="")
@settings(max_examples=60)
@given(
    host=st.sampled_from(JSON_HOSTS), held=held_settings,
    indent=st.sampled_from([None, 1, 4, "\t"]),
    mcp=st.booleans(), end=st.sampled_from(["", "\n", "\r\n"]),
)  # fmt: skip
def test_any_settings_come_back_to_the_byte(
    host: Host, held: dict[str, Any], indent: int | str | None, mcp: bool, end: str
) -> None:
    raw = (json.dumps(held, indent=indent, ensure_ascii=False) + end).encode()
    entries = entries_of(host, mcp=mcp)
    try:
        done, notes = wiring.wire(raw, host, entries)
    except KnError:
        return  # something of theirs stands where an object or an array belongs
    said = json.loads(done)
    for name, value in held.items():
        if name not in ("hooks", "mcpServers", "mcp"):
            assert said[name] == value
    assert wiring.unwire(done, host, notes) == raw
    bare = json.loads(wiring.unwire(done, host) or b"{}")
    assert all(bare.get(n) == v for n, v in held.items() if n == "a"), "also without notes"
    assert not wiring.has_any(json.dumps(bare).encode(), host)


@pytest.mark.parametrize("host", JSON_HOSTS, ids=lambda h: h.name)
def test_without_notes_a_file_of_ours_alone_becomes_empty(host: Host) -> None:
    done, _ = wiring.wire(None, host, entries_of(host, mcp=True))
    assert not wiring.unwire(done, host).strip()


def test_entries_of_an_older_kn_go() -> None:
    host = HOSTS["claude"]
    old = {"hooks": {"Stop": [{"hooks": [{"type": "command",
                                         "command": hook_command(host, "stop")}]}]}}  # fmt: skip
    raw = json.dumps(old).encode()
    assert not wiring.settled(raw, host, entries_of(host))
    assert not wiring.unwire(raw, host).strip()


@pytest.mark.parametrize("first", [True, False])
def test_of_a_group_that_a_person_shares_only_kns_handler_goes(first: bool) -> None:
    """Claude Code's own /hooks puts a new hook into the group that has its matcher."""
    host = HOSTS["claude"]
    theirs = '{ "type": "command", "command": "date" }'
    bare = f'{{"hooks": {{\n "UserPromptSubmit": [ {{"hooks": [{theirs}]}} ] // ours\n}} }}'
    ours = json.dumps({"type": "command", "command": hook_command(host, "prompt"), "timeout": 5})
    both = f"{ours}, {theirs}" if first else f"{theirs}, {ours}"
    raw = bare.replace(theirs, both).encode()

    assert wiring.found_hooks(raw, host) == {"UserPromptSubmit"} and wiring.has_any(raw, host)
    left = wiring.unwire(raw, host).decode()
    assert json.loads(left.replace(" // ours", "")) == json.loads(bare.replace(" // ours", ""))
    assert theirs in left and " // ours" in left
    whole, _ = wiring.wire(raw, host, entries_of(host))
    assert not wiring.settled(whole, host, entries_of(host)), "kn would be called twice"


def test_another_server_of_our_name_is_theirs() -> None:
    host = HOSTS["cursor"]
    raw = b'{"mcpServers": {"kn": {"command": "other"}}}'
    done, notes = wiring.wire(raw, host, wiring.mcp_entries(host))
    assert done == raw and notes == []
    assert wiring.unwire(raw, host) == raw


@pytest.mark.parametrize("raw", [b"{", b"\xff{}", b"[]", b'{"hooks": []}', b"3"])
def test_settings_that_cannot_be_read_are_left_alone(raw: bytes) -> None:
    with pytest.raises(KnError):
        wired(HOSTS["claude"], raw)


def test_the_plugin_knows_whether_it_was_edited() -> None:
    text = plugin.write_plugin("/opt/my kn", ("edit", "write"))
    assert plugin.is_plugin(text)
    assert b'const program = "/opt/my kn"' in text and b'["edit", "write"].includes' in text
    assert not plugin.is_plugin(text + b"\n")
    assert not plugin.is_plugin(b"export const Mine = 1\n")
