"""The MCP Inspector, the reference tool for servers, calls everything that `kn mcp` offers.

It comes from npm (`make tools`).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from tests.conftest import Git
from tests.desk import Desk
from tests.rig.tools import foreign_tool

pytestmark = pytest.mark.slow

LEAKY = "Use a leaky bucket for rate limiting."


@pytest.fixture
def stocked(desk: Desk, git: Git) -> Desk:
    desk.plant("dec-0000001d", LEAKY, scope={"paths": ["src/gateway/**"]})
    git("add", "-A")
    git("commit", "-q", "-m", "Know")
    return desk


def inspect(desk: Desk, method: str, *words: str) -> Any:
    """What the Inspector prints of one request to a server that it starts."""
    program = foreign_tool("mcp-inspector")
    python = f"PYTHONPATH={os.environ['PYTHONPATH']}"
    server = ["-e", python, sys.executable, "-m", "kn", "mcp", "--repo", str(desk.root)]
    done = subprocess.run(
        [program, "--cli", *server, "--method", method, *words],
        cwd=desk.root, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, f"{method}: {done.stderr}{done.stdout}"
    return json.loads(done.stdout)


def test_it_lists_what_there_is(stocked: Desk) -> None:
    tools = inspect(stocked, "tools/list")["tools"]
    assert [t["name"] for t in tools] == [
        "kn_context", "kn_search", "kn_show", "kn_why", "kn_propose", "kn_check",
    ]  # fmt: skip
    assert all(t["outputSchema"]["type"] == "object" for t in tools)
    assert [t["name"] for t in tools if not t["annotations"]["readOnlyHint"]] == ["kn_propose"]
    (resource,) = inspect(stocked, "resources/list")["resources"]
    assert resource["uri"] == "kn://item/dec-0000001d"
    (template,) = inspect(stocked, "resources/templates/list")["resourceTemplates"]
    assert template["uriTemplate"] == "kn://item/{id}"
    prompts = inspect(stocked, "prompts/list")["prompts"]
    assert [p["name"] for p in prompts] == ["record_decision", "remember"]


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("kn_context", ("task=rate limiting", "budget=200"), LEAKY),
        ("kn_search", ("words=bucket",), LEAKY),
        ("kn_show", ('ids=["dec-0000001d"]',), "| scope:"),
        ("kn_why", ("path=src/gateway/limits.py",), "scope: src/gateway/**"),
        ("kn_check", (), "matches no file here"),
        ("kn_propose", ("kind=fact", "statement=Gauges drift.", "quote=gauges drift"), "Proposed"),
    ],
)
def test_it_calls_each_tool(
    stocked: Desk, name: str, arguments: tuple[str, ...], said: str
) -> None:
    words = [word for argument in arguments for word in ("--tool-arg", argument)]
    result = inspect(stocked, "tools/call", "--tool-name", name, *words)
    assert not result.get("isError"), result
    assert said in result["content"][0]["text"]
    assert result["structuredContent"]["format"] == 1


def test_it_reads_a_resource_and_a_prompt(stocked: Desk) -> None:
    read = inspect(stocked, "resources/read", "--uri", "kn://item/dec-0000001d")
    assert LEAKY in read["contents"][0]["text"]
    words = ("--prompt-name", "record_decision", "--prompt-args", "decision=We take Postgres.")
    prompt = inspect(stocked, "prompts/get", *words)
    assert "We take Postgres." in prompt["messages"][0]["content"]["text"]
