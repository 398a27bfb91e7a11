"""Two hundred planted secrets: none can be read in the inbox, items, index, log or a request."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path

import pytest
from tests.conftest import Git, Kn
from tests.core.planted import ENCODINGS, KNOWN, readable

from kn.adapters.git import Commit
from kn.adapters.tokens import count
from kn.core.prompt import ask_about, cut_into_parts
from kn.errors import KnError
from kn.flows.capture import commits as capture
from kn.flows.capture import triage
from kn.flows.capture.keep import keep_candidates
from kn.flows.context import build_context
from kn.flows.knowledge import Knowledge, open_knowledge
from kn.flows.model.extract import commit_passages
from kn.flows.redaction import make_redactor
from kn.flows.serving.values import Asked

TYPES = list(KNOWN)[:20]
OWN = {"BILLING_API_TOKEN": "quiet-harbour-lantern-77", "DEPLOY_PASSWORD": "Vk3!rmmT-oplx"}


def _secrets(number: int) -> list[tuple[str, str, str]]:
    """Type, value and text: every type in every encoding in turn."""
    chance = random.Random(3)
    found = []
    for at in range(number):
        name = TYPES[at % len(TYPES)]
        value = KNOWN[name](chance)
        encode = list(ENCODINGS.values())[(at // len(TYPES)) % len(ENCODINGS)]
        found.append((name, value, encode(value)))
    found += [(name, value, ENCODINGS["plain"](value)) for name, value in OWN.items()]
    return found


def _message(number: int, text: str) -> str:
    return (
        f"Change part {number}\n\nWe decided to keep exporter {number} in one process instead of "
        f"two, because {text}\n\nConstraint: exporter {number} said {text}\n"
    )


@pytest.fixture
def knowledge(knowledge_repo: Path, monkeypatch: pytest.MonkeyPatch) -> Knowledge:
    for name, value in OWN.items():
        monkeypatch.setenv(name, value)
    return open_knowledge(knowledge_repo, os.environ)


@pytest.mark.parametrize("number", [40, pytest.param(200, marks=pytest.mark.slow)])
def test_no_sink_holds_a_planted_secret(
    knowledge: Knowledge, git: Git, kn: Kn, number: int
) -> None:
    planted = _secrets(number)
    head = git("rev-parse", "HEAD")
    commits = [Commit(head, (), _message(n, text)) for n, (_, _, text) in enumerate(planted)]

    captured = capture.extract_commits(knowledge, commits)
    printed = json.dumps(captured.to_json(), ensure_ascii=False)
    keep_candidates(knowledge, captured)
    for pending in triage.list_waiting(knowledge).pending:
        try:
            triage.accept(knowledge, pending)
        except KnError as error:  # what still looks like a secret is refused, and not printed
            printed += str(error)
    build_context(open_knowledge(knowledge.top, os.environ), Asked("exporter"))
    parts = cut_into_parts(
        commit_passages(knowledge, commits), count=count, most=4_000,
        redactor=make_redactor(knowledge, os.environ),
    )  # fmt: skip
    asked = [ask_about(p, schema=knowledge.schema, nonce="1" * 12, settled=()) for p in parts]

    assert len(captured.candidates) >= number
    stored = [p for f in (".git/kn", ".knowledge") for p in (knowledge.top / f).rglob("*")]
    sinks = {p.name: p.read_bytes().decode("latin-1") for p in stored if p.is_file()}
    sinks |= {"printed": printed, "request": str(asked)}
    leaks = [
        (name, sink) for name, value, _ in planted for sink, text in sinks.items()
        if readable(value, text)
    ]  # fmt: skip
    assert leaks == []


def test_an_item_with_a_secret_is_refused_and_one_by_hand_is_found(
    knowledge: Knowledge, kn: Kn
) -> None:
    token = KNOWN["github classic"](random.Random(5))

    refused = kn("add", "fact", f"The deploy token is {token}.", check=False)
    path = kn("add", "fact", "The deploy token lies in the vault.").stdout.split("\n")[0]
    file = knowledge.top / path
    file.write_text(file.read_text("utf-8").replace("in the vault", token), "utf-8")
    checked = kn("check", check=False)

    assert refused.returncode == 2
    assert token not in refused.stderr
    assert checked.returncode == 1
    assert "KN040" in checked.stdout
    assert token not in checked.stdout


def test_the_words_of_a_branch_are_kept_and_reviewed_without_its_secrets(
    knowledge_repo: Path, git: Git, kn: Kn
) -> None:
    secret = "ghp_" + "0123456789abcdefABCDEF0123456789abcd"
    kn("add", "decision", "Use a leaky bucket.", "--because", "Bursts.", "--path", "src/**",
       "--rejected", "token bucket: it bursts")  # fmt: skip
    git("add", "-A")
    git("commit", "-q", "-m", "Items")
    git("checkout", "-q", "-b", "limits")
    (knowledge_repo / "src").mkdir(exist_ok=True)
    (knowledge_repo / "src/limits.py").write_text(f"limiter = TokenBucket(key='{secret}')\n")
    git("add", "-A")
    git("commit", "-q", "-m", f"limits: a token bucket with {secret}")

    printed = kn("context").stdout + kn("context", "bucket", "--json").stdout
    forms = ("text", "markdown", "github", "sarif", "gitlab", "json")
    reviews = [kn("review", "--full", "--format", f, check=False).stdout for f in forms]

    assert all("oken" in r and "redacted" in r for r in reviews), "the line is shown, without it"
    assert secret not in printed + "".join(reviews)
    kept = [p for p in (knowledge_repo / ".git/kn").rglob("*") if p.is_file()]
    assert {"told", "files"} <= {p.name for p in kept}
    assert [p.name for p in kept if secret.encode() in p.read_bytes()] == []
