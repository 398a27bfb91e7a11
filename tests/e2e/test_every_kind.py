"""Every kind where it is needed: forty tasks over one made repository, asked as people ask."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.conftest import Git, Kn

from kn.core.model import Item
from kn.flows import record
from kn.flows.context import build_context
from kn.flows.knowledge import Knowledge, open_knowledge
from kn.flows.serving.values import Asked

GATEWAY, BILLING, WEB = "src/gateway/**", "src/billing/**", "web/**"

ITEMS: dict[str, tuple[str, dict[str, object]]] = {
    "bucket": ("decision", {"statement": "Use a leaky bucket for rate limiting at the API gateway.",
        "because": "Token-bucket bursts overran the payment API.",
        "rejected": [{"option": "token bucket", "because": "allows bursts"}],
        "scope": {"paths": [GATEWAY], "tags": ["rate-limiting"]}}),
    "postgres": ("decision", {"statement": "Keep orders in PostgreSQL, one schema a tenant.",
        "because": "Reports join across orders, and one tenant must be movable.",
        "rejected": [{"option": "DynamoDB", "because": "no joins"}],
        "scope": {"tags": ["database"]}}),
    "jwt": ("decision", {"statement": "Sign service tokens with Ed25519, valid for five minutes.",
        "because": "Revocation lists never kept up.", "scope": {"paths": ["src/auth/**"]}}),
    "react": ("decision", {
        "statement": "Render the checkout on the server, without a client router.",
        "because": "Half of the buyers have slow phones.", "scope": {"paths": [WEB]}}),
    "money": ("convention", {"statement": "Amounts of money are integers in cents, never floats.",
        "scope": {"paths": [BILLING, WEB]}}),
    "errors": ("convention", {"statement": "Gateway errors are RFC 9457 problem details.",
        "scope": {"paths": [GATEWAY]}}),
    "migrate": ("convention", {
        "statement": "Schema migrations only expand; a later release contracts.",
        "scope": {"paths": ["migrations/**"], "tags": ["database"]}}),
    "snake": ("convention", {"statement": "JSON fields are snake_case.",
        "scope": {"tags": ["api"]}}),
    "redis": ("gotcha", {"statement": "Redis EXPIRE takes whole seconds only.",
        "instead": "Use PEXPIRE for shorter limits.", "scope": {"paths": [GATEWAY]}}),
    "tz": ("gotcha", {"statement": "The invoice PDF library ignores the time zone of a date.",
        "instead": "Convert to the customer's zone before rendering.",
        "scope": {"paths": [BILLING]}}),
    "safari": ("gotcha", {"statement": "Safari drops cookies of the payment frame.",
        "instead": "Pass the session in a header.", "scope": {"paths": [WEB]}}),
    "outage": ("incident", {"statement": "Checkout was down for 40 minutes on 3 May.",
        "on": "2026-05-03", "severity": "critical", "cause": "A migration locked the orders table.",
        "fix": "Lock timeout of two seconds on migrations.",
        "scope": {"paths": ["migrations/**"]}}),
    "double": ("incident", {"statement": "Customers were charged twice in March.",
        "on": "2026-03-12", "severity": "high", "cause": "Retries without an idempotency key.",
        "fix": "Every charge carries a key.", "scope": {"paths": [BILLING]}}),
    "alice": ("owner", {"statement": "Billing and invoices belong to the payments team.",
        "who": ["@alice", "@payments"], "expertise": ["tax", "refunds"],
        "scope": {"paths": [BILLING]}}),
    "bo": ("owner", {"statement": "The gateway and its limits belong to the edge team.",
        "who": ["@bo"], "expertise": ["rate limiting", "TLS"], "scope": {"paths": [GATEWAY]}}),
    "limit": ("fact", {"statement": "The payment provider accepts 50 requests a second.",
        "scope": {"paths": [BILLING, GATEWAY]}}),
    "retention": ("fact", {"statement": "Invoices must be kept for ten years by law.",
        "scope": {"paths": [BILLING]}}),
    "traffic": ("fact", {"statement": "Traffic triples on the last Friday of November.",
        "scope": {"tags": ["capacity"]}}),
}  # fmt: skip

TASKS: list[tuple[str, tuple[str, ...], str]] = [
    ("add rate limiting to the API gateway", (), "bucket"),
    ("should we use a token bucket?", (), "bucket"),
    ("why not DynamoDB for orders", (), "postgres"),
    ("move one tenant to its own database", (), "postgres"),
    ("which database do we use for orders", (), "postgres"),
    ("rotate the signing keys of service tokens", (), "jwt"),
    ("shorten how long tokens are valid", (), "jwt"),
    ("add a client router to the checkout", (), "react"),
    ("server rendering of the checkout page", (), "react"),
    ("compute the discount on an amount of money", (), "money"),
    ("store prices as floats", (), "money"),
    ("what do gateway errors look like", (), "errors"),
    ("return an error from the gateway middleware", (), "errors"),
    ("write a schema migration that drops a column", (), "migrate"),
    ("name a new JSON field", (), "snake"),
    ("expire keys in Redis after 200 milliseconds", (), "redis"),
    ("Redis EXPIRE", (), "redis"),
    ("the date in the invoice PDF is off by one day", (), "tz"),
    ("time zone of invoices", (), "tz"),
    ("login is lost in Safari during payment", (), "safari"),
    ("cookies of the payment frame", (), "safari"),
    ("what broke the checkout last time?", (), "outage"),
    ("can a migration lock the orders table", (), "outage"),
    ("customers charged twice", (), "double"),
    ("do charges need an idempotency key", (), "double"),
    ("who knows billing?", (), "alice"),
    ("whom do I ask about refunds and tax", (), "alice"),
    ("who owns the gateway", (), "bo"),
    ("who can review a TLS change", (), "bo"),
    ("how many requests does the payment provider accept", (), "limit"),
    ("may we delete invoices after five years", (), "retention"),
    ("plan capacity for November traffic", (), "traffic"),
    ("", ("src/gateway/limits.py",), "errors"),
    ("", ("src/gateway/limits.py",), "redis"),
    ("", ("src/billing/charge.py",), "money"),
    ("", ("src/billing/charge.py",), "double"),
    ("", ("src/billing/charge.py",), "alice"),
    ("", ("migrations/0042_orders.sql",), "migrate"),
    ("", ("migrations/0042_orders.sql",), "outage"),
    ("", ("web/checkout.ts",), "safari"),
    ("tidy up imports", ("web/checkout.ts",), "react"),
    ("fix a typo", ("src/auth/token.py",), "jwt"),
]
NOTHING = ["translate the landing page into Welsh", "upgrade the Kubernetes ingress", "xyzzy"]


@pytest.fixture
def ask(knowledge_repo: Path, git: Git, kn: Kn) -> Callable[[str, tuple[str, ...]], list[str]]:
    """Ask for a context; the short names of the items that are served, best first."""
    knowledge = open_knowledge(knowledge_repo, os.environ)
    names = {}
    for name, (kind, fields) in ITEMS.items():
        item: Item = record.draft_item(knowledge, kind, fields)
        record.add_item(knowledge, item)
        names[item.id] = name
    git("add", "-A")
    git("commit", "-q", "-m", "Knowledge")
    reopened: Knowledge = open_knowledge(knowledge_repo, os.environ)

    def asked(task: str, files: tuple[str, ...]) -> list[str]:
        built = build_context(reopened, Asked(task, files))
        return [names[i.id] for i in built.context.items]

    return asked


def test_forty_tasks_each_get_the_item_they_need(
    ask: Callable[[str, tuple[str, ...]], list[str]],
) -> None:
    missed = [(t, f, want) for t, f, want in TASKS if want not in ask(t, f)[:6]]

    assert len(TASKS) >= 40
    assert {ITEMS[want][0] for _, _, want in TASKS} == {
        "decision", "convention", "gotcha", "incident", "owner", "fact"
    }  # fmt: skip
    assert missed == []


def test_most_tasks_get_it_first(ask: Callable[[str, tuple[str, ...]], list[str]]) -> None:
    spoken = [(t, f, want) for t, f, want in TASKS if t and not f]
    first = sum(ask(t, f)[:1] == [want] for t, f, want in spoken)

    assert first / len(spoken) >= 0.9


def test_a_task_that_nothing_applies_to_gets_nothing(
    ask: Callable[[str, tuple[str, ...]], list[str]],
) -> None:
    assert {task: ask(task, ()) for task in NOTHING} == {task: [] for task in NOTHING}
