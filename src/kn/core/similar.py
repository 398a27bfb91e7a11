"""Near-duplicates: pointed out to a person, never acted upon."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain
from math import ceil
from typing import NamedTuple

from kn.core.context.analysis import Stem, split_terms

ALIKE = 0.6
"""Share of common terms (Jaccard) from which two statements say much the same; a guess: two
wordings of one rule share two thirds of their stems, two rules about one thing about a third."""


class Near(NamedTuple):
    """Something that says much the same, and how much, from 0 to 1."""

    id: str
    statement: str
    likeness: float


class Statements:
    """Statements (id, text) to compare others with; each is taken apart once."""

    def __init__(self, statements: Iterable[tuple[str, str]], stem: Stem) -> None:
        self._stem = stem
        self._known = [(i, text, frozenset(split_terms(text, stem))) for i, text in statements]
        self._holders: dict[str, list[int]] = defaultdict(list)
        for place, (_, _, terms) in enumerate(self._known):
            for term in terms:
                self._holders[term].append(place)

    def find_near(self, statement: str, *, least: float = ALIKE) -> list[Near]:
        """Those that are like `statement`, most alike first.

        One of fewer than three terms is like another only when their terms are the same.
        """
        mine = frozenset(split_terms(statement, self._stem))
        common = Counter(chain.from_iterable(self._holders.get(term, ()) for term in mine))
        near: list[Near] = []
        for place, shared in common.items():
            other_id, other, theirs = self._known[place]
            likeness = shared / (len(mine) + len(theirs) - shared)
            if likeness >= (least if min(len(mine), len(theirs)) >= 3 else 1.0):
                near.append(Near(other_id, other, round(likeness, 2)))
        return sorted(near, key=lambda n: (-n.likeness, n.id))


def find_near(statement: str, others: Iterable[tuple[str, str]], stem: Stem) -> list[Near]:
    """Those of `others` (id, statement) that are like `statement`, as `Statements` finds them."""
    return Statements(others, stem).find_near(statement)


def find_pairs(
    statements: Sequence[tuple[str, frozenset[str]]], *, least: float = ALIKE
) -> list[tuple[str, str, float]]:
    """The pairs of statements that are alike, each as (earlier id, later id, likeness).

    Only those are compared that share one of their rarest terms: two sets that share 60% have one
    in common among the rarest 40% of each (prefix filtering; Bayardo, Ma, Srikant 2007).

    Args:
        statements: Id and terms, of statements with at least three terms.
        least: Share of common terms from which two are alike.
    """
    often = Counter(chain.from_iterable(terms for _, terms in statements))
    holders: dict[str, list[int]] = defaultdict(list)
    pairs: list[tuple[str, str, float]] = []
    for place, (later, terms) in enumerate(statements):
        size = len(terms)
        rare = sorted(terms, key=lambda t: (often[t], t))[: size - ceil(least * size) + 1]
        seen = {other for term in rare for other in holders[term]}
        for other in sorted(seen):
            earlier, theirs = statements[other]
            if least * size <= len(theirs) <= size / least:
                shared = len(terms & theirs)
                likeness = shared / (size + len(theirs) - shared)
                if likeness >= least:
                    pairs.append((earlier, later, round(likeness, 2)))
        for term in rare:
            holders[term].append(place)
    return pairs


REPEATS = 0.9
"""Share of common terms from which an item adds nothing to one that is served (a guess: far above
`ALIKE`, since here nobody looks, and two rules may differ in one word of twelve)."""


def find_repeats(statements: Sequence[tuple[str, str]], stem: Stem) -> dict[str, str]:
    """Those that say nearly the same as a better one: id -> the id of the better one.

    Args:
        statements: Id and statement, best first.
        stem: The stemmer.
    """
    kept: list[tuple[str, Counter[str], int]] = []
    repeats: dict[str, str] = {}
    for item_id, statement in statements:
        # A number is a word here: rule 3 and rule 4 are two rules.
        terms = Counter([*split_terms(statement, stem), *re.findall(r"\d+", statement)])
        total = terms.total()
        like = next((i for i, other, size in kept if _repeats(terms, total, other, size)), None)
        if like is not None and total >= 3:
            repeats[item_id] = like
        else:
            kept.append((item_id, terms, total))
    return repeats


def _repeats(one: Counter[str], size: int, other: Counter[str], other_size: int) -> bool:
    """Whether `one & other` is nearly as large as `one | other`."""
    both = size + other_size
    common = one.keys() & other.keys()
    # What the other does not hold is not shared: that rules out nearly all of 1,275 pairs.
    if not both or (size - len(one) + len(common)) * (1 + REPEATS) < both * REPEATS - 1e-6:
        return False
    shared = sum(min(one[term], other[term]) for term in common)
    return shared / (both - shared) >= REPEATS
