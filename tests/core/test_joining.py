"""When two candidates are one piece of knowledge, and what they are together."""

from __future__ import annotations

import pytest

from kn.adapters.words import load_stemmer
from kn.core.candidate import Candidate
from kn.core.joining import is_from_talk, join_candidates, same_knowledge
from kn.core.model import Evidence, Rejected, Scope

STEM = load_stemmer()


def told(statement: str, kind: str = "decision", **fields: object) -> Candidate:
    return Candidate(kind, statement, **fields)  # type: ignore[arg-type]


BUCKET = told("Use a leaky bucket for rate limiting at the API gateway.")


@pytest.mark.parametrize(
    "other",
    [
        told("Use a leaky bucket at the gateway."),
        told("Use a leaky bucket instead of a token bucket for rate limiting."),
        told("Use a leaky bucket for rate limiting in the API gateway.", "convention"),
    ],
    ids=lambda c: c.statement,
)
def test_the_same_in_other_words(other: Candidate) -> None:
    assert same_knowledge(BUCKET, other, STEM) and same_knowledge(other, BUCKET, STEM)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (BUCKET, told("Never use a leaky bucket for rate limiting at the API gateway.")),
        (BUCKET, told("Use a leaky bucket for rate limiting at the API gateway.", "gotcha")),
        (BUCKET, told("Use a token bucket instead of a leaky bucket.")),
        (BUCKET, told("Use a token bucket for rate limiting at the API gateway.")),
        (told("Retry 3 times after a timeout."), told("Retry 5 times after a timeout.")),
        (told("Use Redis."), told("Use Redis for sessions.")),
    ],
)
def test_what_is_not_the_same(one: Candidate, other: Candidate) -> None:
    assert not same_knowledge(one, other, STEM) and not same_knowledge(other, one, STEM)


def test_the_base_keeps_its_words_and_its_key_and_gains_what_it_lacked() -> None:
    base = told(
        "Use a leaky bucket.",
        rejected=(Rejected("token bucket"),),
        scope=Scope(("src/**",)),
        evidence=(Evidence(commit="4f2c", quote="leaky bucket it is"),),
        confidence=0.6,
    )
    more = told(
        "Use a leaky bucket for rate limiting.",
        because="Bursts hurt.",
        rejected=(Rejected("Token bucket", "allows bursts"), Rejected("fixed window")),
        evidence=(Evidence(session="claude:fd04", quote="use the leaky one", source_tokens=9),),
        confidence=0.8,
    )
    joined = join_candidates(base, more)
    assert (joined.statement, joined.because) == ("Use a leaky bucket.", "Bursts hurt.")
    assert joined.rejected == (Rejected("token bucket", "allows bursts"), Rejected("fixed window"))
    assert (joined.scope, joined.confidence) == (base.scope, 0.8)
    assert joined.evidence == base.evidence + more.evidence
    assert joined.key == base.key
    assert join_candidates(joined, more) == joined
    assert is_from_talk(joined) and not is_from_talk(base)


def test_a_commit_that_was_rewritten_keeps_the_session_that_made_it() -> None:
    made = Evidence(commit="4f2c", session="claude:fd04", quote="leaky it is", source_tokens=9)
    joined = join_candidates(
        told("Use a leaky bucket.", evidence=(Evidence(commit="77aa", quote="Leaky it is"),)),
        told("Use a leaky bucket.", evidence=(made,)),
    )
    assert joined.evidence == (
        Evidence(commit="77aa", session="claude:fd04", quote="Leaky it is", source_tokens=9),
    )


def test_evidence_that_joins_later_does_not_change_the_key() -> None:
    first = Evidence(session="claude:fd04", quote="use the leaky one")
    later = Evidence(session="codex:77", quote="leaky, please")
    commit = Evidence(commit="4f2c", quote="Use a leaky bucket")
    assert told("x", evidence=(first,)).key == told("x", evidence=(first, later)).key
    assert told("x", evidence=(commit,)).key == told("x", evidence=(commit, first, later)).key
