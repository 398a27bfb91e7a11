"""Shortening keeps what carries an item and loses nothing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kn.core.model import Item
from kn.core.shorten import BECAUSE_WORDS, STATEMENT_WORDS, shorten_item, shorten_text


def item(statement: str, because: str = "", details: str = "") -> Item:
    return Item("dec-00000000", "decision", statement, "accepted", "2026-05-18",
                because=because, details=details)  # fmt: skip


def test_a_short_item_comes_back_as_it_is() -> None:
    short = item("Use zstd.", "It is fast.")

    assert shorten_item(short) is short


def test_the_first_sentence_stays_and_the_whole_text_goes_to_the_details() -> None:
    long = "We decided to use zstd for logs. " + "It was measured against gzip and lz4. " * 6

    shortened = shorten_item(item(long, details="More."))

    assert shortened.statement == "Use zstd for logs."
    assert shortened.details == f"{long}\n\nMore."


def test_a_long_sentence_is_cut_at_a_clause() -> None:
    text = (
        "Every service that writes to the orders table takes the advisory lock of its tenant "
        "first, which keeps the nightly export from seeing half an order while a write goes on"
    )

    assert shorten_text(text, 18) == (
        "Every service that writes to the orders table takes the advisory lock of its tenant first."
    )


@given(st.text(max_size=400), st.text(max_size=300))
def test_the_limits_hold_for_any_text(statement: str, because: str) -> None:
    shortened = shorten_item(item(statement, because))

    assert len(shortened.statement.split()) <= STATEMENT_WORDS + 1
    assert len(shortened.because.split()) <= BECAUSE_WORDS + 1
    for before, after in ((statement, shortened.statement), (because, shortened.because)):
        assert after == before or before in shortened.details
