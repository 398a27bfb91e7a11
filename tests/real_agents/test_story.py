"""Monday with one agent, Tuesday with the other: what was corrected on Monday arrives."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.watched import Watched, watch
from tests.rig.agents import Place, Turn, find_binary, run_turn
from tests.rig.model_server import ModelServer

pytestmark = pytest.mark.real_agents

ASK = "Which rate limiter should the gateway use? Decide and write it down."
DECIDE = "Decision: use a token bucket for rate limiting at the API gateway, because it is simple."
CORRECT = "No, bursts overran the payment API. Use a leaky bucket instead."
CHANGE = "printf 'kind = \"leaky\"\\n' > limits.py && git add limits.py && git commit -qm 'Limit'"
TASK = "Write the rate limiting middleware of the gateway."
LEAKY = "Use a leaky bucket for rate limiting at the API gateway."


class Desk:
    """A repository that kn watches, and an agent at work in it."""

    def __init__(self, name: str, world: Watched, home: Path) -> None:
        binary = find_binary(name)
        if binary is None:
            pytest.skip(f"{name} is not installed: make agents, and KN_REAL_AGENTS=FOLDER")
        self.name, self.binary, self.world, self.home = name, binary, world, home

    def turn(
        self, prompt: str, steps: list[dict[str, Any]], *, again: bool = False
    ) -> tuple[Turn, ModelServer]:
        # The steps count on from where the session was.
        with ModelServer(steps) as server:
            place = Place(self.world.root, self.home, server.url)
            path = {"PATH": self.world.environment["PATH"], "PYTHONPATH": os.environ["PYTHONPATH"]}
            turn = run_turn(
                self.name, place, prompt, binary=self.binary, again=again, environment=path
            )
        assert turn.code == 0, turn.err
        assert server.escapes == [], "nothing leaves the machine"
        return turn, server


@pytest.fixture
def world(repo: Path, tmp_path: Path) -> Watched:
    return watch(repo, tmp_path / "bin", dict(os.environ))


@pytest.mark.parametrize(("first", "second"), [("claude", "codex"), ("codex", "claude")])
def test_a_corrected_decision_reaches_the_other_agent(
    world: Watched, tmp_path: Path, first: str, second: str
) -> None:
    monday = Desk(first, world, tmp_path / "monday")
    tuesday = Desk(second, world, tmp_path / "tuesday")

    monday.turn(ASK, [{"text": DECIDE}])
    steps: list[dict[str, Any]] = [{"text": DECIDE}, {"text": "Changing.", "shell": CHANGE},
                                   {"text": "Done."}]  # fmt: skip
    monday.turn(CORRECT, steps, again=True)

    (candidate,) = json.loads(world.kn("inbox", "list", "--json"))["candidates"]
    assert candidate["statement"] == LEAKY
    assert candidate["because"] == "Bursts overran the payment API."
    assert [r["option"] for r in candidate["rejected"]] == ["token bucket"]
    (evidence,) = candidate["evidence"]
    assert re.fullmatch(rf"{first}:[0-9a-f-]{{36}}", evidence["session"])
    assert evidence["quote"] in CORRECT
    assert evidence["source_tokens"] > 20

    item = json.loads(world.kn("inbox", "accept", candidate["key"], "--json"))
    world.git("add", "-A")
    world.git("commit", "-q", "-m", "Keep what was decided")

    # A login shell, which Codex takes, has a PATH of its own.
    ask = f"{tmp_path}/bin/kn context {json.dumps(TASK)}"
    _, server = tuesday.turn(TASK, [{"text": "I will ask.", "shell": ask}, {"text": "Done."}])
    assert server.saw(LEAKY) and server.saw(item["id"])
    assert not server.saw("Use a token bucket for rate limiting")
    assert world.pending() == [], "what kn itself told is not proposed again"
