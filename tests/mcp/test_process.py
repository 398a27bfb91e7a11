"""`kn mcp` as hosts run it: a process of its own, spoken to over its standard streams."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client
from tests.conftest import Git, Kn
from tests.desk import Desk
from tests.mcp.clients import ERAS, data_of, over_stdio, parameters, text_of

LEAKY = "Use a leaky bucket for rate limiting."


@pytest.fixture
def stocked(desk: Desk, git: Git) -> Desk:
    desk.plant("dec-0000001d", LEAKY)
    git("add", "-A")
    git("commit", "-q", "-m", "Know")
    return desk


async def _ids(client: Client, words: str = "rate limiting bucket") -> list[str]:
    data = data_of(await client.call_tool("kn_search", {"words": words}))
    return sorted(item["id"] for item in data["items"])


@pytest.mark.parametrize("mode", ERAS)
def test_a_client_of_either_era_is_served(stocked: Desk, mode: str, tmp_path: Path) -> None:
    async def talk(client: Client) -> None:
        result = await client.call_tool("kn_context", {"task": "rate limiting"})
        assert LEAKY in text_of(result)
        assert "1 item" not in text_of(result)
        item = await client.read_resource("kn://item/dec-0000001d")
        assert LEAKY in item.contents[0].text  # type: ignore[union-attr]
        prompt = await client.get_prompt("record_decision", {"decision": "We take Postgres."})
        assert "We take Postgres." in prompt.messages[0].content.text  # type: ignore[union-attr]
        assert "kn_propose" in prompt.messages[0].content.text  # type: ignore[union-attr]

    over_stdio(talk, "--repo", str(stocked.root), mode=mode, cwd=tmp_path)


def test_edits_commits_and_branches_are_seen_by_a_server_that_runs(stocked: Desk, git: Git) -> None:
    async def talk(client: Client) -> None:
        assert await _ids(client) == ["dec-0000001d"]
        git("checkout", "-q", "-b", "work")
        added = stocked.add("gotcha", "The rate limiting forgets its bucket.")
        assert await _ids(client) == ["dec-0000001d"], "not committed"
        git("add", "-A")
        git("commit", "-q", "-m", "More")
        assert await _ids(client) == sorted(["dec-0000001d", added])
        git("checkout", "-q", "main")
        assert await _ids(client) == ["dec-0000001d"]
        git("checkout", "-q", "work")
        stocked.ok("retire", added, "--because", "Mended.")
        git("commit", "-q", "-a", "-m", "Retire")
        assert await _ids(client) == ["dec-0000001d"]
        path = stocked.root / ".knowledge/decisions/item-0000001d.yaml"
        path.write_text(path.read_text().replace("leaky", "leaking"))
        assert await _ids(client) == [], "an edit that nobody reviewed is not given"
        context = await client.call_tool("kn_context", {"task": "rate limiting"})
        assert LEAKY not in text_of(context) and "1 held back" in text_of(context)

    over_stdio(talk)


def test_what_is_being_worked_on_is_asked_anew_at_every_call(stocked: Desk, git: Git) -> None:
    """Without a task a context is for the files that differ from HEAD just now."""
    (stocked.root / "limits.py").write_text("a = 1\n")
    git("add", "-A")
    git("commit", "-q", "-m", "Limits")
    stocked.plant("con-0000002c", "Keep the limits in one file.", scope={"paths": ["limits.py"]})
    git("add", "-A")
    git("commit", "-q", "-m", "Scope")

    async def talk(client: Client) -> tuple[Any, Any]:
        before = await client.call_tool("kn_context", {"detail": True})
        (stocked.root / "limits.py").write_text("a = 2\n")
        return before, await client.call_tool("kn_context", {"detail": True})

    before, after = over_stdio(talk)
    said = [str(i["why"]) for i in data_of(after)["items"] if i["id"] == "con-0000002c"]
    assert "limits.py" in said[0]
    assert "limits.py" not in str([i["why"] for i in data_of(before)["items"]])


def test_several_clients_at_once_each_get_their_answers(stocked: Desk) -> None:
    asked = 6

    async def one(number: int, keys: list[str]) -> None:
        async with Client(parameters(), mode=ERAS[number % 2]) as client:
            for turn in range(asked):
                assert await _ids(client) == ["dec-0000001d"]
                words = {"kind": "fact", "statement": f"Gauge {number}{turn} drifts at night.",
                         "quote": f"gauge {number} {turn} drifts"}  # fmt: skip
                result = await client.call_tool("kn_propose", words)
                keys.append(data_of(result)["key"])

    async def run() -> list[str]:
        keys: list[str] = []
        async with anyio.create_task_group() as group:
            for number in range(3):
                group.start_soon(one, number, keys)
        return keys

    keys = anyio.run(run)
    candidates = stocked.ok("inbox", "list", "--json").json["candidates"]
    assert len(set(keys)) == 3 * asked
    assert {c["key"] for c in candidates} == set(keys)


def test_one_client_may_ask_many_things_at_once(stocked: Desk) -> None:
    async def talk(client: Client) -> list[str]:
        texts: list[str] = []

        async def ask(task: str) -> None:
            texts.append(text_of(await client.call_tool("kn_context", {"task": task})))

        async with anyio.create_task_group() as group:
            for number in range(8):
                group.start_soon(ask, f"rate limiting {number}")
        return texts

    texts = over_stdio(talk)
    assert len(texts) == 8 and all(LEAKY in t for t in texts)


@pytest.mark.parametrize("version", ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"])
def test_stdout_carries_the_protocol_alone(stocked: Desk, version: str) -> None:
    """Spoken to by hand, in the version that the client names; what goes wrong stays off stdout."""
    (stocked.root / ".knowledge/facts").mkdir(exist_ok=True)
    (stocked.root / ".knowledge/facts/broken-0000009f.yaml").write_text("id: [\n")
    info = {"name": "hand", "version": "1"}
    started = {"protocolVersion": version, "capabilities": {}, "clientInfo": info}
    messages: list[dict[str, Any]] = [
        {"id": 1, "method": "initialize", "params": started},
        {"method": "notifications/initialized"},
        {"id": 2, "method": "tools/list"},
        {"id": 3, "method": "tools/call", "params": {"name": "kn_context", "arguments": {}}},
        {"id": 4, "method": "tools/call", "params": {"name": "kn_show", "arguments": {"ids": [5]}}},
        {"id": 5, "method": "ping"},
    ]
    with subprocess.Popen(
        [sys.executable, "-m", "kn", "mcp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, cwd=stocked.root,
    ) as process:  # fmt: skip
        assert process.stdin and process.stdout and process.stderr
        answers = {}
        for message in messages:
            process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
            process.stdin.flush()
            if "id" in message:
                answer = json.loads(process.stdout.readline())
                answers[answer["id"]] = answer
        process.stdin.close()
        assert process.stdout.read() == ""
        assert process.wait(20) == 0
        assert "Traceback" not in process.stderr.read()
    assert answers[1]["result"]["protocolVersion"] == version
    assert "kn_context" in answers[1]["result"]["instructions"]
    assert len(answers[2]["result"]["tools"]) == 6
    assert "1 unreadable: run `kn check`." in answers[3]["result"]["content"][0]["text"]
    assert answers[4]["result"]["isError"] is True
    assert answers[5]["result"] == {}


def test_the_handshake_waits_for_no_flow(repo: Path) -> None:
    """Hosts ask their model without the tools when the server takes its time."""
    code = "import sys, kn.mcp; print(*(m for m in sys.modules if m.startswith('kn.')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert "kn.mcp.tools" in loaded
    assert not [m for m in loaded if m.startswith(("kn.flows.", "kn.adapters.", "kn.cli."))]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_host_that_stops_it_by_a_signal_need_not_wait(desk: Desk, number: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "kn", "mcp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        cwd=desk.root, text=True,
    ) as process:  # fmt: skip
        assert process.stdin and process.stdout
        info = {"name": "hand", "version": "1"}
        params = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": info}
        message = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}
        process.stdin.write(json.dumps(message) + "\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["id"] == 1
        process.send_signal(number)
        try:
            assert process.wait(10) == -number
        finally:
            process.kill()


def test_without_the_library_it_says_how_to_install_it(desk: Desk, kn: Kn, tmp_path: Path) -> None:
    (tmp_path / "none" / "mcp").mkdir(parents=True)
    (tmp_path / "none" / "mcp" / "__init__.py").write_text("raise ModuleNotFoundError(name='mcp')")
    path = f"{tmp_path}/none{os.pathsep}{os.environ['PYTHONPATH']}"
    done = kn("mcp", check=False, environment={"PYTHONPATH": path})
    assert done.returncode == 2
    assert "pip install 'kn[mcp]'" in done.stderr and done.stdout == ""


def test_a_folder_that_is_not_there_is_refused_at_once(desk: Desk, kn: Kn) -> None:
    done = kn("mcp", "--repo", "nowhere", check=False)
    assert done.returncode == 2 and "nowhere" in done.stderr
