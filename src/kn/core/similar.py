"""Near-duplicates: pointed out to a person, never acted upon."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from kn.core.analysis import Stem, split_terms

ALIKE = 0.6
"""Share of common terms (Jaccard) from which two statements say much the same; a guess: two
wordings of one rule share two thirds of their stems, two rules about one thing about a third."""


class Near(NamedTuple):
    """Something that says much the same, and how much, from 0 to 1."""

    id: str
    statement: str
    likeness: float


def find_near(
    statement: str, others: Iterable[tuple[str, str]], stem: Stem, *, least: float = ALIKE
) -> list[Near]:
    """Those of `others` (id, statement) that are like `statement`, most alike first.

    A statement of fewer than three terms is like another only when their terms are the same.
    """
    mine = frozenset(split_terms(statement, stem))
    near: list[Near] = []
    for other_id, other in others:
        theirs = frozenset(split_terms(other, stem))
        likeness = _likeness(mine, theirs)
        if likeness >= (least if min(len(mine), len(theirs)) >= 3 else 1.0):
            near.append(Near(other_id, other, round(likeness, 2)))
    return sorted(near, key=lambda n: (-n.likeness, n.id))


REPEATS = 0.9
"""Share of common terms from which an item adds nothing to one that is served (a guess: far above
`ALIKE`, since here nobody looks, and two rules may differ in one word of twelve)."""


def find_repeats(statements: Sequence[tuple[str, str]], stem: Stem) -> dict[str, str]:
    """Those that say nearly the same as a better one: id -> the id of the better one.

    Args:
        statements: Id and statement, best first.
        stem: The stemmer.
    """
    kept: list[tuple[str, frozenset[str]]] = []
    repeats: dict[str, str] = {}
    for item_id, statement in statements:
        terms = frozenset(split_terms(statement, stem))
        like = next((i for i, other in kept if _likeness(terms, other) >= REPEATS), None)
        if like is not None and len(terms) >= 3:
            repeats[item_id] = like
        else:
            kept.append((item_id, terms))
    return repeats


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one or other else 0.0
