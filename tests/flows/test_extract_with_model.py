"""`kn extract --llm` from the command line to a server on the loopback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Git
from tests.desk import Desk, Ran
from tests.rig import fake_litellm
from tests.rig.model_server import ModelServer

from kn.cli import extract_by_model
from kn.flows.model import ask as ask_model

MESSAGE = (
    "Limit requests at the gateway\n\nUse a leaky bucket for rate limiting instead of a token\n"
    "bucket, because bursts overran the payment API."
)
FOUND = {
    "kind": "decision",
    "statement": "Use a leaky bucket for rate limiting.",
    "because": "Bursts overran the payment API.",
    "rejected": [{"option": "token bucket", "because": "bursts"}],
    "quote": "Use a leaky bucket for rate limiting instead of a token bucket",
    "paths": [],
    "tags": ["rate limiting"],
    "more": [],
    "replaces": 0,
}
INVENTED = {**FOUND, "quote": "Never said by anybody, anywhere in this repository"}
ANSWER: dict[str, Any] = {"plain": [{"json": {"candidates": [FOUND, INVENTED]}}]}


@pytest.fixture(autouse=True)
def _fake(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_litellm.install(monkeypatch)
    monkeypatch.setattr(ask_model, "_WAITS", (0.0, 0.0, 0.0))


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer(ANSWER) as running:
        yield running


@pytest.fixture
def told(desk: Desk, git: Git) -> Desk:
    """A repository whose last commit says something."""
    (desk.root / "limits.py").write_text("RATE = 5\n")
    git("add", "limits.py")
    git("commit", "-q", "-m", MESSAGE)
    return desk


def extract(desk: Desk, server: ModelServer, *words: str, key: str = "") -> Ran:
    base = f"{server.url}/v1"
    return desk("extract", "--llm", *words, KN_LLM_MODEL="small", KN_LLM_BASE=base, KN_LLM_KEY=key)


def log_of(desk: Desk, *said: tuple[str, str]) -> Path:
    """A session log, as Claude Code writes it."""
    records = [
        {"type": role, "sessionId": "fd04", "cwd": str(desk.root), "uuid": str(n), "parentUuid":
         str(n - 1) if n else None, "timestamp": f"2026-05-18T10:0{n}:00Z", "version": "2.1.0",
         "message": {"role": role, "content": text}}
        for n, (role, text) in enumerate(said)
    ]  # fmt: skip
    path = desk.root.parent / "fd04.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def test_what_a_model_found_in_a_commit_waits_in_the_inbox(told: Desk, server: ModelServer) -> None:
    ran = extract(told, server, "--commit", "HEAD")

    assert ran.code == 0, ran.err
    assert "decision: Use a leaky bucket for rate limiting." in ran.out
    assert "openai/small at 127.0.0.1 would get about" in ran.err
    assert "1 request, 10 tokens sent, 5 received, price unknown" in ran.err
    assert "1 of the model's proposals dropped: quote not found" in ran.err
    (waiting,) = told.ok("inbox", "list", "--json").json["candidates"]
    assert waiting["statement"] == FOUND["statement"]
    assert waiting["scope"] == {"paths": ["limits.py"], "tags": ["rate-limiting"]}
    assert waiting["evidence"][0]["quote"] in MESSAGE


def test_the_same_is_not_proposed_twice(told: Desk, server: ModelServer) -> None:
    extract(told, server, "--commit", "HEAD")
    again = extract(told, server, "--range", "HEAD~1..HEAD", "--json")
    assert again.json["candidates"] == []
    assert again.json["skipped"] == 1


def test_json_says_what_was_spent_and_dry_run_keeps_nothing(
    told: Desk, server: ModelServer
) -> None:
    ran = extract(told, server, "--commit", "HEAD", "--json", "--dry-run")
    assert ran.json["format"] == 1
    assert ran.json["candidates"][0]["extractor"] == "model:openai/small"
    assert ran.json["model"] == {
        "name": "openai/small", "requests": 1, "input_tokens": 10, "output_tokens": 5,
        "cost": None, "dropped": {"quote not found": 1}, "stopped": "",
    }  # fmt: skip
    assert told.ok("inbox", "list", "--json").json["candidates"] == []


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("429x*", "takes no more requests now"),
        ("500x*", "failed"),
        ("malformedx*", "failed"),
        ("cutx*", "failed"),
        ("hang:9x*", "did not answer in time"),
        ("401", "does not accept the key"),
    ],
)
def test_a_failing_server_ends_in_a_message(
    fault: str, says: str, told: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ask_model, "REQUEST_SECONDS", 0.1)
    monkeypatch.setattr(ask_model, "_WAIT_MOST", 0.5)  # after a 429 the server asks for a second
    with ModelServer({**ANSWER, "faults": [fault]}) as server:
        ran = extract(told, server, "--commit", "HEAD")
    assert ran.code == 2
    assert says in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("fault", ["500", "malformed", "cut", "slow:0.1", "hang:9", "400"])
def test_a_server_that_fails_once_gives_its_answer_in_the_end(
    fault: str, told: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ask_model, "REQUEST_SECONDS", 0.5)
    with ModelServer({**ANSWER, "faults": [fault]}) as server:
        ran = extract(told, server, "--commit", "HEAD", "--json")
    assert len(ran.json["candidates"]) == 1


def test_a_partial_result_is_kept_and_says_so(told: Desk) -> None:
    filling = "\n".join(f"line {n} of a long build log" for n in range(900))
    log = log_of(told, ("user", MESSAGE), ("assistant", filling), ("user", "Thanks."))
    with ModelServer({**ANSWER, "faults": ["ok", "401x*"]}) as server:
        ran = extract_session(told, server, log)
    assert ran.code == 2
    assert "incomplete: part 2 of" in ran.err
    assert len(told.ok("inbox", "list", "--json").json["candidates"]) == 1


def extract_session(desk: Desk, server: ModelServer, log: Path, *words: str) -> Ran:
    return extract(desk, server, "--session", str(log), *words)


def test_of_a_session_words_are_sent_but_not_what_tools_answered(
    told: Desk, server: ModelServer
) -> None:
    log = log_of(told, ("user", "How do we limit requests?"), ("assistant", MESSAGE))
    with log.open("a") as out:
        result = [{"type": "tool_result", "tool_use_id": "t", "content": "PRIVATE BUILD LOG"}]
        record = {"type": "user", "sessionId": "fd04", "uuid": "9", "parentUuid": "1",
                  "message": {"role": "user", "content": result}}  # fmt: skip
        out.write(json.dumps(record) + "\n")

    ran = extract_session(told, server, log, "--json")

    evidence = ran.json["candidates"][0]["evidence"][0]
    assert evidence["session"] == "claude:fd04"
    assert evidence["source_tokens"] > 30
    assert server.saw("How do we limit requests?")
    assert not server.saw("PRIVATE BUILD LOG")


def test_secrets_stay_here(
    told: Desk, server: ModelServer, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = "ghp_" + "Ab1" * 12
    key, own = "kn-key-" + "of-the-user", "correct horse " + "battery"
    monkeypatch.setenv("BUILD_PASSWORD", own)
    said = f"Use {token}, {key} and {own}."
    git("commit", "-q", "--allow-empty", "-m", f"{MESSAGE}\n\n{said}")
    extract(told, server, "--commit", "HEAD", key=key)
    assert server.saw("[redacted:")
    assert [secret for secret in (token, key, own) if server.saw(secret)] == []


def test_above_the_limit_nothing_is_sent(told: Desk, server: ModelServer) -> None:
    ran = extract(told, server, "--commit", "HEAD", "--max-tokens-total", "1000")
    assert ran.code == 2
    assert "The limit is 1,000 tokens" in ran.err
    assert server.requests == []


@pytest.mark.parametrize("yes", [True, False])
def test_on_a_terminal_it_asks_first(
    yes: bool, told: Desk, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extract_by_model, "can_ask", lambda: True)
    words = ("extract", "--llm", "small", "--commit", "HEAD")
    base = f"{server.url}/v1"
    ran = told(*words, given="y\n" if yes else "n\n", KN_LLM_BASE=base)
    assert ran.code == 0
    assert len(server.requests) == yes
    assert "Send it?" in ran.err
    assert ("nothing was sent" in ran.err) != yes
    assert "Send it?" not in told(*words, "--yes", KN_LLM_BASE=base).err


def test_what_to_read_must_be_named(told: Desk, server: ModelServer) -> None:
    ran = extract(told, server)
    assert ran.code == 2
    assert "--commit, --range or --session" in ran.err
    assert server.requests == []


def test_limits_without_a_model_are_a_mistake(told: Desk) -> None:
    assert told("extract", "--commit", "HEAD", "--yes").code == 2


def test_reverts_and_bumps_are_not_worth_a_request(
    told: Desk, server: ModelServer, git: Git
) -> None:
    git("revert", "--no-edit", "HEAD")
    git("commit", "-q", "--allow-empty", "-m", "Bump requests from 2.1 to 2.2")
    ran = extract(told, server, "--range", "HEAD~2..HEAD", "--json")
    assert ran.json["candidates"] == []
    assert ran.json["read"] == 2
    assert server.requests == []


def test_a_hook_never_asks_a_model(told: Desk, server: ModelServer, git: Git) -> None:
    """litellm would end the process if anything imported it."""
    trap = told.root.parent / "trap"
    (trap / "litellm").mkdir(parents=True)
    (trap / "litellm" / "__init__.py").write_text("import os\nos._exit(66)\n")
    git("config", "kn.initialized", "true")
    environment = {
        "KN_LLM_MODEL": "openai/small", "KN_LLM_BASE": f"{server.url}/v1",
        "PYTHONPATH": f"{os.environ['PYTHONPATH']}:{trap}",
    }  # fmt: skip

    def run(*words: str) -> int:
        return subprocess.run(
            [sys.executable, "-m", "kn", *words], cwd=told.root,
            env={**os.environ, **environment}, capture_output=True, check=False,
        ).returncode  # fmt: skip

    assert run("hook", "post-commit") == 0
    git("commit", "-q", "--allow-empty", "-m", f"Again\n\n{MESSAGE}")
    assert run("hook", "post-commit") == 0
    assert run("extract") == 0
    assert server.requests == []
    assert run("extract", "--llm", "--commit", "HEAD") == 66, "else this test could not fail"
