"""Which of a user's own settings are secret: the values that the exact layer then looks for."""

from __future__ import annotations

from collections.abc import Iterable

from kn.core.redact.judge import has_special, is_placeholder, is_random, is_strong_word, is_wordy
from kn.core.redact.names import strength_of
from kn.core.redact.redactor import Redactor

SHORTEST = 8
"""Characters of a value that is looked for everywhere; shorter ones stand in ordinary text."""


def own_values(settings: Iterable[tuple[str, str]]) -> set[str]:
    """The secret ones among names and values, such as those of an environment.

    Behind a telling name every value counts that is no placeholder, path, address or number;
    behind another name what was drawn by chance, is mixed as a password is, or contains a secret
    of a known form. Never shorter than `SHORTEST`.
    """
    redactor = Redactor()
    values: set[str] = set()
    for name, value in settings:
        value = value.strip()
        if len(value) < SHORTEST:
            continue
        if _is_own(name, value):
            values.add(value)
        values |= {value[one.start : one.end] for one in redactor.find(value)}
    return {value for value in values if len(value) >= SHORTEST}


def _is_own(name: str, value: str) -> bool:
    if is_placeholder(value):
        return False
    promises = {strength_of(piece) for piece in (name, *name.replace("-", "_").split("_"))}
    if promises & {"password", "secret"}:
        return True
    if any(char.isspace() for char in value) or "/" in value or is_wordy(value):
        return False
    return "weak" in promises or is_random(value) or (has_special(value) and is_strong_word(value))
