"""What asking a model would cost, before anything is sent, and what it has cost."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kn.adapters import tokens
from kn.adapters.llm import Endpoint
from kn.adapters.prices import Price, find_price
from kn.core.prompt import SETTLED_MOST, Part, Passage, ask_about, cut_into_parts
from kn.core.redact import Redactor
from kn.core.schema import Schema
from kn.errors import KnError

ANSWER_MOST = 4_000
"""Tokens of an answer; a guess: twenty candidates take half of it, and some models think aloud."""
ANSWER_ABOUT = 600
PART_MOST, PART_UNKNOWN = 16_000, 6_000
"""Tokens of a part: of a model with a known window, and of one that nobody knows, as a small server
at home; guesses."""
MARGIN = 1.3
"""Other tokenizers than cl100k count up to this many times as much; a guess above the 1.11 that was
measured for an older one."""
DEFAULT_COST, DEFAULT_TOKENS = 0.50, 200_000
TOTAL_SECONDS = 900.0
"""A guess."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be spent; None where the user said nothing."""

    cost: float | None = None
    """Dollars."""
    tokens: int | None = None
    """Sent and received, together."""
    seconds: float = TOTAL_SECONDS


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be sent, where, and what it would cost."""

    endpoint: Endpoint
    parts: tuple[Part, ...]
    input_tokens: int
    tokens_most: int
    price: Price | None
    """None when nobody knows it, as for a server of one's own."""
    limits: Limits
    """Those in force: a limit of money where there is a price, of tokens where there is none."""

    @property
    def cost_about(self) -> float | None:
        if self.price is None:
            return None
        return self.price.cost(self.input_tokens, ANSWER_ABOUT * len(self.parts))

    @property
    def cost_most(self) -> float | None:
        """More is not spent, unless answers have to be asked for again."""
        if self.price is None:
            return None
        return self.price.cost(int(self.input_tokens * MARGIN), ANSWER_MOST * len(self.parts))

    def text(self) -> str:
        """One sentence for people, to be shown before anything is sent."""
        requests = "1 request" if len(self.parts) == 1 else f"{len(self.parts)} requests"
        redacted = sum(part.redacted for part in self.parts)
        less = f", {redacted} secrets taken out" if redacted else ""
        if self.price is None:
            money = f"price unknown, at most {self.tokens_most:,} tokens"
        else:
            money = f"about ${self.cost_about:.3f}, at most ${self.cost_most:.3f}"
        return (
            f"{self.endpoint.title} would get about "
            f"{self.input_tokens:,} tokens in {requests}{less} ({money})."
        )


@dataclass(slots=True)
class Spent:
    """What has been spent so far."""

    price: Price | None = None
    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0

    @property
    def cost(self) -> float | None:
        if self.price is None:
            return None
        return self.price.cost(self.input_tokens, self.output_tokens)

    def text(self) -> str:
        """One phrase for people, to be shown afterwards."""
        requests = "1 request" if self.requests == 1 else f"{self.requests} requests"
        money = "price unknown" if self.cost is None else f"about ${self.cost:.3f}"
        return (
            f"{requests}, {self.input_tokens:,} tokens sent, "
            f"{self.output_tokens:,} received, {money}"
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "requests": self.requests,
            "input_tokens": self.input_tokens,
            "output_tokens": self.output_tokens,
            "cost": None if self.cost is None else round(self.cost, 6),
        }


def plan_questions(
    passages: Sequence[Passage],
    endpoint: Endpoint,
    *,
    schema: Schema,
    redactor: Redactor,
    limits: Limits,
) -> Plan:
    """Redact, cut and count; nothing is sent.

    Raises:
        KnError: It would cost more than the limits allow, or a limit of money cannot be held.
    """
    price = None if endpoint.base else find_price(endpoint.model)
    window = price.window if price else 0
    most = min(PART_MOST, max(1_000, window - 2 * ANSWER_MOST)) if window else PART_UNKNOWN
    parts = cut_into_parts(passages, redactor=redactor, count=tokens.count, most=most)
    asked = [tokens.count(ask_about(p, schema=schema, nonce="0a1b2c3d").text()) for p in parts]
    repeated = max(0, len(parts) - 1) * SETTLED_MOST * 45  # tokens of a statement with its kind
    total = sum(asked) + repeated
    plan = Plan(
        endpoint, tuple(parts), total, int(total * MARGIN) + ANSWER_MOST * len(parts), price,
        _in_force(limits, price),
    )  # fmt: skip
    _check(plan)
    return plan


def _in_force(limits: Limits, price: Price | None) -> Limits:
    if price is None and limits.cost is not None:
        raise KnError(
            "Nobody knows what this model costs, so --max-cost cannot be kept.",
            hint="Limit it by --max-tokens-total.",
        )
    unlimited = limits.cost is None and limits.tokens is None
    return Limits(
        DEFAULT_COST if unlimited and price else limits.cost,
        DEFAULT_TOKENS if unlimited and not price else limits.tokens,
        limits.seconds,
    )


def _check(plan: Plan) -> None:
    limits, most = plan.limits, plan.cost_most
    if limits.cost is not None and most is not None and most > limits.cost:
        raise KnError(
            f"{plan.text()} The limit is ${limits.cost:g}.",
            hint="Read less at a time, or allow more with --max-cost.",
        )
    if limits.tokens is not None and plan.tokens_most > limits.tokens:
        raise KnError(
            f"{plan.text()} The limit is {limits.tokens:,} tokens.",
            hint="Read less at a time, or allow more with --max-tokens-total.",
        )


def make_nonce() -> str:
    """Letters for a fence that no text written before can know."""
    return secrets.token_hex(4)
