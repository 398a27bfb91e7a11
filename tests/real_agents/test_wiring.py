"""kn in five real agents, wired by `kn agent install`: what reached the model, and what is left."""

from __future__ import annotations

import json
import os
import re
import time
from pathlib import Path
from typing import Any

import pytest
from tests.desk import Desk
from tests.e2e.watched import Watched, watch
from tests.real_agents.desk import Agent, needs
from tests.rig.model_server import ModelServer, strings

pytestmark = pytest.mark.real_agents

AGENTS = [
    pytest.param(name, marks=needs(name))
    for name in ("claude", "codex", "gemini", "copilot", "opencode")
]
AUDIT, LEAKY, LOAD = "con-00000001", "dec-00000002", "con-00000003"
PROMPT = "Which rate limiter should the gateway have?"
SAID = "Decision: use SQLite for the audit trail, because one file is easy to keep."
PATCH = ("apply_patch <<'EOF'\n*** Begin Patch\n*** Update File: limits.py\n@@\n-x = 1\n+x = 2\n"
         "*** End Patch\nEOF\n")  # fmt: skip


def edit_step(name: str, root: Path) -> dict[str, Any]:
    """How an agent changes `limits.py`."""
    path, text = str(root / "limits.py"), "x = 2\n"
    change = {"old_str": "x = 1", "new_str": "x = 2"}
    steps: dict[str, dict[str, Any]] = {
        "claude": {"tool": "Write", "input": {"file_path": path, "content": text}},
        "codex": {"shell": PATCH},
        "gemini": {"tool": "write_file", "input": {"file_path": path, "content": text}},
        "copilot": {"tool": "edit", "input": {"path": path, **change}},
        "opencode": {"tool": "write", "input": {"filePath": path, "content": text}},
    }
    return {"text": "Changing it.", **steps[name]}


@pytest.fixture
def world(repo: Path, tmp_path: Path) -> Watched:
    """Three reviewed items."""
    watched = watch(repo, tmp_path / "bin", dict(os.environ))
    desk = Desk(repo)
    desk.plant(AUDIT, "Log each refusal for the auditors.", recorded="2026-03-01")
    desk.plant(LEAKY, "Use a leaky bucket as the rate limiter of the gateway.")
    desk.plant(LOAD, "Call limits.load() before limits are read.", scope={"paths": ["limits.py"]})
    watched.write("limits.py", "x = 1\n")
    watched.git("add", "-A")
    watched.git("commit", "-q", "-m", "Know")
    return watched


def contents(root: Path) -> dict[str, bytes]:
    """Every file, but for git's own and what agents leave by themselves."""
    return {
        str(p.relative_to(root)): p.read_bytes()
        for p in sorted(root.rglob("*"))
        if p.is_file() and ".git" not in p.relative_to(root).parts and p.name != ".gitignore"
    }


def heard(server: ModelServer, number: int) -> str:
    """All that the model was told in one of its requests that offer tools."""
    asked = [r["body"] for r in server.requests if (r.get("body") or {}).get("tools")]
    return "\n".join(strings(asked[number]))


@pytest.mark.parametrize("name", AGENTS)
def test_the_right_item_arrives_at_the_right_moment(
    world: Watched, tmp_path: Path, name: str
) -> None:
    agent = Agent(name, world, tmp_path / "home" / name)
    # So much holds one item; Gemini CLI's context has no fence.
    world.git("config", "kn.context.budget", "55" if name == "gemini" else "75")
    before = contents(world.root)
    agent.kn("agent", "install", name, "--no-mcp")
    status = json.loads(agent.kn("agent", "status", name, "--json"))["agents"][0]
    assert status["wired"] and not status["fired"]

    _, server = agent.turn(PROMPT, [edit_step(name, world.root), {"text": SAID}])
    first, last = heard(server, 0), heard(server, -1)
    assert AUDIT in first, "what the branch is about, when the session starts"
    assert LEAKY in first, "what the prompt is about"
    assert LOAD not in first and LOAD in last, "what applies to the file that is edited"
    for one in (AUDIT, LEAKY, LOAD):
        assert last.count(one) == 1, "nothing is said twice"
    assert (world.root / "limits.py").read_text() == "x = 2\n"

    status = json.loads(agent.kn("agent", "status", name, "--json"))["agents"][0]
    outcomes = {event: how["outcome"] for event, how in status["fired"].items()}
    assert outcomes.pop("session-end") == "reading the session"
    assert outcomes == {"session-start": "gave 1", "prompt": "gave 1", "edit": "gave 1"}
    _session_is_read(agent, name)
    _session_is_heard(agent)

    agent.kn("agent", "uninstall", name)
    world.git("checkout", "-q", "limits.py")
    assert contents(world.root) == before


def _session_is_read(agent: Agent, name: str) -> None:
    """`kn sessions` finds the log, and the prompt in it without what kn has put there."""
    (line,) = agent.kn("sessions", "list").splitlines()
    assert name in line
    session = json.loads(agent.kn("sessions", "show", line.split()[0], "--json"))
    typed = [t["text"] for t in session["turns"] if t["role"] == "user"]
    assert [t.strip().strip('"') for t in typed] == [PROMPT]


def _session_is_heard(agent: Agent) -> None:
    """What the session settled waits in the inbox, and nothing that kn itself has told."""
    until = time.monotonic() + 20
    while not (found := agent.world.pending()):
        assert time.monotonic() < until, "the session's end was not heard"
        time.sleep(0.2)
    assert found == ["Use SQLite for the audit trail."]


@needs("claude")
def test_claude_is_told_again_what_a_compaction_has_cut(world: Watched, tmp_path: Path) -> None:
    agent = Agent("claude", world, tmp_path / "home")
    world.kn("agent", "install", "claude", "--no-mcp")
    agent.turn(PROMPT, [{"text": "A leaky bucket."}])
    agent.turn("/compact", [{"text": "Summary: the gateway is limited."}], again=True)
    status = json.loads(agent.kn("agent", "status", "claude", "--json"))["agents"][0]
    assert status["fired"]["session-start"]["outcome"] == "gave 3", "by the compaction"
    assert status["fired"]["pre-compact"]["outcome"] == "reading the session"
    _, server = agent.turn("And how is it limited?", [{"text": "It leaks."}], again=True)
    told = heard(server, 0)
    assert "Summary: the gateway is limited." in told and "A leaky bucket." not in told
    assert AUDIT in told and LEAKY in told


@pytest.mark.parametrize("name", AGENTS)
def test_the_users_own_settings_work_as_well(world: Watched, tmp_path: Path, name: str) -> None:
    agent = Agent(name, world, tmp_path / "home" / name)
    before: dict[str, bytes] = {}

    def install() -> None:
        before.update(_settings(agent.home))
        agent.kn("agent", "install", name, "--user", "--no-mcp")

    _, server = agent.turn(PROMPT, [{"text": "A leaky bucket."}], prepare=install)
    assert AUDIT in heard(server, 0) and LEAKY in heard(server, 0)
    agent.kn("agent", "uninstall", name)
    assert _settings(agent.home) == before


def _settings(home: Path) -> dict[str, bytes]:
    """The files that people keep settings in, of all agents."""
    names = (".*/settings.json", ".*/hooks.json", ".*/hooks/*.json", ".codex/config.toml",
             ".config/opencode/plugins/*", ".config/opencode/opencode.json")  # fmt: skip
    return {str(p): p.read_bytes() for name in names for p in home.glob(name)}


@pytest.mark.parametrize("name", AGENTS)
def test_the_entry_for_the_mcp_server_is_taken(world: Watched, tmp_path: Path, name: str) -> None:
    """Each offers kn's tools to its model by what `kn agent install --mcp` wrote."""
    pytest.importorskip("mcp", reason="kn[mcp] is not installed")
    agent = Agent(name, world, tmp_path / "home" / name)
    # Copilot CLI has no file for a project's servers; the others are tried with theirs.
    scope = "--user" if name == "copilot" else "--project"
    _, server = agent.turn(
        "Hello", [{"text": "Waiting.", "shell": "sleep 8"}, {"text": "Done."}],
        prepare=lambda: agent.kn("agent", "install", name, scope, "--mcp"),
    )  # fmt: skip
    assert server.saw("kn_search")


@pytest.mark.parametrize("how", ["hangs", "crashes", "is gone"])
@pytest.mark.parametrize("name", AGENTS)
def test_an_agent_goes_on_without_kn(world: Watched, tmp_path: Path, name: str, how: str) -> None:
    agent = Agent(name, world, tmp_path / "home" / name)
    agent.kn("agent", "install", name, "--no-mcp")
    program = tmp_path / "bin/kn"
    if how == "is gone":
        program.unlink()
    else:
        does = "exec sleep 100" if how == "hangs" else "echo oops >&2; exit 2"
        program.write_text(f"#!/bin/sh\n{does}\n")
    turn, server = agent.turn(PROMPT, [{"text": "A leaky bucket, I think."}])
    assert "A leaky bucket, I think." in turn.out
    assert PROMPT in heard(server, 0), "the prompt was not dropped"
    # At a start, a prompt and an end an agent waits for five seconds each, and no longer.
    assert turn.seconds < (28 if how == "hangs" else 15)


@needs("codex")
def test_codex_tells_whether_it_trusts_the_hooks(world: Watched, tmp_path: Path) -> None:
    agent = Agent("codex", world, tmp_path / "home" / "codex")
    agent.turn("Hello", [{"text": "Hello."}])  # the folder is trusted
    agent.kn("agent", "install", "codex", "--no-mcp")
    assert _trust(agent).startswith("no: in Codex, /hooks")
    config = agent.home / ".codex/config.toml"
    from kn.adapters.codexserver import list_hooks

    os.environ["HOME"] = str(agent.home)
    found = list_hooks(str(agent.binary), world.root)
    assert found is not None and len(found) == 5
    with config.open("a") as file:  # what /hooks writes
        for hook in found:
            file.write(f"[hooks.state.{json.dumps(hook['key'])}]\n")
            file.write(f"trusted_hash = {json.dumps(hook['currentHash'])}\n")
    assert _trust(agent) == "yes"


def _trust(agent: Agent) -> str:
    status = json.loads(agent.kn("agent", "status", agent.name, "--json"))["agents"][0]
    assert re.fullmatch(r".*/codex", status["program"])
    return str(status["trust"])
