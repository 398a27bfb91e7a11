"""An agent at work in a repository with knowledge; its model says what the test tells it to."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.watched import Watched
from tests.rig.agents import Place, Turn, find_binary, run_turn
from tests.rig.model_server import ModelServer

LEAVES = {"opencode": {"registry.npmjs.org:443"}}
"""Whom an agent asks for updates at every start; the model server refuses."""


def needs(*names: str) -> pytest.MarkDecorator:
    """Skip a test, before anything is made for it, where one of these agents is not installed."""
    gone = [name for name in names if find_binary(name) is None]
    said = f"{', '.join(gone)} not installed: make agents, and KN_REAL_AGENTS=FOLDER"
    return pytest.mark.skipif(bool(gone), reason=said)


class Agent:
    """One agent, with a home of its own, in a repository that kn watches."""

    def __init__(self, name: str, world: Watched, home: Path) -> None:
        binary = find_binary(name)
        assert binary is not None, "see `needs`"
        home.mkdir(exist_ok=True)
        self.name, self.binary, self.world, self.home = name, binary, world, home

    def turn(
        self,
        prompt: str,
        steps: list[dict[str, Any]],
        *,
        again: bool = False,
        prepare: Callable[[], object] = lambda: None,
    ) -> tuple[Turn, ModelServer]:
        """Let it answer a prompt; nothing may leave the machine.

        Args:
            prompt: What the user says.
            steps: What the model says and does; they count on from where the session was.
            again: Its last session goes on.
            prepare: Runs when the agent's home is furnished, right before it starts.
        """
        with ModelServer(steps) as server:
            place = Place(self.world.root, self.home, server.url)
            path = {"PATH": self.world.environment["PATH"], "PYTHONPATH": os.environ["PYTHONPATH"]}
            turn = run_turn(
                self.name, place, prompt, binary=self.binary, again=again, environment=path,
                prepare=prepare,
            )  # fmt: skip
        assert turn.code == 0, turn.err
        assert set(server.escapes) <= LEAVES.get(self.name, set()), "nothing leaves the machine"
        return turn, server

    def kn(self, *words: str, **more: Any) -> str:
        """Run kn as the agent's user would."""
        path = f"{self.binary.parent}{os.pathsep}{self.world.environment['PATH']}"
        return self.world.kn(*words, HOME=str(self.home), PATH=path, **more)
