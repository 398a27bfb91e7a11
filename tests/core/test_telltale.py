"""The quick look at a message never misses what the rules would propose."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kn.core.capture import candidates_in
from kn.core.capture.cues import CUES, Cue
from kn.core.telltale import MARKS, may_tell

SPEAKING = [cue for cue in CUES if cue.weight > 0]


def test_every_cue_that_speaks_for_a_kind_has_its_entry() -> None:
    assert {cue.name: cue.weight for cue in SPEAKING} == {n: w for n, (w, _) in MARKS.items()}


@pytest.mark.parametrize("cue", SPEAKING, ids=lambda cue: cue.name)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_whatever_a_cue_matches_holds_one_of_its_words(cue: Cue, data: st.DataObject) -> None:
    text = data.draw(st.from_regex(cue.pattern, alphabet=st.characters(max_codepoint=0x2020)))
    match = cue.pattern.search(text)
    assert match is not None

    lower = " ".join(match[0].lower().replace("’", "'").split())
    padded = f" {lower} "

    assert any(word in padded for word in MARKS[cue.name][1]), match[0]


SENTENCES = st.sampled_from(
    [
        "Use a leaky bucket instead of a token bucket, because bursts overran the API.",
        "We decided to keep SQLite.",
        "Constraint: the payment API takes 50 requests a second",
        "Rejected: Redis | one more thing to run",
        "The worker must never hold the lock while it waits, otherwise it deadlocks.",
        "An outage in May: the root cause was a full disk.",
        "Ask @alice about billing before you touch this.",
        "This cannot work on Windows, so it silently hangs.",
        "Bump the version.",
        "Add a test for the parser.",
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(SENTENCES, min_size=1, max_size=4))
def test_a_message_that_gives_candidates_is_never_skimmed_away(sentences: list[str]) -> None:
    message = "Change the gateway\n\n" + "\n\n".join(sentences)

    assert may_tell(message) or not candidates_in(message, commit="0" * 40)


@pytest.mark.parametrize(
    "message", ["Fix typo", "Add retry to the client", "Bump version to 1.2.3", "Update README"]
)
def test_an_ordinary_message_is_skimmed(message: str) -> None:
    assert not may_tell(message)
