"""Prose made short: Markdown taken off, sentences found, texts cut where a reader would cut
them."""

from __future__ import annotations

import re
from collections.abc import Iterator

_IMAGE = re.compile(r"!\[([^\[\]]{0,200})\]\([^()\s]{0,400}\)")
_LINK = re.compile(
    r"\[([^\[\]]{1,300})\](?:\([^()]{0,600}(?:\([^()]{0,100}\)[^()]{0,300})?\)|\[[^\[\]]{0,100}\])"
)
_FOOTNOTE = re.compile(r"\[\^[^\[\]]{1,30}\]")
_BRACKETS = re.compile(r"\[([^\[\]]{1,300})\]")
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,200}>")
_STRUCK = re.compile(r"~~[^~]{1,300}~~")
_EMPHASIS = re.compile(r"\*{1,3}|(?<!\w)_{1,3}(?=\S)|(?<=\S)_{1,3}(?!\w)")
_CODE = re.compile(r"(`[^`\n]{1,300}`)")
_SPACES = re.compile(r"\s+")
_PIECE = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d{1,3}|[^\W\d_a-zA-Z]|[^\w\s]+|_+")
_END = re.compile(r"[.!?][)\"'”’*`]{0,3}(?=\s|$)|(?<=\w)\.(?=$)")
_SHORT_FORMS = frozenset("e.g i.e etc vs cf approx no incl resp fig v dr mr st inc ver".split())
_TRAILING = frozenset(
    "a an the of to in on at by for with and or but nor as is are be that which who from into than "
    "via "
    "so not if when its their our this these those will can may must should has have such only "
    "using".split()
)


def plain(text: str) -> str:
    """The words of a piece of Markdown: no links, emphasis, footnotes, HTML or struck-out text.

    Code keeps its backticks, underscores and angle brackets.
    """
    text = _LINK.sub(r"\1", _FOOTNOTE.sub("", _IMAGE.sub(r"\1", _STRUCK.sub("", text))))
    parts = _CODE.split(text)
    parts[::2] = [
        _EMPHASIS.sub("", _TAG.sub("", _BRACKETS.sub(r"\1", part))) for part in parts[::2]
    ]
    return _SPACES.sub(" ", "".join(parts)).strip()


def cost(text: str) -> int:
    """About how many cl100k tokens a text has.

    An estimate, because the table of tokens is not this floor's business: over the statements of
    830 real records its sum is 1 % above the exact count, over single ones it may be 15 % off.
    """
    return sum(1 + (len(piece) - 1) // 9 for piece in _PIECE.findall(text))


def sentences(text: str) -> Iterator[str]:
    """The sentences of a plain paragraph; `e.g.` and `v1.2` end none."""
    start = 0
    for match in _END.finditer(text):
        before = text[start : match.start()]
        last = before.rsplit(None, 1)[-1].lstrip("(").casefold() if before.strip() else ""
        after = text[match.end() :].lstrip()[:1]
        if match[0][0] == "." and (last in _SHORT_FORMS or len(last) < 2 or after.islower()):
            continue
        yield text[start : match.end()].strip()
        start = match.end()
    if text[start:].strip():
        yield text[start:].strip()


def cut(text: str, most: int) -> str:
    """The text, or its beginning up to a clause or word that ends within `most` tokens."""
    if cost(text) <= most:
        return text
    words = text.split(" ")
    kept, spent = 0, 0
    for word in words:
        spent += cost(word)
        if spent > most:
            break
        kept += 1
    return _tidy(words[:kept])


def _tidy(words: list[str]) -> str:
    text = " ".join(words)
    # A clause that ends in the last third reads better than the last word that fits.
    clause = max(text.rfind(mark) for mark in (", ", "; ", " — ", " – ", ": ", " ("))
    if clause > len(text) * 2 // 3:
        text = text[:clause]
    elif text.count("(") > text.count(")") and text.rfind("(") > len(text) // 3:
        text = text[: text.rfind("(")]
    if text.count("`") % 2:
        text = text[: text.rfind("`")] if text.rfind("`") > len(text) // 2 else text + "`"
    rest = text.rstrip(" ,;:—–-(").split(" ")
    while len(rest) > 1 and rest[-1].strip("`,;:").casefold() in _TRAILING:
        rest.pop()
    return " ".join(rest).rstrip(" ,;:—–-(")
