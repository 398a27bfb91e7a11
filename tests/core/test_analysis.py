"""Words: what an item is found by."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.strategies import ORDINARY, items, laws

from kn.adapters.words import load_stemmer
from kn.core.context.analysis import (
    MOST_TEXT,
    STOP,
    split_terms,
    split_words,
    weigh_item,
    weigh_task,
)
from kn.core.model import Rejected, Scope

stem = load_stemmer()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Rate-limiting, at the gateway!", {"rate", "limiting", "ratelimiting", "gateway"}),
        ("HTTPServer", {"httpserver", "http", "server"}),
        ("thread_id", {"thread", "id", "threadid"}),
        ("src/gateway/limits.py", {"src", "gateway", "limits", "py"}),
        ("utf8", {"utf8", "utf"}),
        ("the gateway's limits", {"gateway", "limits"}),
        ("don’t", {"dont"}),
        ("naïve Größe", {"naïve", "größe"}),
        ("日本語", {"日本語"}),
    ],
)
def test_a_name_is_found_whole_and_by_its_parts(text: str, words: set[str]) -> None:
    assert words <= set(split_words(text))


def test_words_that_say_nothing_are_no_terms() -> None:
    assert list(split_terms("What is the use of it, and why was it done?", str)) == ["use", "done"]
    assert "use" not in STOP


def test_one_letter_and_a_wall_of_letters_are_no_terms() -> None:
    assert list(split_terms(f"x {'y' * 60} z1", str)) == ["z1"]


@pytest.mark.parametrize(
    ("task", "statement"),
    [("caches", "caching"), ("limited rates", "rate limits"), ("retrying", "retries")],
)
def test_inflections_of_a_word_are_one_term(task: str, statement: str) -> None:
    assert set(split_terms(task, stem)) & set(split_terms(statement, stem))


def test_every_part_of_an_item_is_found() -> None:
    item = replace(
        ORDINARY,
        statement="alpha", because="bravo", rejected=(Rejected("charlie", "delta"),),
        scope=Scope(("echo/**",), ("foxtrot",)), details="golf", document="docs/hotel.md",
        own={"instead": "india", "who": ("juliett",)},
    )  # fmt: skip

    found = weigh_item(item, str, document="# kilo\n\nlima\n")

    assert {
        "alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india",
        "juliett", "kilo", "lima", "decision",
    } <= set(found)  # fmt: skip


def test_a_word_that_fills_a_document_weighs_less_there_than_in_a_statement() -> None:
    bare = replace(ORDINARY, statement="x1", because="", rejected=(), scope=Scope())
    said = weigh_item(replace(bare, statement="gateway"), str)["gateway"]
    aside = weigh_item(bare, str, document="gateway " + "other words here " * 900)["gateway"]

    assert aside < said


@laws
@given(items())
def test_the_weights_of_an_item_depend_on_it_alone_and_are_positive(item: object) -> None:
    weights = weigh_item(item, stem)  # type: ignore[arg-type]

    assert weights == weigh_item(item, stem)  # type: ignore[arg-type]
    assert all(w > 0 for w in weights.values())


@laws
@given(st.text(), st.text())
def test_a_task_is_its_words_in_any_order(one: str, other: str) -> None:
    forwards = weigh_task(f"{one}\n{other}", stem).terms
    backwards = weigh_task(f"{other}\n{one}", stem).terms

    assert forwards == backwards


def test_a_word_that_is_repeated_weighs_more_up_to_a_point() -> None:
    def weight(times: int) -> float:
        return weigh_task("gateway " * times, stem).terms["gatewai"]

    assert 1.0 == weight(1) < weight(2) < weight(4) == weight(400)


def test_a_term_is_known_by_the_word_that_was_asked() -> None:
    assert weigh_task("Caches cached", stem).words == {"cach": "caches"}


def test_a_task_without_end_is_read_to_its_limit() -> None:
    text = "word " * (MOST_TEXT // 5 + 10) + "beyond"

    assert "beyond" not in weigh_task(text, str).terms
