"""The plugin and its skill: what they tell an agent to run is what kn takes."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from tests.desk import Desk
from tests.rig.tools import foreign_tool

import kn
from kn.cli.boundary import COMMANDS, group
from kn.core.adr.document import take_apart

ROOT = Path(__file__).parent.parent.parent
SKILL = ROOT / "plugin/skills/kn/SKILL.md"
COMMAND = ROOT / "plugin/commands/remember.md"
TEXTS = [SKILL, COMMAND, ROOT / "plugin/README.md"]


def test_the_skill_has_what_every_agent_asks_of_one() -> None:
    front = take_apart(SKILL.read_text()).front

    assert front["name"] == SKILL.parent.name
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", front["name"])
    assert 1 <= len(front["description"]) <= 1024
    assert len(front["compatibility"]) <= 500
    assert SKILL.read_text().count("\n") < 500


def test_the_plugin_is_of_this_version_and_licence() -> None:
    plugin = json.loads((ROOT / "plugin/.claude-plugin/plugin.json").read_text())
    market = json.loads((ROOT / ".claude-plugin/marketplace.json").read_text())

    assert (plugin["name"], plugin["version"]) == ("kn", kn.__version__)
    assert (ROOT / "plugin/LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
    (listed,) = market["plugins"]
    assert (ROOT / listed["source"]).resolve() == ROOT / "plugin"


@pytest.mark.parametrize("path", TEXTS, ids=lambda p: p.name)
def test_every_command_and_option_it_names_is_there(path: Path) -> None:
    text = path.read_text().replace("kn agent install claude", "")  # made by another part
    named = re.findall(r"`kn ([a-z-]+)", text) + re.findall(r"^kn ([a-z-]+)", text, re.MULTILINE)
    options = set(re.findall(r"(--[a-z][a-z-]+)", text)) - {"--help"}
    context = group.make_context("kn", [], resilient_parsing=True)
    taken = set()
    for name in set(named):
        assert name in COMMANDS
        command = group.get_command(context, name)
        assert command is not None
        taken |= {o for p in command.params for o in p.opts}

    assert options <= taken


def test_what_the_skill_shows_can_be_run(desk: Desk) -> None:
    (block,) = re.findall(r"```\n(.*?)```", SKILL.read_text(), re.DOTALL)
    lines = block.replace("\\\n", " ").strip().split("\n")

    for line in lines:
        words = shlex.split(line)
        assert words[0] == "kn"
        desk.ok(*words[1:])

    assert len(desk.ok("list", "--json").ids) == len(lines) == 2


@pytest.mark.slow
def test_the_reference_validator_takes_the_skill() -> None:
    done = subprocess.run(
        [foreign_tool("agentskills"), "validate", str(SKILL.parent)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
