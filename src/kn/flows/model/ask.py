"""Asking a model about passages, part by part, within the limits of a plan."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from kn.adapters import tokens
from kn.adapters.llm import Model, Reply, Unavailable
from kn.core.candidate import Candidate
from kn.core.prompt import (
    SETTLED_MOST,
    Answer,
    BadAnswer,
    Part,
    Question,
    ask_about,
    read_answer,
    settle,
)
from kn.core.schema import Schema
from kn.errors import KnError
from kn.flows.model.plan import ANSWER_MOST, MARGIN, Plan, Spent, make_nonce

REQUEST_SECONDS = 120.0
_WAITS = (1.0, 4.0, 15.0)
"""Seconds before the second, third and fourth try; a server that asks for up to a minute gets it.
Guesses."""
_WAIT_MOST = 60.0


@dataclass(frozen=True, slots=True)
class Findings:
    """What came of asking."""

    candidates: tuple[Candidate, ...]
    spent: Spent
    dropped: Mapping[str, int] = field(default_factory=dict)
    """Reason -> proposals of the model that were not believed."""
    stopped: str = ""
    """Why not every part was read; empty when all were."""
    interrupted: bool = False


def ask_parts(
    plan: Plan,
    model: Model,
    *,
    schema: Schema,
    tell: Callable[[str], None] = lambda said: None,
    wait: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Findings:
    """Ask about each part in turn; what was found before something fails is kept.

    Args:
        plan: Of `plan_questions`.
        model: Whom to ask.
        schema: The kinds.
        tell: Gets a word on each part before it is asked about.
        wait: Sleeps.
        clock: Seconds that never go back.

    Raises:
        KnError: No part could be read at all.
    """
    asking = _Asking(plan, model, schema, wait, clock)
    stopped, interrupted = "", False
    for part in plan.parts:
        if part.of > 1:
            tell(f"part {part.number} of {part.of}")
        try:
            asking.read(part)
        except KeyboardInterrupt:
            if not asking.found:
                raise
            stopped, interrupted = f"stopped before part {part.number} of {part.of} was read", True
            break
        except KnError as error:
            if not asking.parts_read:
                said = f" So far: {asking.spent.text()}." if asking.spent.requests else ""
                raise KnError(f"{error}{said}", hint=error.hint) from error
            stopped = f"part {part.number} of {part.of} was not read: {error}"
            break
    if not stopped and asking.unreadable:
        stopped = f"{asking.unreadable} of {len(plan.parts)} parts had no readable answer"
    if plan.parts and not asking.parts_read:
        raise KnError(
            f"{plan.endpoint.model} did not answer in the form that it was asked for. "
            f"So far: {asking.spent.text()}.",
            hint="A larger model may keep to the form.",
        )
    return Findings(tuple(asking.found), asking.spent, dict(asking.dropped), stopped, interrupted)


class _Asking:
    """One reading of all parts: what was found and spent so far."""

    def __init__(
        self,
        plan: Plan,
        model: Model,
        schema: Schema,
        wait: Callable[[float], None],
        clock: Callable[[], float],
    ) -> None:
        self._plan, self._model, self._schema = plan, model, schema
        self._wait, self._clock = wait, clock
        self._deadline = clock() + plan.limits.seconds
        self.found: list[Candidate] = []
        self.spent = Spent(plan.price)
        self.dropped: Counter[str] = Counter()
        self.parts_read = self.unreadable = 0

    def read(self, part: Part) -> None:
        shown = self.found[-SETTLED_MOST:]
        question = ask_about(part, schema=self._schema, nonce=make_nonce(), settled=shown)
        answer = self._answer(part, question)
        if answer is None:
            self.unreadable += 1
            return
        self.parts_read += 1
        self.dropped.update(answer.dropped)
        self.found = settle(self.found, answer.proposals, shown=shown)

    def _answer(self, part: Part, question: Question) -> Answer | None:
        """What a part gives; asked again once when the answer cannot be read, then None."""
        extractor = f"model:{self._plan.endpoint.model}"
        for _ in range(2):
            reply = self._reply(question)
            try:
                return read_answer(reply.text, part, schema=self._schema, extractor=extractor)
            except BadAnswer as bad:
                question = question.again(reply.text, str(bad) if reply.whole else "it was cut off")
        return None

    def _reply(self, question: Question) -> Reply:
        """Ask until there is a reply, within the limits."""
        size = tokens.count(question.text())
        for number, pause in enumerate((*_WAITS, 0.0)):
            left = self._deadline - self._clock()
            if left <= 0:
                raise KnError(f"the time of {self._plan.limits.seconds:.0f} s is over.")
            self._check_limits(size)
            self.spent.requests += 1
            try:
                reply = self._model.ask(
                    question, most=ANSWER_MOST, timeout=min(REQUEST_SECONDS, left)
                )
            except Unavailable as error:
                if error.billed:
                    self.spent.input_tokens += size
                pause = max(pause, error.after)
                if number == len(_WAITS) or pause > min(_WAIT_MOST, left):
                    raise
                self._wait(pause)
            else:
                self.spent.input_tokens += reply.input_tokens or size
                self.spent.output_tokens += reply.output_tokens or tokens.count(reply.text)
                return reply
        raise AssertionError("the last try returns or raises")

    def _check_limits(self, size: int) -> None:
        """Refuse a request that might lead over a limit."""
        limits, spent = self._plan.limits, self.spent
        paid, got = spent.input_tokens + int(size * MARGIN), spent.output_tokens + ANSWER_MOST
        over_cost = (
            limits.cost is not None and spent.price and spent.price.cost(paid, got) > limits.cost
        )
        if over_cost or (limits.tokens is not None and paid + got > limits.tokens):
            raise KnError("one more request might lead over the limit.", hint=_LIMIT_HINT)


_LIMIT_HINT = "Allow more with --max-cost or --max-tokens-total."
