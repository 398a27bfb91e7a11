"""Why: the reason in a sentence, after its comma, or in the sentence beside it."""

from __future__ import annotations

import re

from kn.core.capture.wording import as_sentence, one_line, split_reason
from kn.core.talk.text import stands_alone, terms_of

_CLAUSE = re.compile(r",\s+(?=(?P<first>[\w`'\"./@-]+)\s)")
_OTHERWISE = re.compile(r"[,;:]?\s+(?=otherwise\b)", re.IGNORECASE)
_GOES_ON = frozenset(
    "not no and or but then so use which when if unless except always never with without for in on"
    " as to at from by only even also poll instead rather over using keep make put call run see ask"
    " open write do".split()
)
"""First words of a clause that says more of the rule itself."""
_OPENS = re.compile(
    r"(?:in|for|across|on|when|whenever|if|while|after|before|since|as|given|with|unless|until"
    r"|once)\b",
    re.IGNORECASE,
)
"""A sentence that begins so says its main thing after the comma."""
_WHOLE = 3
"""Words that each side of a comma needs to say something by itself (a guess)."""
_TELLS = re.compile(
    r"\b(?:it|they|we|is|are|was|were|has|have|had|does|doesn't|do|don't|can't|cannot|won't|isn't"
    r"|aren't|gets?|got|loses?|lost|overr[au]n|breaks?|broke|fails?|failed|leaks?|crash\w*|costs?"
    r"|needs?|drifts?|conflicts?|blocks?|races?|deadlocks?|hides?|hid|hangs?|takes?|allows?"
    r"|makes|sends|means|returns"
    r"|supports?"
    r"|starves?|hurts?|kills?|wastes?|confuses?|corrupts?|already|too)\b",
    re.IGNORECASE,
)
_BESIDE = re.compile(r"(?:because|since|otherwise|the reason(?: is|:))\s+\S.{8,}", re.IGNORECASE)
_ORDER = re.compile(
    r"(?:please|use|go|let's|make|add|fix|run|change|remove|rename|update|write|can you|could you"
    r"|try|commit|do|don't|also|now|show|check|look|never|always)\b",
    re.IGNORECASE,
)


def split_why(text: str) -> tuple[str, str]:
    """What a sentence says, and why: after `because`, `otherwise`, or a comma and a plain fact.

    >>> split_why("use Postgres for sessions, Redis loses them on restart")
    ('use Postgres for sessions', 'Redis loses them on restart')
    """
    said, because = split_reason(text)
    if because:
        return said, because
    found = _OTHERWISE.search(text)
    if found and found.start() > 8 and len(text[found.end() :].split()) >= _WHOLE:
        return text[: found.start()], text[found.end() :]
    for found in _CLAUSE.finditer(text, 8):
        rest = text[found.end() :]
        long = 3 <= len(rest.split()) <= 25 and len(text[: found.start()].split()) >= _WHOLE
        if (
            long
            and not _OPENS.match(text)
            and found["first"].lower() not in _GOES_ON
            and _TELLS.search(rest)
        ):
            return text[: found.start()], rest
    return text, ""


def reason_beside(
    sentences: list[str], rests: list[str], place: int, about: str, *, turned: bool
) -> str:
    """The reason in the sentence after or before the one at `place`, where it is plainly one.

    Args:
        sentences: Of one message.
        rests: The same without the words that answer the agent.
        place: The sentence that is to be explained.
        about: The options that it speaks of; a fact about one of them is a reason.
        turned: Whether it corrects something; then bad news of any kind before it is one.
    """
    if place + 1 < len(sentences):
        after = one_line(sentences[place + 1])
        if found := _BESIDE.match(after):
            text = re.sub(r"^(?:because|since|the reason(?: is|:))\s+", "", found[0], flags=re.I)
            return as_sentence(text) if stands_alone(text) else ""
        if _is_fact(after, about):
            return as_sentence(after)
    if place > 0 and _is_fact(before := one_line(rests[place - 1]), about, loose=turned):
        return as_sentence(before)
    return ""


def _is_fact(text: str, about: str, *, loose: bool = False) -> bool:
    """Whether a sentence tells a fact about one of the options, or (loose) bad news of any kind."""
    words = len(text.split())
    if not 2 <= words <= 30 or text.endswith("?") or _ORDER.match(text) or not _TELLS.search(text):
        return False
    if terms_of(text) & terms_of(about):
        return stands_alone(text) or words < 3
    return loose and words >= _WHOLE and stands_alone(text)
