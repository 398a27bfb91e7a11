"""Texts of a message turned into the short fields of a candidate."""

from __future__ import annotations

import re

WORDS_AT_MOST = 30
"""About 40 cl100k tokens, which DESIGN allows a statement; code words cost more than one."""

_PREFIX = re.compile(r"[A-Za-z][\w/-]{0,24}(?:\([^)]{0,60}\))?!?:\s+|\[[^\]]{1,40}\]\s*")
_NUMBER = re.compile(r"\s*\((?:[^()]{0,40}\s)?#\d+\)\s*$")
_REASON = re.compile(
    r"[,;]?\s(?:—\s)?(?:because(?:\sof)?|due\sto"
    r"|(?<!long\s)(?<!ever\s)since(?!\s+(?:(?:the\s|#)?\S*\d|then\b)))\s+(?=\S)"
    r"|[,;]?\s(?=so\sthat\s)",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"[a-z]+(?:'[a-z]+)?(?=[\s,.;:]|$)")
_LEAD = re.compile(
    r"(?:[-*•+]|\(?(?:\d{1,2}|[ivx]{1,4})[.)])\s+|\*\*([^*]{1,60})\*\*:?\s*"
    r"|(?:so|and|but|also|thus|hence|therefore|however|instead|note that|in addition"
    r"|furthermore|as a result|first|second|finally|fix|result|note|verdict|recommendation)"
    r"\b[,:]?\s+",
    re.IGNORECASE,
)


def one_line(text: str) -> str:
    """The text with every run of white space as one blank."""
    return " ".join(text.split())


def bare_subject(subject: str) -> str:
    """The subject without its conventional-commit prefix, tags in brackets and numbers at its end.

    >>> bare_subject("fix(api)!: use a leaky bucket (#12)")
    'use a leaky bucket'
    """
    for _ in range(3):
        found = _PREFIX.match(subject)
        if not found or found.end() == len(subject):
            break
        subject = subject[found.end() :]
    return _NUMBER.sub("", subject)


def split_reason(text: str) -> tuple[str, str]:
    """What a sentence says, and the reason that it gives with `because` or `since`, or nothing.

    >>> split_reason("Use a leaky bucket, because bursts hurt.")
    ('Use a leaky bucket', 'bursts hurt.')
    """
    found = _REASON.search(text)
    if not found or found.start() < 8 or len(text) - found.end() < 8:
        return text, ""
    return text[: found.start()].rstrip(" ,;"), text[found.end() :].strip()


def without_lead(text: str) -> str:
    """A sentence without the bullet and the linking words at its beginning."""
    for _ in range(3):
        found = _LEAD.match(text)
        if not found or found.end() == len(text):
            break
        text = (f"{found[1]}: " if found[1] else "") + text[found.end() :]
    return text


def as_sentence(text: str) -> str:
    """The text with a capital letter, where its first word is plain, and a full stop."""
    text = text.strip().rstrip(" ,;:—-")
    if found := _PLAIN.match(text):
        text = found[0].capitalize() + text[found.end() :]
    return text if not text or text[-1] in ".!?…" else f"{text}."


def shortened(text: str) -> str:
    """The first words, as many as a statement may have; where it cuts, an ellipsis says so."""
    words = text.split()
    if len(words) <= WORDS_AT_MOST:
        return text
    return " ".join(words[:WORDS_AT_MOST]).rstrip(",;:(—-") + " …"
