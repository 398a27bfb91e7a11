"""Near-duplicates are pointed out; things that only share a subject are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.strategies import laws

from kn.adapters.words import load_stemmer
from kn.core.similar import find_near, find_repeats

stem = load_stemmer()
BUCKET = "Use a leaky bucket for rate limiting at the API gateway."


@pytest.mark.parametrize(
    "other",
    [
        BUCKET,
        "use the LEAKY BUCKET for rate limiting at the api gateway",
        "Rate limits at the API gateway use a leaky bucket.",
    ],
)
def test_another_wording_is_near(other: str) -> None:
    (near,) = find_near(BUCKET, [("dec-00000001", other)], stem)

    assert (near.id, near.statement) == ("dec-00000001", other)
    assert 0.6 <= near.likeness <= 1.0


@pytest.mark.parametrize(
    "other",
    [
        "Cache sessions in Redis.",
        "The API gateway terminates TLS.",
        "Log every rate limit hit.",
        "",
    ],
)
def test_another_rule_about_the_same_thing_is_not(other: str) -> None:
    assert find_near(BUCKET, [("dec-00000001", other)], stem) == []


def test_two_words_are_near_only_to_the_same_two() -> None:
    others = [("a", "Ada Lovelace"), ("b", "Ada Byron Lovelace"), ("c", "Lovelace, Ada")]

    assert [n.id for n in find_near("Ada Lovelace", others, stem)] == ["a", "c"]


def test_the_most_alike_comes_first_and_ties_go_by_id() -> None:
    others = [("c", BUCKET), ("b", BUCKET + " Always and everywhere."), ("a", BUCKET)]

    assert [n.id for n in find_near(BUCKET, others, stem)] == ["a", "c", "b"]


@laws
@given(st.text(), st.text())
def test_likeness_goes_both_ways(one: str, other: str) -> None:
    there = find_near(one, [("x", other)], stem)
    back = find_near(other, [("x", one)], stem)

    assert [n.likeness for n in there] == [n.likeness for n in back]


def test_what_says_nearly_the_same_as_a_better_one_is_a_repeat() -> None:
    statements = [
        ("dec-1", "Use a leaky bucket for rate limiting at the API gateway."),
        ("dec-2", "Use a leaky bucket for rate limiting at the gateway API!"),
        ("dec-3", "Use a token bucket for rate limiting at the API gateway."),
        ("dec-4", "Hi."),
        ("dec-5", "Hi."),
    ]

    assert find_repeats(statements, lambda w: w) == {"dec-2": "dec-1"}
