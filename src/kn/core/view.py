"""A view: the items of one tree, and which of them are current.

`supersedes` in the newer item is the truth, the stamp in the older file is a courtesy; an item
counts as superseded when either says so. Nothing is ever superseded by similarity.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations, product
from typing import Literal, NamedTuple

Standing = Literal["current", "proposed", "superseded", "retired", "expired"]
Trust = Literal["reviewed", "local", "unreviewed", "uncommitted"]


class Links(NamedTuple):
    """What currency depends on, of one item."""

    id: str
    status: str
    supersedes: tuple[str, ...] = ()
    superseded_by: tuple[str, ...] = ()
    amends: tuple[str, ...] = ()
    relates: tuple[str, ...] = ()
    valid_until: str = ""


class Currency(NamedTuple):
    """How each item of a view stands today."""

    standing: Mapping[str, Standing]
    superseded_by: Mapping[str, tuple[str, ...]] = {}
    """For a superseded item the ends of its chain: A replaced by B replaced by C gives C."""
    amended_by: Mapping[str, tuple[str, ...]] = {}
    """For a current item the current ones that change a part of it."""
    cycles: tuple[tuple[str, ...], ...] = ()
    """Items that supersede each other, all that hang together in one; or one that does itself."""
    forks: Mapping[str, tuple[str, ...]] = {}
    """For a superseded item several current successors that no link joins."""
    rivals: Mapping[str, tuple[str, ...]] = {}
    """For an item of a fork the others that no link joins it with."""
    dangling: Mapping[str, tuple[str, ...]] = {}
    """For an item the ids it links to that are not in the view."""


def judge(items: Iterable[Links], today: str) -> Currency:
    """Say of every item how it stands.

    Args:
        items: All items of the view, one each id; more than one of an id: the first counts.
        today: ISO date; `valid_until` is the last day on which an item holds.
    """
    by_id: dict[str, Links] = {}
    for item in items:
        by_id.setdefault(item.id, item)
    newer = _successors(by_id)
    standing: dict[str, Standing] = {}
    for item in by_id.values():
        standing[item.id] = _stand(item, bool(newer.get(item.id)), today)
    ends, cycles = _chain_ends(newer)
    amended = defaultdict(list)
    for item in by_id.values():
        if standing[item.id] == "current":
            for older in item.amends:
                if standing.get(older) == "current" and older != item.id:
                    amended[older].append(item.id)
    forks, rivals = _forks(newer, ends, by_id, standing)
    return Currency(
        standing,
        {i: ends[i] for i in ends if standing.get(i) == "superseded"},
        {older: tuple(sorted(ids)) for older, ids in amended.items()},
        tuple(sorted((*cycles, *_loops(by_id)))),
        forks,
        rivals,
        _dangling(by_id),
    )


def _successors(by_id: Mapping[str, Links]) -> dict[str, tuple[str, ...]]:
    """Older id -> the items that replace it, as either side says; a proposal replaces nothing."""
    newer: dict[str, list[str]] = defaultdict(list)
    for item in by_id.values():
        if item.status != "proposed":
            for older in item.supersedes:
                if older != item.id:
                    newer[older].append(item.id)
    for item in by_id.values():
        for successor in item.superseded_by:
            known = by_id.get(successor)
            if successor != item.id and (known is None or known.status != "proposed"):
                newer[item.id].append(successor)
    return {older: tuple(dict.fromkeys(ids)) for older, ids in newer.items()}


def _stand(item: Links, replaced: bool, today: str) -> Standing:
    if item.status == "retired":
        return "retired"
    if item.status == "superseded" or (replaced and item.status == "accepted"):
        return "superseded"
    if item.status == "proposed":
        return "proposed"
    return "expired" if item.valid_until and item.valid_until < today else "current"


def _chain_ends(
    newer: Mapping[str, tuple[str, ...]],
) -> tuple[dict[str, tuple[str, ...]], list[tuple[str, ...]]]:
    """Where each chain of successors ends, and the circles in which one never does."""
    ends: dict[str, tuple[str, ...]] = {}
    cycles = []
    for knot in _knots(newer):
        if len(knot) > 1:
            cycles.append(knot)
        found: set[str] = set()
        inside = set(knot)
        for item_id in knot:
            for onward in newer.get(item_id, ()):
                if onward not in inside:
                    found.update(ends[onward] or (() if newer.get(onward) else (onward,)))
        ends.update(dict.fromkeys(knot, tuple(sorted(found))))
    return {older: ends[older] for older in newer}, cycles


def _knots(newer: Mapping[str, tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The strongly connected components, successors first (Tarjan 1972, without recursion)."""
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    open_ids: dict[str, None] = {}
    knots: list[tuple[str, ...]] = []
    for root in newer:
        waiting = [] if root in number else [(root, iter(newer[root]))]
        while waiting:
            at, onward = waiting[-1]
            if at not in number:
                number[at] = low[at] = len(number)
                open_ids[at] = None
            for successor in onward:
                if successor not in number:
                    waiting.append((successor, iter(newer.get(successor, ()))))
                    break
                if successor in open_ids:
                    low[at] = min(low[at], number[successor])
            else:
                waiting.pop()
                if waiting:
                    above = waiting[-1][0]
                    low[above] = min(low[above], low[at])
                if low[at] == number[at]:
                    knot: list[str] = []
                    while not knot or knot[-1] != at:
                        knot.append(open_ids.popitem()[0])
                    knots.append(tuple(sorted(knot)))
    return knots


def _loops(by_id: Mapping[str, Links]) -> list[tuple[str, ...]]:
    return [(i,) for i, item in by_id.items() if i in (*item.supersedes, *item.superseded_by)]


def _forks(
    newer: Mapping[str, tuple[str, ...]],
    ends: Mapping[str, tuple[str, ...]],
    by_id: Mapping[str, Links],
    standing: Mapping[str, Standing],
) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """The forks, and of each item in one those that nothing joins it with.

    A branch may have replaced its own successor again before the merge: then the ends of both
    lines stand against each other, unless the two that parted were joined.
    """

    def heads_of(item_id: str) -> list[str]:
        lasting = ends.get(item_id) or (item_id,)
        return [i for i in lasting if standing.get(i) == "current"]

    forks: dict[str, tuple[str, ...]] = {}
    rivals: dict[str, set[str]] = defaultdict(set)
    for older, ids in newer.items():
        if len(ids) < 2:
            continue
        heads = {i: heads_of(i) for i in ids if i in by_id}
        for one, other in combinations(heads, 2):
            shared = set(heads[one]) & set(heads[other])
            if shared or _linked(one, other, by_id):
                continue
            for mine, theirs in product(heads[one], heads[other]):
                if not _linked(mine, theirs, by_id):
                    rivals[mine].add(theirs)
                    rivals[theirs].add(mine)
                    forks[older] = tuple(sorted({h for found in heads.values() for h in found}))
    return forks, {one: tuple(sorted(others)) for one, others in rivals.items()}


def _linked(one: str, other: str, by_id: Mapping[str, Links]) -> bool:
    """Whether `relates`, `amends` or `supersedes` joins two items."""
    a, b = by_id[one], by_id[other]
    return other in {*a.relates, *a.amends, *a.supersedes} or one in {
        *b.relates, *b.amends, *b.supersedes
    }  # fmt: skip


def _dangling(by_id: Mapping[str, Links]) -> dict[str, tuple[str, ...]]:
    found = {}
    for item in by_id.values():
        named = (*item.supersedes, *item.superseded_by, *item.amends, *item.relates)
        missing = tuple(dict.fromkeys(i for i in named if i not in by_id))
        if missing:
            found[item.id] = missing
    return found


def judge_trust(blob: str, *, committed: bool, reviewed: frozenset[str] | set[str],
                local: frozenset[str] | set[str]) -> Trust:  # fmt: skip
    """How far an item version is to be trusted (DESIGN §4).

    Args:
        blob: The version's blob id.
        committed: Whether HEAD (or the revision asked for) has this version at its path.
        reviewed: Blob ids on the trusted ref.
        local: Blob ids that were written or accepted in this clone.
    """
    if blob in reviewed:
        return "reviewed"
    if not committed:
        return "uncommitted"
    return "local" if blob in local else "unreviewed"
