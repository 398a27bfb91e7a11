"""A passage of Markdown -> one sentence that can be served, its reason, and the rest."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from kn.core.adr.wording import plain, sentences
from kn.core.capture.wording import as_sentence, split_reason
from kn.core.hidden import is_hidden
from kn.core.shorten import STATEMENT_WORDS, shorten_text

STATEMENT_MOST = 40
"""Tokens of a statement (DESIGN §4)."""
BECAUSE_MOST = 60
"""Tokens of a reason; a guess: one long sentence."""

_REASON = re.compile(
    r"^(?:(?:the )?reason(?: is| being)?(?: that)?:?|why:|rationale:|this is because|because"
    r"|that is because|it is because)\s+",
    re.IGNORECASE,
)
_OTHERWISE = re.compile(r"^(?:otherwise|or else|if not)\b[,:]?\s+", re.IGNORECASE)
_JOINERS = "\u200c\u200d\ufe0e\ufe0f"
_EMOJI_LEAD = re.compile(r"^[^\w`\"'(@/.*$<-]+")


class Said(NamedTuple):
    """What a passage says."""

    statement: str
    because: str
    details: str
    """The passage as it stands, when the two do not hold all of it."""


def say(passage: str, count: Callable[[str], int], *, because: str = "") -> Said:
    """Take a passage apart: its first sentence, at most 40 tokens, and the reason that it gives.

    Args:
        passage: Markdown; line breaks are blanks.
        count: cl100k tokens of a text.
        because: A reason that its author gave in another place.
    """
    text = _EMOJI_LEAD.sub("", plain(passage))
    said = list(sentences(text))
    first, reason = split_reason(said[0]) if said else ("", "")
    rest = []
    for sentence in said[1:]:
        given = _REASON.match(sentence)
        if not reason and given:
            reason = sentence[given.end() :]
        elif not reason and _OTHERWISE.match(sentence):
            reason = sentence
        else:
            rest.append(sentence)
    reason = because or reason
    statement = as_sentence(_fit(first, STATEMENT_MOST - 1, count))
    short = as_sentence(_fit(plain(reason), BECAUSE_MOST, count)) if reason else ""
    cut = bool(rest) or _bare(statement) != _bare(first) or _bare(short) != _bare(plain(reason))
    return Said(statement, short, passage.strip() if cut else "")


def hidden_in(text: str) -> bool:
    """Whether a passage holds characters that its reader does not see; joiners do not count."""
    return any(is_hidden(char) for char in text if char not in _JOINERS and char != "\r")


def _fit(text: str, most: int, count: Callable[[str], int]) -> str:
    if count(text) <= most:
        return text
    for words in range(STATEMENT_WORDS, 3, -2):
        short = shorten_text(text, words)
        if count(short) <= most:
            return short
    for size in (120, 80, 40):  # one long word: data, or a script without blanks
        if count(text[:size]) < most:
            return f"{text[:size]} …"
    return f"{text[:20]} …"


def _bare(text: str) -> str:
    return text.strip(" .!?…,;:").casefold()
