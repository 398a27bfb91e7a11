"""Asking a model part by part: limits, patience, and what is kept when something fails."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from kn.adapters.llm import Endpoint, Refused, Reply, Unavailable
from kn.adapters.prices import Price
from kn.core.model import Evidence
from kn.core.prompt import Passage, Question
from kn.core.redact import Redactor
from kn.core.schema import default_schema
from kn.errors import KnError
from kn.flows.model import plan as planning
from kn.flows.model.ask import Findings, ask_parts
from kn.flows.model.plan import ANSWER_MOST, Limits, Plan, plan_questions

SCHEMA = default_schema()
SERVER = Endpoint("openai/small", "http://127.0.0.1:1/v1")
USUAL = Limits()
TOPICS = ("queue", "cache", "gateway")


class Scripted:
    """A model that says what it was told to say, in order; an exception is raised."""

    def __init__(self, *script: str | Exception | KeyboardInterrupt) -> None:
        self.script = list(script)
        self.asked: list[Question] = []
        self.timeouts: list[float] = []

    def ask(self, question: Question, *, most: int, timeout: float) -> Reply:
        self.asked.append(question)
        self.timeouts.append(timeout)
        step = self.script.pop(0)
        if isinstance(step, str):
            return Reply(step, 100, 20)
        raise step


class Clock:
    """Time that passes only by waiting."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waits: list[float] = []

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


def quote(topic: str) -> str:
    return f"We use a {topic} between the parts of the payment service."


def answer(*topics: str, **more: Any) -> str:
    found = [
        {"kind": "decision", "statement": f"Use a {t} in the payment service.", "because": "",
         "rejected": [], "quote": quote(t), "paths": [], "tags": [], "more": [], "replaces": 0,
         **more}
        for t in topics
    ]  # fmt: skip
    return json.dumps({"candidates": found})


def plan(*topics: str, limits: Limits = USUAL, endpoint: Endpoint = SERVER) -> Plan:
    """One part a topic: the filling is too long for two."""
    filling = "\n".join(f"line {n} says nothing" for n in range(700))
    passages = [
        Passage("user", f"{quote(t)}\n{filling}", Evidence(session="claude:1")) for t in topics
    ]
    return plan_questions(
        passages, endpoint, schema=SCHEMA, redactor=Redactor(), limits=limits
    )  # fmt: skip


def ask(
    model: Scripted,
    *topics: str,
    limits: Limits = USUAL,
    clock: Clock | None = None,
) -> Findings:
    clock = clock or Clock()
    planned = plan(*(topics or TOPICS), limits=limits)
    assert len(planned.parts) == len(topics or TOPICS)
    return ask_parts(planned, model, schema=SCHEMA, wait=clock.wait, clock=clock)


def statements(findings: Findings) -> list[str]:
    return [c.statement.split()[2] for c in findings.candidates]


@pytest.fixture
def priced(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def set_price(paid: float, got: float, window: int = 0) -> None:
        price = Price(paid / 1e6, got / 1e6, "test", window)
        monkeypatch.setattr(planning, "find_price", lambda model: price)

    return set_price


# -- before anything is sent


def test_the_plan_says_where_what_goes_and_what_it_costs(priced: Callable[..., None]) -> None:
    priced(1, 10, 128_000)
    text = plan("queue", endpoint=Endpoint("acme/big")).text()
    assert "acme/big would get about" in text
    assert "1 request" in text
    assert "at most $0.0" in text


def test_a_plan_above_the_limit_is_refused_with_its_figure(priced: Callable[..., None]) -> None:
    priced(1_000, 10_000)
    with pytest.raises(KnError, match=r"at most \$4\d\.\d+.*The limit is \$0\.5") as raised:
        plan("queue", endpoint=Endpoint("acme/big"))
    assert "--max-cost" in str(raised.value.hint)
    assert plan("queue", endpoint=Endpoint("acme/big"), limits=Limits(cost=100)).parts


def test_without_a_price_tokens_are_limited_and_it_says_so() -> None:
    assert "price unknown, at most" in plan("queue").text()
    with pytest.raises(KnError, match="The limit is 9,000 tokens") as raised:
        plan("queue", limits=Limits(tokens=9_000))
    assert "--max-tokens-total" in str(raised.value.hint)
    with pytest.raises(KnError, match="The limit is 200,000 tokens"):
        plan(*TOPICS * 10)


def test_a_limit_of_money_that_cannot_be_kept_is_refused() -> None:
    with pytest.raises(KnError, match="--max-cost cannot be kept"):
        plan("queue", limits=Limits(cost=0.10))


def test_an_address_of_ones_own_has_no_price(priced: Callable[..., None]) -> None:
    priced(1, 1)
    assert plan("queue").price is None


def test_parts_fit_the_window_of_the_model(priced: Callable[..., None]) -> None:
    priced(0, 0, 10_000)
    parts = plan("queue", endpoint=Endpoint("acme/small")).parts
    assert len(parts) > 1
    assert all(part.tokens + ANSWER_MOST < 10_000 for part in parts)


# -- asking


def test_every_part_is_asked_about_once_and_the_findings_are_joined() -> None:
    model = Scripted(*map(answer, TOPICS))
    findings = ask(model)
    assert statements(findings) == list(TOPICS)
    assert findings.stopped == ""
    assert (findings.spent.requests, findings.spent.input_tokens) == (3, 300)
    assert "price unknown" in findings.spent.text()


def test_a_later_part_knows_what_is_settled_and_may_correct_it() -> None:
    model = Scripted(answer("queue"), answer("cache", replaces=1))
    (candidate,) = ask(model, "queue", "cache").candidates
    assert "1. decision: Use a queue" in model.asked[1].messages[1]["content"]
    assert candidate.statement == "Use a cache in the payment service."
    assert candidate.rejected[0].option == "Use a queue in the payment service"


def test_what_is_unavailable_is_tried_again_after_a_while() -> None:
    busy = Unavailable("busy", after=7.0)
    broken = Unavailable("broken", billed=True)
    clock = Clock()
    findings = ask(Scripted(busy, broken, answer("queue")), "queue", clock=clock)
    assert statements(findings) == ["queue"]
    assert clock.waits == [7.0, 4.0]
    assert findings.spent.requests == 3
    assert findings.spent.input_tokens > 3_000, "a broken answer may have been paid for"


@pytest.mark.parametrize(
    ("script", "requests"),
    [
        ([Unavailable("gone")] * 4, 4),
        ([Refused("no such model")], 1),
        ([Unavailable("come back later", after=3_600)], 1),
    ],
)
def test_when_nothing_was_read_it_is_an_error_that_says_what_was_spent(
    script: Sequence[Exception], requests: int
) -> None:
    model = Scripted(*script)
    with pytest.raises(KnError, match=f"{script[0]}.*So far: {requests} request"):
        ask(model, "queue")
    assert len(model.asked) == requests


@pytest.mark.parametrize(
    "script", [[Unavailable("gone")] * 4, [Refused("no credit")], [KeyboardInterrupt()]]
)
def test_what_was_found_before_a_failure_is_kept(
    script: Sequence[Exception | KeyboardInterrupt],
) -> None:
    findings = ask(Scripted(answer("queue"), *script))
    assert statements(findings) == ["queue"]
    assert "part 2 of 3" in findings.stopped
    assert findings.interrupted == isinstance(script[0], KeyboardInterrupt)


def test_an_interrupt_before_anything_was_found_is_an_interrupt() -> None:
    with pytest.raises(KeyboardInterrupt):
        ask(Scripted(KeyboardInterrupt()))


def test_an_unreadable_answer_is_asked_for_once_more() -> None:
    model = Scripted("I think we use a queue.", answer("queue"))
    assert statements(ask(model, "queue")) == ["queue"]
    assert "not JSON" in model.asked[1].messages[-1]["content"]


def test_a_part_without_a_readable_answer_is_counted_and_the_next_is_read() -> None:
    findings = ask(Scripted("no", "no", answer("cache")), "queue", "cache")
    assert statements(findings) == ["cache"]
    assert findings.stopped == "1 of 2 parts had no readable answer"


def test_a_model_that_never_keeps_to_the_form_is_an_error() -> None:
    with pytest.raises(KnError, match="did not answer in the form") as raised:
        ask(Scripted("no", "no", "no", "no"), "queue", "cache")
    assert "4 requests" in str(raised.value)


def test_the_time_of_all_requests_together_is_limited() -> None:
    clock = Clock()
    busy = Unavailable("busy", after=30)
    findings = ask(
        Scripted(answer("queue"), busy, answer("cache"), busy), limits=Limits(seconds=40),
        clock=clock,
    )  # fmt: skip
    assert statements(findings) == ["queue", "cache"]
    assert clock.waits == [30], "the second wait would not have fitted"
    assert "part 3 of 3 was not read: busy" in findings.stopped


def test_a_request_gets_no_more_time_than_is_left() -> None:
    clock = Clock()
    model = Scripted(Unavailable("busy", after=30), answer("queue"))
    ask(model, "queue", limits=Limits(seconds=40), clock=clock)
    assert model.timeouts == [40, 10]


def test_no_request_is_sent_that_might_lead_over_the_limit(priced: Callable[..., None]) -> None:
    most = plan("queue").tokens_most
    model = Scripted("no", answer("queue"))
    with pytest.raises(KnError, match="one more request might lead over the limit"):
        ask(model, "queue", limits=Limits(tokens=most + 50))
    assert len(model.asked) == 1

    priced(10, 10)
    planned = plan("queue", endpoint=Endpoint("acme/big"))
    assert planned.cost_most is not None
    limits = Limits(cost=planned.cost_most * 1.01)
    planned = plan("queue", endpoint=Endpoint("acme/big"), limits=limits)
    with pytest.raises(KnError, match=r"one more request.*about \$0\.00"):
        ask_parts(planned, Scripted("no", answer("queue")), schema=SCHEMA)


def test_dropped_proposals_are_counted_over_all_parts() -> None:
    findings = ask(Scripted(answer("queue", quote="never said by anybody"), answer("ghost")),
                   "queue", "cache")  # fmt: skip
    assert findings.candidates == ()
    assert findings.dropped == {"quote not found": 2}
