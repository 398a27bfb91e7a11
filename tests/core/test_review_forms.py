"""A review as text and Markdown: bounded, in order, and nothing in it is anything but text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from tests.core.strategies import lines, words

from kn.core.candidate import Candidate
from kn.core.check import Finding
from kn.core.compare import Change
from kn.core.model import Evidence
from kn.core.review.markdown import MARKER, MOST, to_markdown
from kn.core.review.owners import Ask
from kn.core.review.text import to_lines, to_quiet
from kn.core.review.verdict import Review, Told, for_annotations, introduced

A = "dec-00000001"
TAGS = {"code", "span", "details", "summary", "sub"}


def make(text: str, times: int = 1) -> Review:
    fields = {"statement": ("Old.", text), "because": (None, text), "details": (text, None)}
    changes = tuple(Change(A, "decision", "changed", text, text, fields) for _ in range(times))
    problems = tuple(Finding("KN107", text, 1, text, A) for _ in range(times))
    guards = (Finding("KN101", text, 3, text),)
    candidate = Candidate("gotcha", text, evidence=(Evidence(commit="abc", quote=text),))
    return Review(
        "b" * 40, "h" * 40, "merge", changes, (*guards, *problems), untold=((text, candidate),),
        asks=(Ask(text, (text,)),), told=tuple(Told(A, text, text) for _ in range(times)),
        notes=(text,), short={A: "dec-0000"},
    )  # fmt: skip


@given(lines | words)
def test_no_value_is_more_than_text_in_markdown(text: str) -> None:
    shown = to_markdown(make(text))
    assert shown.startswith(f"{MARKER}\n") and shown.count("<!--") == 1
    assert set(re.findall(r"<\s*/?\s*([a-zA-Z][\w-]*)", shown)) <= TAGS
    for tag in ("code", "span", "details", "summary", "sub"):
        assert shown.count(f"<{tag}>") == shown.count(f"</{tag}>")
    assert not re.search(
        r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u202a-\u202e\U000e0000-\U000e007f]", shown
    )


@given(lines | words)
def test_no_value_steers_a_terminal(text: str) -> None:
    for rows in (to_lines(make(text)), to_lines(make(text), full=True), to_quiet(make(text))):
        shown = "\n".join(row for _, row in rows)
        assert not re.search(
            r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\U000e0000-\U000e007f]", shown
        )


@pytest.mark.parametrize("full", [False, True])
def test_a_comment_has_its_limit_and_is_cut_between_entries(full: bool) -> None:
    shown = to_markdown(make("A **long** story, @all. " * 40, 400), full=full)
    assert len(shown) <= MOST
    for tag in ("code", "details", "summary", "span"):
        assert shown.count(f"<{tag}>") == shown.count(f"</{tag}>")
    assert shown.rstrip().endswith(("`kn review --full`.", "</sub>"))


def test_what_guards_the_knowledge_comes_first_and_agents_before_owners() -> None:
    text = "\n".join(row for _, row in to_lines(make("Say so.")))
    order = ["guards the knowledge", "brings problems", "Knowledge: 1 changed", "agents are told",
             "in no item", "Ask"]  # fmt: skip
    places = [text.index(title) for title in order]
    assert places == sorted(places)


def test_a_short_review_counts_what_it_leaves_out() -> None:
    short = "\n".join(row for _, row in to_lines(make("Say so.", 30)))
    assert "and 25 more (--full)" in short and "and 20 more (--full)" in short
    full = "\n".join(row for _, row in to_lines(make("Say so.", 30), full=True))
    assert "--full" not in full and full.count("[KN107]") == 30


def test_one_of_a_sort_is_never_hidden_by_many_of_another() -> None:
    many = [Finding("KN114", f"{n}.yaml", 1, "odd", f"fac-{n:08}") for n in range(200)]
    one = Finding("KN107", "z.yaml", 1, "gone", A)
    other = Finding("KN115", "z.yaml", 1, "forged", A)
    review = Review("b", "h", "merge", problems=(*many, one, other))
    assert review.others[0] == one and other in review.others[:5]
    shown, left = for_annotations(review.findings)
    assert {one, other} <= set(shown) and len(shown) == 5 and left == 197


def test_a_finding_is_new_when_rule_item_and_message_are() -> None:
    old = Finding("KN032", "a.yaml", 3, "matches nothing", A)
    moved = Finding("KN032", "b.yaml", 9, "matches nothing", A)
    other = Finding("KN032", "b.yaml", 9, "matches nothing at all", A)
    assert introduced([moved], [], [old]) == []
    assert introduced([other], [other], [old]) == [other], "told once, though on both"


def test_nothing_to_decide_is_said_in_a_line() -> None:
    review = Review("b", "h", "merge")
    assert review.clean
    assert to_lines(review) == [("head", "kn review: nothing to decide.")]
    assert to_quiet(review) == []
