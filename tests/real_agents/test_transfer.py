"""The plugin, and the exported files, in the real programs: what they load reaches the model."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from tests.e2e.watched import Watched, watch
from tests.rig import agents as rig
from tests.rig.agents import Place, Turn, find_binary, run_turn
from tests.rig.model_server import ModelServer

pytestmark = pytest.mark.real_agents

ROOT = Path(__file__).parent.parent.parent
RULE = "Every endpoint has a timeout of two seconds."
SCOPED = "The gateway retries every call twice."


@pytest.fixture
def world(repo: Path, tmp_path: Path) -> Watched:
    return watch(repo, tmp_path / "bin", dict(os.environ))


def binary_of(name: str) -> Path:
    binary = find_binary(name)
    if binary is None:
        pytest.skip(f"{name} is not installed: make agents, and KN_REAL_AGENTS=FOLDER")
    return binary


def claude(*words: str, home: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    home.mkdir(exist_ok=True)
    environment = {"HOME": str(home), "PATH": os.environ["PATH"], "DISABLE_AUTOUPDATER": "1"}
    return subprocess.run(
        [str(binary_of("claude")), *words], cwd=cwd, env=environment, capture_output=True,
        text=True, check=False, stdin=subprocess.DEVNULL, timeout=120,
    )  # fmt: skip


def turn(
    name: str, world: Watched, home: Path, prompt: str, steps: list[dict[str, str]]
) -> tuple[Turn, ModelServer]:
    with ModelServer(steps) as server:
        place = Place(world.root, home, server.url)
        path = {"PATH": world.environment["PATH"], "PYTHONPATH": os.environ["PYTHONPATH"]}
        done = run_turn(name, place, prompt, binary=binary_of(name), environment=path)
    assert done.code == 0, done.err
    # OpenCode asks npm for a package of its own, and is refused.
    own = ["registry.npmjs.org:443"] if name == "opencode" else []
    assert set(server.escapes) <= set(own), "nothing leaves the machine"
    return done, server


@pytest.mark.parametrize("what", ["plugin", "."])
def test_claude_code_finds_nothing_wrong_with_the_plugin(tmp_path: Path, what: str) -> None:
    done = claude("plugin", "validate", what, "--strict", home=tmp_path / "home", cwd=ROOT)

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_plugin_s_command_records_something_now(world: Watched, tmp_path: Path) -> None:
    home = tmp_path / "home"
    for words in (("marketplace", "add", str(ROOT)), ("install", "kn@kn-market")):
        done = claude("plugin", *words, home=home, cwd=world.root)
        assert done.returncode == 0, done.stdout + done.stderr
    add = f"{tmp_path}/bin/kn add convention {json.dumps(RULE)}"

    _, server = turn(
        "claude", world, home, f"/kn:remember {RULE}",
        [{"text": "Recording.", "shell": add}, {"text": "Done."}],
    )  # fmt: skip

    assert server.saw(f"The user wants this remembered for the team: {RULE}")
    assert server.saw("Looks up and records what a team knows about its code"), "the skill"
    (item,) = json.loads(world.kn("list", "--json"))["items"]
    assert (item["kind"], item["statement"]) == ("convention", RULE)


KNOWN = {**vars(rig).get("VERSIONS", {}), **vars(rig).get("AGENTS", {})}
"""The agents that the rig can run."""
READ = [
    ("claude", "claude-md"), ("claude", "agents-md"), ("codex", "agents-md"),
    ("gemini", "gemini-md"), ("copilot", "copilot"), ("copilot", "agents-md"),
    ("opencode", "agents-md"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "export"), [pair for pair in READ if pair[0] in KNOWN])
def test_what_was_exported_reaches_the_model(
    world: Watched, tmp_path: Path, name: str, export: str
) -> None:
    world.kn("add", "convention", RULE)
    world.kn("add", "gotcha", SCOPED, "--path", "src/gateway/**", "--instead", "Be idempotent.")
    world.git("add", "-A")
    world.git("commit", "-q", "-m", "Know")
    if export == "agents-md":
        (world.root / "AGENTS.md").write_text("# Ours\n")
    world.kn("export", export)

    _, server = turn(name, world, tmp_path / "home", "Hello.", [{"text": "Hello."}])

    assert server.saw(RULE)
    assert server.saw("kn why PATH")
    assert server.saw(SCOPED) == (export in ("agents-md", "gemini-md")), (
        "a rule file waits for its files"
    )


def test_a_rule_file_arrives_when_claude_reads_a_file_of_its_scope(
    world: Watched, tmp_path: Path
) -> None:
    (world.root / "src/gateway").mkdir(parents=True)
    (world.root / "src/gateway/limits.py").write_text("LIMIT = 3\n")
    world.kn("add", "gotcha", SCOPED, "--path", "src/gateway/**", "--instead", "Be idempotent.")
    world.git("add", "-A")
    world.git("commit", "-q", "-m", "Know")
    world.kn("export", "claude-md")
    read = {"tool": "Read", "input": {"file_path": str(world.root / "src/gateway/limits.py")}}

    _, server = turn("claude", world, tmp_path / "home", "Look.",
                     [{"text": "Reading.", **read}, {"text": "Done."}])  # type: ignore[dict-item]  # fmt: skip

    assert server.saw(SCOPED)
