"""kn's own context never comes back out of a log, whatever the agent did to it."""

from __future__ import annotations

import json

import pytest

from kn.core.context import render
from kn.core.context.layout import Printable, lay_out
from kn.core.sessions.injected import human_text, strip_own
from kn.core.sessions.turns import make_turn

ITEM = "- [dec-7k3m9qzt] Use a leaky bucket at the gateway. Because: bursts overran payments.\n"


def context(*, nonce: str = "", local: bool = False) -> str:
    items = [
        Printable("dec-7k3m9qzt", ITEM, ITEM, 20, 20),
        Printable("got-00000001", ITEM, ITEM, 20, 20, marks=("local",), local=local),
        *(Printable(f"fac-0000000{n}", ITEM * 9, ITEM * 9, 900, 900) for n in range(3)),
    ]
    text = lay_out(items, 200, nonce=nonce, notes=[render.print_note("unreviewed", 2)]).text
    assert "did not fit" in text
    return text


@pytest.mark.parametrize("nonce", ["", "123456789012"])
@pytest.mark.parametrize("local", [False, True])
def test_a_context_is_taken_out_whole_and_the_words_around_it_stay(nonce: str, local: bool) -> None:
    stripped = strip_own(f"Before.\n{context(nonce=nonce, local=local)}- after, a list\n")
    assert stripped.split("\n") == ["Before.", *([""] if nonce else []), "- after, a list", ""]


def test_a_fenced_context_that_was_cut_off_goes_to_the_end() -> None:
    cut = context(nonce="123456789012")[:120]
    assert strip_own(f"Before.\n{cut}") == "Before.\n"


def test_another_nonce_does_not_close_the_fence() -> None:
    text = '<kn-context n="111111111111">\nx\n</kn-context n="2">\n- [dec-1] y\n'
    assert strip_own(text) == ""


def test_a_context_inside_json_goes_with_its_line() -> None:
    text = json.dumps({"hookSpecificOutput": {"additionalContext": context()}})
    assert "leaky" not in strip_own(f"ok\n{text}\nend\n")


def test_a_message_of_nothing_but_a_context_is_no_turn() -> None:
    assert human_text(context(nonce="123456789012")) == ""
    assert make_turn("user", context()) is None


def test_text_like_an_items_line_stays_where_no_context_is() -> None:
    assert strip_own(ITEM) == ITEM


def test_elements_in_code_stay_and_those_after_it_go() -> None:
    text = "See:\n```\n<ide_selection>\n```\nOk?\n<ide_selection>secret</ide_selection>"
    assert human_text(text) == "See:\n```\n<ide_selection>\n```\nOk?"
