"""Cutting a ranked list of items to a token budget."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

FULL_FIRST = 2
"""So many of the best items are served in their compact form, with reason and rejected options;
what follows comes in the one-line form, and what is left over turns lines into compact forms.
Measured by `benchmarks/ranking.py`: flat from 0 to 3, recall within 500 tokens is 0.02 lower with
all items compact."""


class Cost(NamedTuple):
    """What an item takes in each of its forms, in tokens."""

    compact: int
    line: int


class Packed(NamedTuple):
    """For each item that is served, whether it comes in its compact form; and the tokens spent."""

    forms: tuple[bool, ...]
    spent: int


def pack(costs: Sequence[Cost], budget: int, *, full: int = FULL_FIRST) -> Packed:
    """Serve the longest prefix of the ranking that fits.

    The first `full` items take their compact form, the others one line; where the form an item
    should have does not fit, its line is tried and the prefix ends there. Whatever is left over
    then turns lines into compact forms, best first. Nothing is skipped: so with more budget no
    item that was served is lost, and the served items are lexicographically no worse by rank.

    Args:
        costs: One a ranked item, best first.
        budget: Tokens for items alone; what surrounds them is taken off before.
        full: How many come in compact form first.
    """
    left = max(budget, 0)
    forms: list[bool] = []
    for rank, cost in enumerate(costs):
        wants_compact = rank < full and cost.compact <= left
        price = cost.compact if wants_compact else cost.line
        if price > left:
            break
        forms.append(wants_compact)
        left -= price
        if rank < full and not wants_compact:
            break
    for rank, compact in enumerate(forms):
        more = costs[rank].compact - costs[rank].line
        if not compact and more <= left:
            forms[rank] = True
            left -= more
    return Packed(tuple(forms), max(budget, 0) - left)
