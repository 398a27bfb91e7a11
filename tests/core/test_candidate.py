"""Candidates: known by what they quote, however history is rewritten."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from kn.core.candidate import Candidate, normalized
from kn.core.model import Evidence, Rejected, Scope

BUCKET = Candidate(
    "decision", "Use a leaky bucket.", "It is smooth.",
    (Rejected("token bucket", "bursts"),), Scope(("src/**",), ()),
    (Evidence(commit="4f2c1e9b7a", quote="We use a leaky bucket,\nnot a token bucket."),),
    confidence=0.9, extractor="trailer",
)  # fmt: skip


@pytest.mark.parametrize(
    "other",
    [
        replace(BUCKET, evidence=(replace(BUCKET.evidence[0], commit="0000000000"),)),
        replace(BUCKET, evidence=(
            Evidence(session="claude:1", quote="we use a  leaky bucket -- not a token bucket"),)),
        replace(BUCKET, statement="Other words.", because="", confidence=0.1, extractor="llm"),
    ],
    ids=["rebased", "wrapped anew", "worded anew"],
)  # fmt: skip
def test_the_same_quote_of_the_same_kind_is_the_same_candidate(other: Candidate) -> None:
    assert other.key == BUCKET.key


@pytest.mark.parametrize(
    "other",
    [
        replace(BUCKET, kind="fact"),
        replace(BUCKET, evidence=(Evidence(commit="4f2c1e9b7a", quote="Something else."),)),
        replace(BUCKET, evidence=()),
    ],
    ids=["kind", "quote", "no quote"],
)
def test_another_kind_or_quote_is_another_candidate(other: Candidate) -> None:
    assert other.key != BUCKET.key


def test_the_order_of_the_quotes_says_nothing() -> None:
    two = (*BUCKET.evidence, Evidence(commit="1", quote="And so on."))

    assert replace(BUCKET, evidence=two).key == replace(BUCKET, evidence=two[::-1]).key


def test_without_a_quote_the_statement_is_what_it_is_known_by() -> None:
    bare = Candidate("fact", "Payments allow 40 calls a second.")

    assert bare.key == Candidate("fact", "payments allow 40 calls a second").key
    assert bare.key != Candidate("fact", "Payments allow 50 calls a second.").key
    assert len(bare.key) == 12


def test_a_key_is_made_of_any_text() -> None:
    assert len(Candidate("fact", "\ud800").key) == 12
    assert normalized("…—!") == ""


def test_the_json_has_the_agreed_fields() -> None:
    shown = json.loads(json.dumps(replace(BUCKET, own={"instead": "x", "cause": "y"}).to_json()))

    assert shown == {
        "kind": "decision",
        "statement": "Use a leaky bucket.",
        "because": "It is smooth.",
        "rejected": [{"option": "token bucket", "because": "bursts"}],
        "scope": {"paths": ["src/**"]},
        "evidence": [{"commit": "4f2c1e9b7a", "quote": BUCKET.evidence[0].quote}],
        "details": "",
        "instead": "x",
        "cause": "y",
        "confidence": 0.9,
        "extractor": "trailer",
        "key": BUCKET.key,
    }
