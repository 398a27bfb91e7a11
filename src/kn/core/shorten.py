"""Shortening an item to what carries it: what is cut goes to its details, nothing is lost."""

from __future__ import annotations

import re
from dataclasses import replace

from kn.core.model import Item

STATEMENT_WORDS, BECAUSE_WORDS = 28, 20
"""About 36 and 26 tokens of English, so that both fit the compact form of 60 with the id."""

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9`\"'(])")
_ASIDE = re.compile(r"\s*\((?:[^()]|\([^()]*\))*\)")
_LEAD = re.compile(
    r"^(?:we (?:have )?(?:decided|agreed|chosen) (?:to|that)|it was decided (?:to|that)|"
    r"in order to|please note that|note that|as discussed,?|going forward,?)\s+",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[;:,]\s|\s[–—-]{1,2}\s|\s(?:which|so that|because|since|while|but)\s")


def shorten_item(item: Item) -> Item:
    """The item with a statement of at most 28 words and a reason of at most 20.

    The first sentence stays, without its lead-in and its parentheses, cut at a clause when it is
    still too long. The texts as they were are put before the details. An item that is short enough
    comes back as it is.
    """
    statement = shorten_text(item.statement, STATEMENT_WORDS)
    because = shorten_text(item.because, BECAUSE_WORDS) if item.because else ""
    kept = [
        text
        for text, short in ((item.statement, statement), (item.because, because))
        if short != text
    ]
    if not kept:
        return item
    details = "\n\n".join([*kept, item.details] if item.details else kept)
    return replace(item, statement=statement, because=because, details=details)


def shorten_text(text: str, words: int) -> str:
    """The text, if it has at most so many words; else its first sentence, cut as far as it takes.

    >>> shorten_text("We decided to use zstd (level 3) for logs. It is fast.", 6)
    'Use zstd for logs.'
    """
    if len(text.split()) <= words:
        return text
    short = _LEAD.sub("", _SENTENCE.split(" ".join(text.split()), maxsplit=1)[0])
    if len(short.split()) > words:
        short = _ASIDE.sub("", short)
    if len(short.split()) > words:
        short = _cut(short, words)
    short = short[:1].upper() + short[1:]
    return short if short.endswith((".", "!", "?", "…")) else f"{short.rstrip(',;:')}."


def _cut(text: str, words: int) -> str:
    """Up to the last clause that ends within so many words; at a word, where none does."""
    room = " ".join(text.split()[:words])
    ends = [
        m.start() for m in _CLAUSE.finditer(room) if len(room[: m.start()].split()) >= words // 2
    ]
    return room[: ends[-1]] if ends else f"{room} …"
