"""Which of the options that the agent put up the user picked."""

from __future__ import annotations

import re

from kn.core.capture.wording import one_line, split_reason
from kn.core.talk.answer import Answer
from kn.core.talk.claim import Claim
from kn.core.talk.options import Options, chosen
from kn.core.talk.text import stands_alone, terms_of

_MARK = re.compile(
    r"(?:let's |lets |I'd |we'll )?(?:go with |use |take |do |pick |choose |prefer )?"
    r"(?:option |number |no\. |#|choice )?(?P<mark>[1-6]|[A-D])\b(?=\s*(?:[,.;:!)—–-]|$|because"
    r"|since|please))",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"(?:let's |lets |I'd |we'll )?(?:go with |use |take |do |pick |choose |prefer )?"
    r"the (?P<place>first|second|third|fourth|last|former|latter)(?: one| option)?\b",
    re.IGNORECASE,
)
_PLACES = {"first": 0, "former": 0, "second": 1, "third": 2, "fourth": 3, "latter": -1, "last": -1}
_TURNED_DOWN = re.compile(r"\b(?:not|no|don't|never|neither|instead of|rather than|over)\b", re.I)
_SHORT = 3


def pick_option(options: Options, sentence: str, answer: Answer) -> Claim | None:
    """The claim of a user whose first sentence picks exactly one of the options, or None."""
    text = one_line(answer.rest)
    if not text or text.endswith("?") or answer.stance == "no":
        return None
    place, because = _picked(options, text)
    if place is None:
        return None
    because = re.sub(r"^(?:because|since)\s+", "", because, flags=re.IGNORECASE)
    if because and (not stands_alone(because) or len(because.split()) < _SHORT):
        because = ""
    # "B" or "the first one" is no evidence that anybody could read.
    named = terms_of(options.names[place]) & terms_of(sentence)
    quote = sentence if named and len(sentence.split()) >= _SHORT else options.lines[place]
    return chosen(options, place, because, quote)


def _picked(options: Options, text: str) -> tuple[int | None, str]:
    said, because = split_reason(text)
    if found := _MARK.match(text):
        mark = found["mark"].upper()
        place = options.marks.index(mark) if mark in options.marks else None
        return place, because or text.partition(", ")[2].strip(" .")
    if found := _PLACE.match(text):
        place = _PLACES[found["place"].lower()]
        if place >= len(options.names):
            return None, ""
        return place % len(options.names), because
    if not because:
        said, _, because = (p.strip() for p in text.partition(", "))
    if _TURNED_DOWN.search(said):
        return None, ""
    mentioned = terms_of(said)
    hits = [n for n, own in enumerate(_distinct(options)) if own and own <= mentioned]
    if len(hits) != 1 or len(mentioned) > 8:
        return None, ""
    return hits[0], because.rstrip(" .")


def _distinct(options: Options) -> list[frozenset[str]]:
    """What tells each option from the others."""
    all_terms = [terms_of(name) for name in options.names]
    return [
        own - frozenset().union(*(t for n, t in enumerate(all_terms) if n != place))
        for place, own in enumerate(all_terms)
    ]
