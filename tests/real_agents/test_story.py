"""Monday with one agent, Tuesday with another: what was corrected on Monday is there by itself."""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.watched import SOURCE, Watched, watch
from tests.real_agents.desk import Agent, needs
from tests.rig.model_server import ModelServer, strings

from kn.adapters.tokens import count

pytestmark = pytest.mark.real_agents

ASK = "Which rate limiter should the gateway use? Read gateway.py, decide, and write it down."
DECIDE = "Decision: use a token bucket for rate limiting at the API gateway, because it is simple."
CORRECT = "No, bursts overran the payment API. Use a leaky bucket instead."
CHANGE = "printf 'kind = \"leaky\"\\n' > limits.py && git add limits.py && git commit -qm 'Limit'"
TASK = "Write the rate limiting middleware of the gateway."
LEAKY = "Use a leaky bucket for rate limiting at the API gateway."
TOLD = re.compile(
    r'<kn-context n="(\d+)">\n.*?</kn-context n="\1">|<hook_context>.*?</hook_context>', re.DOTALL
)
PAIRS = [("claude", "codex"), ("codex", "claude"), ("gemini", "copilot"), ("copilot", "opencode"),
         ("opencode", "gemini")]  # fmt: skip


@pytest.fixture
def world(repo: Path, tmp_path: Path) -> Watched:
    """An empty repository but for the code of a gateway, in which kn is begun."""
    shutil.copy(SOURCE / "kn/core/context/rank.py", repo / "gateway.py")  # any real code will do
    return watch(repo, tmp_path / "bin", dict(os.environ))


@pytest.mark.parametrize(
    ("first", "second"), [pytest.param(*pair, marks=needs(*pair)) for pair in PAIRS]
)
def test_a_corrected_decision_reaches_the_next_agent_by_itself(
    world: Watched, tmp_path: Path, first: str, second: str
) -> None:
    monday = Agent(first, world, tmp_path / "monday")
    tuesday = Agent(second, world, tmp_path / "tuesday")
    for name in (first, second):
        world.kn("agent", "install", name, "--no-mcp")

    steps: list[dict[str, Any]] = [{"text": "Reading.", "shell": "cat gateway.py"},
                                   {"text": DECIDE}]  # fmt: skip
    monday.turn(ASK, steps)
    steps += [{"text": "Changing.", "shell": CHANGE}, {"text": "Done."}]
    monday.turn(CORRECT, steps, again=True)

    candidate = _only_candidate(world)
    assert candidate["because"] == "Bursts overran the payment API."
    assert [r["option"] for r in candidate["rejected"]] == ["token bucket"]
    (evidence,) = candidate["evidence"]
    assert evidence["session"].startswith(f"{first}:")
    assert evidence["quote"] in CORRECT

    item = json.loads(world.kn("inbox", "accept", candidate["key"], "--json"))
    world.git("add", "-A")
    world.git("commit", "-q", "-m", "Keep what was decided")

    _, server = tuesday.turn(TASK, [{"text": "A leaky bucket it is."}])
    told = _told(server)
    assert LEAKY in told and item["id"] in told
    assert "Use a token bucket" not in told
    injected, transcript = count(told), evidence["source_tokens"]
    assert 0 < injected < 150 and transcript > 10 * injected
    print(f"{first} -> {second}: {injected} tokens injected, {transcript} said on Monday")  # noqa: T201
    time.sleep(1)
    assert world.pending() == [], "what kn itself told is not proposed again"


def _only_candidate(world: Watched) -> dict[str, Any]:
    """What Monday left in the inbox: the correction, and not what it corrects."""
    until = time.monotonic() + 20
    while True:
        found = json.loads(world.kn("inbox", "list", "--json"))["candidates"]
        if [c["statement"] for c in found] == [LEAKY]:
            return dict(found[0])
        assert time.monotonic() < until, [c["statement"] for c in found]
        time.sleep(0.2)


def _told(server: ModelServer) -> str:
    """What kn gave to the model, in the first request that offers it tools."""
    asked = next(r["body"] for r in server.requests if (r.get("body") or {}).get("tools"))
    return "\n".join(m[0] for text in strings(asked) for m in TOLD.finditer(text))
