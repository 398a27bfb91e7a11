"""Which items are current: laws over any tangle of links, then the cases people meet."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.strategies import laws
from tests.rig.pace import takes_at_most

from kn.core.model import STATUSES
from kn.core.view import Links, judge, judge_trust

TODAY = "2026-06-15"
NAMES = tuple("abcdefgh")
links = st.lists(st.sampled_from(NAMES), max_size=2).map(tuple)
tangles = st.lists(
    st.builds(
        Links, st.sampled_from(NAMES), st.sampled_from(STATUSES), links, links, links, links,
        st.sampled_from(("", "2026-06-14", TODAY, "2026-06-16")),
    ),
    unique_by=lambda item: item.id,
    max_size=8,
)  # fmt: skip


def _newer(items: list[Links]) -> dict[str, set[str]]:
    """By the definition: who replaces whom, as either file says; proposals replace nothing."""
    status = {i.id: i.status for i in items}
    newer: dict[str, set[str]] = {}
    for item in items:
        if item.status != "proposed":
            for older in item.supersedes:
                newer.setdefault(older, set()).add(item.id)
        for successor in item.superseded_by:
            if status.get(successor) != "proposed":
                newer.setdefault(item.id, set()).add(successor)
    return {older: ids - {older} for older, ids in newer.items() if ids - {older}}


def _reach(start: str, newer: dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        onward = newer.get(waiting.pop(), set()) - seen
        seen |= onward
        waiting += onward
    return seen


@laws
@given(tangles)
def test_an_item_is_current_when_nothing_speaks_against_it(items: list[Links]) -> None:
    standing = judge(items, TODAY).standing
    newer = _newer(items)

    assert set(standing) == {i.id for i in items}
    for item in items:
        sound = (
            item.status == "accepted"
            and item.id not in newer
            and not (item.valid_until and item.valid_until < TODAY)
        )
        assert (standing[item.id] == "current") == sound


@laws
@given(tangles)
def test_each_standing_has_its_reason(items: list[Links]) -> None:
    standing = judge(items, TODAY).standing
    newer = _newer(items)

    for item in items:
        match standing[item.id]:
            case "retired":
                assert item.status == "retired"
            case "proposed":
                assert item.status == "proposed"
            case "superseded":
                assert item.status == "superseded" or item.id in newer
            case "expired":
                assert item.valid_until < TODAY


@laws
@given(tangles)
def test_a_chain_leads_to_its_ends(items: list[Links]) -> None:
    currency = judge(items, TODAY)
    newer = _newer(items)

    for item in items:
        ends = {i for i in _reach(item.id, newer) if not newer.get(i)}
        if currency.standing[item.id] == "superseded":
            assert currency.superseded_by.get(item.id, ()) == tuple(sorted(ends))
        else:
            assert item.id not in currency.superseded_by


@laws
@given(tangles)
def test_a_circle_is_found_whole_and_nothing_else_is_one(items: list[Links]) -> None:
    newer = _newer(items)
    knots = {
        tuple(sorted(i for i in _reach(one, newer) if one in _reach(i, newer)))
        for one in newer
        if one in _reach(one, newer)
    }
    loops = {(i.id,) for i in items if i.id in (*i.supersedes, *i.superseded_by)}

    assert set(judge(items, TODAY).cycles) == knots | loops


@laws
@given(tangles)
def test_only_current_items_amend_and_are_amended(items: list[Links]) -> None:
    currency = judge(items, TODAY)

    expected = {
        (older, item.id)
        for item in items
        for older in item.amends
        if older != item.id
        and currency.standing[item.id] == "current"
        and currency.standing.get(older) == "current"
    }
    assert {(o, i) for o, ids in currency.amended_by.items() for i in ids} == expected


@laws
@given(tangles, st.randoms())
def test_the_order_of_the_files_says_nothing(items: list[Links], random: object) -> None:
    shuffled = list(items)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert judge(shuffled, TODAY) == judge(items, TODAY)


@laws
@given(tangles)
def test_a_link_to_nothing_is_dangling(items: list[Links]) -> None:
    known = {i.id for i in items}

    assert {i: set(ids) for i, ids in judge(items, TODAY).dangling.items()} == {
        i.id: missing
        for i in items
        if (missing := {*i.supersedes, *i.superseded_by, *i.amends, *i.relates} - known)
    }


# --- the cases


def test_either_file_is_enough_to_say_that_an_item_was_replaced() -> None:
    by_the_newer = judge([Links("a", "accepted"), Links("b", "accepted", ("a",))], TODAY)
    by_the_stamp = judge(
        [Links("a", "accepted", superseded_by=("b",)), Links("b", "accepted")], TODAY
    )

    for currency in (by_the_newer, by_the_stamp):
        assert currency.standing == {"a": "superseded", "b": "current"}
        assert currency.superseded_by == {"a": ("b",)}


@pytest.mark.parametrize("status", ["retired", "superseded"])
def test_what_was_replaced_never_comes_back_when_its_successor_goes(status: str) -> None:
    standing = judge([Links("a", "accepted"), Links("b", status, ("a",))], TODAY).standing

    assert standing["a"] == "superseded"


def test_a_proposal_replaces_nothing() -> None:
    items = [Links("a", "accepted", superseded_by=("b",)), Links("b", "proposed", ("a",))]

    assert judge(items, TODAY).standing == {"a": "current", "b": "proposed"}


def test_the_last_day_still_counts() -> None:
    def stands(until: str) -> str:
        return judge([Links("a", "accepted", valid_until=until)], TODAY).standing["a"]

    assert (stands("2026-06-14"), stands(TODAY), stands("")) == ("expired", "current", "current")


def test_two_current_successors_are_a_fork_until_something_joins_them() -> None:
    def forks(b: Links, c: Links) -> object:
        return judge([Links("a", "accepted"), b, c], TODAY).forks

    b, c = Links("b", "accepted", ("a",)), Links("c", "accepted", ("a",))
    assert forks(b, c) == {"a": ("b", "c")}
    assert forks(b._replace(relates=("c",)), c) == {}
    assert forks(b, c._replace(amends=("b",))) == {}
    assert forks(b, c._replace(supersedes=("a", "b"))) == {}
    assert forks(b, c._replace(status="proposed")) == {}
    assert forks(b, c._replace(status="retired")) == {}


def test_a_branch_that_replaced_its_own_successor_again_is_a_fork_all_the_same() -> None:
    a, b, c = Links("a", "superseded"), Links("b", "superseded", ("a",)), Links("c", "accepted")
    c, d = c._replace(supersedes=("a",)), Links("d", "accepted", ("b",))
    assert judge([a, b, c, d], TODAY).forks == {"a": ("c", "d")}
    assert judge([a, b, c, d], TODAY).rivals == {"c": ("d",), "d": ("c",)}
    assert judge([a, b, c, d._replace(relates=("c",))], TODAY).forks == {}
    assert judge([a, b._replace(relates=("c",)), c, d], TODAY).forks == {}, "they were joined"
    assert judge([a, b, c._replace(supersedes=("a", "d")), d], TODAY).forks == {}
    assert judge([a, b, c, d._replace(supersedes=("a", "b"))], TODAY).forks == {"a": ("c", "d")}


@laws
@given(tangles)
def test_a_fork_is_between_current_items_that_nothing_joins(items: list[Links]) -> None:
    currency = judge(items, TODAY)
    by_id = {i.id: i for i in items}
    for older, heads in currency.forks.items():
        assert len(heads) > 1
        assert all(currency.standing[h] == "current" for h in heads)
        assert set(heads) <= _reach(older, _newer(items))
    for one, others in currency.rivals.items():
        mine = by_id[one]
        for other in others:
            assert one in currency.rivals[other]
            assert other not in (*mine.relates, *mine.amends, *mine.supersedes)
            assert any({one, other} <= set(heads) for heads in currency.forks.values())


def test_rivals_are_those_of_a_fork_that_nothing_joins() -> None:
    b, c, d = (Links(i, "accepted", ("a",)) for i in "bcd")
    fork = judge([Links("a", "accepted"), b, c._replace(relates=("b",)), d], TODAY)
    assert fork.rivals == {"b": ("d",), "c": ("d",), "d": ("b", "c")}
    joined = [Links("a", "accepted"), b, c._replace(relates=("b",))]
    assert judge(joined, TODAY).rivals == {}


def test_a_third_successor_that_nothing_joins_keeps_the_fork_open() -> None:
    items = [
        Links("a", "accepted"),
        Links("b", "accepted", ("a",), relates=("c",)),
        Links("c", "accepted", ("a",)),
        Links("d", "accepted", ("a",)),
    ]

    assert judge(items, TODAY).forks == {"a": ("b", "c", "d")}


def test_one_successor_that_knows_the_others_does_not_join_those_two() -> None:
    items = [
        Links("a", "accepted"),
        Links("b", "accepted", ("a",), relates=("c", "d")),
        Links("c", "accepted", ("a",)),
        Links("d", "accepted", ("a",)),
    ]

    assert judge(items, TODAY).forks == {"a": ("b", "c", "d")}


def test_of_two_files_with_one_id_the_first_counts() -> None:
    items = [Links("a", "retired"), Links("a", "accepted")]

    assert judge(items, TODAY).standing == {"a": "retired"}


@pytest.mark.parametrize("closing", [True, False])
def test_five_thousand_in_a_row_or_in_a_ring_take_no_time(closing: bool) -> None:
    most = 5_000
    items = [
        Links(str(n), "accepted", (str((n + 1) % most),) if closing or n + 1 < most else ())
        for n in range(most)
    ]

    currency = judge(items, TODAY)

    assert takes_at_most(1, lambda: judge(items, TODAY))
    assert len(currency.cycles) == closing
    assert list(currency.standing.values()).count("current") == (not closing)


def test_trust_is_a_matter_of_where_the_version_is() -> None:
    def trust(blob: str, committed: bool) -> str:
        return judge_trust(
            blob, committed=committed, reviewed={"main"}, local={"mine", "main", "draft"}
        )

    assert trust("main", True) == "reviewed"
    assert trust("main", False) == "reviewed"
    assert trust("mine", True) == "local"
    assert trust("draft", False) == "uncommitted"
    assert trust("theirs", True) == "unreviewed"
    assert trust("theirs", False) == "uncommitted"
