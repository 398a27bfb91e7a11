"""Sentences in which a user decides: `let's go with X for Y`, `we'll use X because …`."""

from __future__ import annotations

import re

from kn.core.capture.wording import as_sentence, one_line, shortened
from kn.core.model import Rejected
from kn.core.talk.choice import LASTING, parse_choice
from kn.core.talk.claim import Claim
from kn.core.talk.reason import split_why

_LEAD = re.compile(
    r"(?:(?:so|then|I guess|in that case)[,:]?\s+)?"
    r"(?P<we>let's|lets|let us|we(?:'ll| will|'re going to| are going to| should|'d better)"
    r"|(?:we|I)(?:'ve| have)? (?:decided|chosen|opted|settled|agreed)(?: to| on| for| that we)?"
    r"|(?:I|we)(?:'d| would) (?:rather|prefer to|like to|like us to)|I want (?:us|you) to"
    r"|I(?:'d| would) like you to|(?:I|we) want to|you should|can we|please|just)\s+",
    re.IGNORECASE,
)
_OURS = re.compile(r"(?:let|we|I(?:'ve| have)? (?:decided|chosen|opted|settled))", re.IGNORECASE)
_TOLD = re.compile(
    r"(?:we|I)(?:'ve| have)? (?:decided|chosen|opted|agreed) (?:to|that|against)\s+(?P<what>.+)",
    re.IGNORECASE,
)
_AGAINST = re.compile(
    r"(?:let's|lets|let us|we(?:'ll| will| should|'re going to)?) (?:not|don't"
    r"|won't) (?P<what>(?:use|rely"
    r"|add|introduce|support|depend|store|keep|go)\b.+)"
    r"|we (?:won't|will not|don't want to|shouldn't) (?P<more>(?:use|rely|add|introduce|support"
    r"|depend"
    r"|store|keep|go)\b.+)",
    re.IGNORECASE,
)
_DECIDES = re.compile(
    r"(?:go|stick|stay|switch|mov|revert|return|adopt|choose|pick)", re.IGNORECASE
)
_PASSING = re.compile(
    r"\b(?:for now|this time|for the moment|temporarily|just for|today|in this (?:pr|branch|commit"
    r"|test|file|function)|for (?:this|that|the) (?:test|one|function|file|button|example|demo"
    r"|step)"
    r"|to (?:fix|find|debug|check|see|test|search|look)|your|my)\b",
    re.IGNORECASE,
)


def decided(sentence: str, quote: str) -> Claim | None:
    """The choice that a sentence of the user makes, or None.

    `let's use X` has to say what for, over what or why. A bare `use X` counts only
    where it replaces something that stands.

    Args:
        sentence: Without the words that answer the agent.
        quote: The sentence verbatim.
    """
    text = one_line(sentence)
    if text.endswith("?") or len(text.split()) > 45 or _PASSING.search(text):
        return None
    if (told := _told(text, quote)) is not None:
        return told
    lead = _LEAD.match(text)
    bare = text[lead.end() :] if lead else text
    choice = parse_choice(bare)
    if choice is None:
        return _instead(bare, quote)
    ours = lead is not None and _OURS.match(lead["we"]) is not None
    ours = ours or _DECIDES.match(bare) is not None
    full = bool(choice.over or choice.because or choice.purpose)
    return Claim(
        "decision",
        choice.statement,
        quote,
        as_sentence(choice.because),
        [Rejected(choice.over, choice.because)] if choice.over else [],
        choice=choice,
        by_user=True,
        stated=ours and full,
    )


def _told(text: str, quote: str) -> Claim | None:
    """`we decided to drop X, because …`, and `let's not use X, …`, whatever the verb."""
    if found := _TOLD.match(text):
        what = f"do not {found['what']}" if " against " in found[0][:30] else found["what"]
    elif found := _AGAINST.match(text):
        what = f"do not {found['what'] or found['more']}"
    else:
        return None
    said, because = split_why(what)
    if parse_choice(what) is not None or len(said.split()) < 3:
        return None
    stated = bool(because) or _TOLD.match(text) is not None
    claim = Claim("decision", as_sentence(shortened(said)), quote, as_sentence(because))
    claim.by_user, claim.stated = True, stated
    return claim


def _instead(text: str, quote: str) -> Claim | None:
    """`store them in UTC instead`: it counts only where it replaces something that stands."""
    if not LASTING.match(text):
        return None
    said, because = split_why(text.rstrip(" ."))
    said = re.sub(r",?\s+instead$", "", said, flags=re.IGNORECASE)
    claim = Claim("decision", as_sentence(shortened(said)), quote, as_sentence(because))
    claim.by_user, claim.stated = True, False
    return claim
