"""How two claims stand to each other: the same thing said again, or one in the other's place."""

from __future__ import annotations

import re

from kn.core.capture.wording import as_sentence, one_line, split_reason
from kn.core.talk.choice import parse_choice
from kn.core.talk.claim import Claim, alike, overlap
from kn.core.talk.text import terms_of

_SAME = 0.6
"""Share of common terms from which two sentences say one thing, as in `kn.core.similar`."""
_TOPIC = 0.5
"""Share of the smaller set of terms from which two purposes or rules are of one thing; a guess."""
_VALUE = re.compile(
    r"(?:make it|set it to|change it to|change that to|make that|it should be|should be|raise it to"
    r"|lower it to|(?:use|go with))\s+(?P<value>\d[\d_,]*(?:\.\d+)?)\s*(?P<unit>[A-Za-z%]*)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w.])(?P<value>\d[\d_,]*(?:\.\d+)?)\s*(?P<unit>[A-Za-z%]*)")


def same_claim(new: Claim, old: Claim) -> bool:
    """Whether the new claim only says again what the old one says."""
    if new.forbids != old.forbids and alike(new.terms, old.terms) < 0.9:
        return False
    if new.numbers != old.numbers:
        return False
    if new.choice is not None and old.choice is not None:
        mine, theirs = terms_of(new.choice.option), terms_of(old.choice.option)
        if mine == theirs and mine:
            return not (new.choice.purpose and old.choice.purpose) or _same_purpose(new, old)
        return alike(mine, theirs) >= _SAME and _same_purpose(new, old)
    return alike(new.terms, old.terms) >= _SAME


def replaces(new: Claim, old: Claim, *, said: str = "", turned: bool = False) -> bool:
    """Whether the new claim takes the place of the old one, wherever that was said.

    Args:
        new: What was said now.
        old: What stood until now.
        said: The other sentences of the same message.
        turned: Whether it is said to be another way: `no`, `actually`, `instead`.
    """
    if new.choice is not None and old.choice is not None:
        mine, theirs = terms_of(new.choice.option), terms_of(old.choice.option)
        if not mine or not theirs or mine == theirs:
            return False
        if new.choice.over and overlap(terms_of(new.choice.over), theirs) >= _TOPIC:
            return True
        if any(terms_of(r.option) == mine for r in old.rejected):
            return True
        if turned and _head(new.choice.option) == _head(old.choice.option):
            return True
        if new.choice.purpose and old.choice.purpose:
            return _same_purpose(new, old)
        return bool(said) and theirs <= terms_of(said) and not (theirs <= mine)
    if (new.choice is None) != (old.choice is None):
        return False
    both = overlap(new.terms, old.terms)
    if turned and both >= _TOPIC and len(new.terms & old.terms) >= 2:
        return True
    if new.forbids != old.forbids:
        return both >= _TOPIC and len(new.terms & old.terms) >= 2
    return new.numbers != old.numbers and bool(old.numbers) and alike(new.terms, old.terms) >= _SAME


def gives_value(text: str) -> bool:
    """Whether a text says a number to be taken: `make it 10 seconds`."""
    return _VALUE.match(text) is not None


def replaces_value(text: str, quote: str, old: Claim) -> Claim | None:
    """The old claim with another number, when a text gives one of the same unit; or None."""
    text = one_line(text)
    given = _VALUE.match(text)
    places = list(_NUMBER.finditer(old.statement))
    if given is None or len(places) != 1:
        return None
    (place,) = places
    unit, before = given["unit"].lower(), place["unit"].lower()
    if unit and before and unit[:1] != before[:1]:
        return None
    if given["value"] == place["value"] and unit == before:
        return None
    end = place.end() if unit else place.end("value")
    value = f"{given['value']}{' ' if unit and place[0] != place[0].replace(' ', '') else ''}"
    value += given["unit"]
    statement = f"{old.statement[: place.start()]}{value}{old.statement[end:]}"
    because = split_reason(text)[1]
    new = Claim(old.kind, statement, quote, as_sentence(because), list(old.rejected), by_user=True)
    new.base = old.base or old.quote
    new.choice = parse_choice(statement)
    new.replaces = True
    new.reject(place[0].strip(), because.rstrip("."))
    return new


def _head(option: str) -> str:
    """The last word of an option, which says what kind of thing it is."""
    return option.split()[-1].lower().rstrip("s") if option.split() else ""


def _same_purpose(new: Claim, old: Claim) -> bool:
    assert new.choice is not None and old.choice is not None
    mine, theirs = terms_of(new.choice.purpose), terms_of(old.choice.purpose)
    return overlap(mine, theirs) >= _TOPIC if mine and theirs else not mine and not theirs
