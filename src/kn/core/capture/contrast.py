"""Options that a sentence turns down."""

from __future__ import annotations

import re

from kn.core.model import Rejected

_CONTRAST = re.compile(
    r"\b(?:instead of|rather than)\s+(?:(?:an?|the|some|our|its)\s+)?"
    r"(?P<option>\S+"
    r"(?:\s+(?!(?:for|in|on|at|when|because|since|so|which|as|to|and|but)\b)[^\s,;:()]+){0,7})",
    re.IGNORECASE,
)
_TURNED_DOWN = re.compile(
    r"\b(?:considered|alternative (?:would (?:be|have been)|is|was)(?: to)?)\s+"
    r"(?P<option>[^;:.]{3,80}?)(?:,? but|, however,?|;)\s+(?P<because>[^;]{3,200})",
    re.IGNORECASE,
)
_WORD = re.compile(r"[a-z][a-z0-9]{3,}")
_MENTIONED = 0.5
"""Share of an option's words that a sentence has which speaks of it (a guess)."""


def contrast_in(text: str) -> str:
    """The option after `instead of` or `rather than`, without its article; or nothing.

    "rather than calling it twice" turns down a way of writing code, which is no option.

    >>> contrast_in("Use a leaky bucket instead of a token bucket for rate limiting.")
    'token bucket'
    """
    found = _CONTRAST.search(text)
    option = found["option"].strip(" .`") if found else ""
    return "" if re.match(r"\w+ing\b", option) else option


def turned_down_in(text: str) -> Rejected | None:
    """The option of "an alternative would be X, but Y" or "we considered X, but Y"."""
    found = _TURNED_DOWN.search(text)
    return Rejected(found["option"].strip(), found["because"].strip(" .")) if found else None


def speaks_of(option: str, sentence: str) -> bool:
    """Say whether a sentence is about an option: it has half of its longer words, or more."""
    words = set(_WORD.findall(option.lower()))
    said = {word.rstrip("s") for word in _WORD.findall(sentence.lower())}
    return bool(words) and sum(w.rstrip("s") in said for w in words) >= _MENTIONED * len(words)
