"""Characters that a reader does not see, and the honest uses of some of them.

Everything that `kn.core.hidden` calls hidden is found, and every odd space; what is let pass is
the list below and nothing else: joiners where a script or an emoji needs them, direction marks in
lines that run from right to left, typographic spaces where typographers put them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from kn.core.hidden import is_hidden


class Run(NamedTuple):
    """Characters in a row that nobody sees."""

    start: int
    length: int
    code: str
    """KN050 for hidden ones, KN051 for odd spaces."""
    said: str


_JOINED_SCRIPTS = (
    (0x0600, 0x08FF),  # Arabic, Syriac, Thaana, N'Ko, Mandaic
    (0x0900, 0x0DFF),  # the scripts of India, and Sinhala
    (0x0F00, 0x109F),  # Tibetan, Myanmar
    (0x1780, 0x18AF),  # Khmer, Mongolian
    (0xFB50, 0xFDFF),
    (0xFE70, 0xFEFC),
)
_UNSPACED = ((0x0E00, 0x0EFF), (0x0F00, 0x109F), (0x1780, 0x17FF), (0x1950, 0x19DF))
"""Thai, Lao, Tibetan, Myanmar, Khmer, Tai: a zero-width space says where a line may break."""
_ARABIC = ((0x0600, 0x08FF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFC))
_MONGOLIAN = ((0x1800, 0x18AF),)
_WIDE = (
    (0x2E80, 0x2FFF),
    (0x3001, 0x9FFF),
    (0xAC00, 0xD7A3),
    (0xF900, 0xFAFF),
    (0xFE30, 0xFE4F),
    (0xFF01, 0xFFEF),
    (0x20000, 0x3FFFD),
)
_FLAGS = tuple(
    "\U0001f3f4" + "".join(chr(0xE0000 + ord(c)) for c in region) + "\U000e007f"
    for region in ("gbeng", "gbsct", "gbwls")
)
"""England, Scotland and Wales, the only tag sequences of Unicode's emoji (UTS 51)."""
_STYLED = frozenset("‼⁉〰↔")
"""Emoji that are no symbols by their category."""
_SIGNS = frozenset("«»‹›;:!?%‰€$£¥₽§°–—•/+×=<>≤≥±№(")
"""What typographers keep together with its neighbour by a space that does not break."""
_TYPOGRAPHIC = frozenset("\u00a0\u202f\u2009\u2007")


def find_hidden(text: str) -> Iterator[Run]:
    """Every hidden character and odd space of the text that has no honest reason to be there."""
    if text.isascii() and text.isprintable():
        return
    suspects = "".join(char for char in set(text) if _is_suspect(char))
    if not suspects:
        return
    for found in re.finditer(f"[{re.escape(suspects)}]+", text):
        yield from _judge(text, found.start(), found.end())


@lru_cache(maxsize=8192)
def _is_suspect(char: str) -> bool:
    if is_hidden(char):
        # Unassigned in this Python's Unicode, but a later one's emoji or ideograph: it is seen.
        return not (unicodedata.category(char) == "Cn" and _in(char, _VISIBLE_LATER))
    return char != " " and unicodedata.category(char) == "Zs"


_VISIBLE_LATER = ((0x1F000, 0x1FAFF), (0x20000, 0x3FFFD))


def _judge(text: str, start: int, end: int) -> Iterator[Run]:
    """The dishonest ones of a run of suspects, each stretch of one sort together."""
    at = start
    while at < end:
        code = _code_of(text, at)
        if not code:
            at += 1
            continue
        first = at
        while at < end and _code_of(text, at) == code:
            at += 1
        yield Run(first, at - first, code, _say(text[first:at], code))


def _code_of(text: str, at: int) -> str:
    char = text[at]
    if not is_hidden(char):
        return "" if _is_typeset(text, at) else "KN051"
    return "" if _is_honest(text, at) else "KN050"


def _is_honest(text: str, at: int) -> bool:
    char = text[at]
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if char == "\r":
        return after == "\n"
    if char == "\ufeff":
        return at == 0
    if char in "\u200c\u200d":
        in_script = _in(before, _JOINED_SCRIPTS) and not is_hidden(before)
        return in_script or (char == "\u200d" and _joins_emoji(text, at))
    if char in "\ufe0e\ufe0f":
        keycap = before in tuple("0123456789#*") and after == "\u20e3"
        return keycap or before in _STYLED or _is_emoji(before)
    if char == "\u200b":
        return _in(before, _UNSPACED) and _in(after, _UNSPACED)
    if char in "\u200e\u200f\u061c":
        return before not in ("\u200e", "\u200f", "\u061c") and _runs_leftwards(text, at)
    if char == "\u2800":
        return any("\u2801" <= c <= "\u28ff" for c in (before, after))
    if 0x180B <= ord(char) <= 0x180F:
        return _in(before, _MONGOLIAN) and not is_hidden(before)
    if unicodedata.bidirectional(char) == "AN" or char in "\u070f\u08e2\u06dd":
        return any(_in(c, _ARABIC) and not is_hidden(c) for c in (before, after))
    return 0xE0000 <= ord(char) <= 0xE007F and _in_flag(text, at)


def _joins_emoji(text: str, at: int) -> bool:
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if before == "\ufe0f":
        before = text[at - 2 : at - 1]
    return _is_emoji(before) and _is_emoji(after)


def _is_emoji(char: str) -> bool:
    """Whether it may be one; wider than Unicode's table, which Python does not carry."""
    if not char or char < "\u00a9":
        return False
    named = char in "\u00a9\u00ae\u2122\u2139\u24c2\u3030\u303d\u3297\u3299"
    return named or "\u2190" <= char <= "\u2bff" or "\U0001f000" <= char <= "\U0001faff"


def _in_flag(text: str, at: int) -> bool:
    start = text.rfind("\U0001f3f4", max(0, at - 6), at)
    return start >= 0 and any(text.startswith(flag, start) for flag in _FLAGS)


def _runs_leftwards(text: str, at: int) -> bool:
    """Whether the line has letters of a script that runs from right to left."""
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    line = text[start : end if end >= 0 else len(text)]
    return any(unicodedata.bidirectional(char) in ("R", "AL") for char in line if char.isalpha())


def _is_typeset(text: str, at: int) -> bool:
    """Whether a typographer would have put this space there."""
    char = text[at]
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if char == "\u3000":  # two of them begin a Chinese paragraph
        around = text[:at].rstrip(char)[-1:], text[at:].lstrip(char)[:1]
        return any(_in(c, _WIDE) for c in around)
    if char == "\u1680":
        return "\u1681" <= before <= "\u169c" or "\u1681" <= after <= "\u169c"
    if char not in _TYPOGRAPHIC:
        return False
    if before in _SIGNS or after in _SIGNS or before.isdigit() or after.isdigit():
        return bool(before and after)
    return _after_short_word(text, at)


def _after_short_word(text: str, at: int) -> bool:
    """`v Praze`, `z. B.`, `и т. д.`: a short word that must not end a line.

    English has no such habit: the word is a single letter that is no English word, or the line
    holds a letter that English has not.
    """
    head = re.search(r"(?:^|[\s(„“\"«])([^\W\d_]{1,3})\.?\Z", text[max(0, at - 6) : at])
    if head is None:
        return False
    if len(head[1]) == 1 and head[1] not in "aAI":
        return True
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    line = text[start : end if end >= 0 else len(text)]
    return any(char.isalpha() and not char.isascii() for char in line)


def _in(char: str, ranges: tuple[tuple[int, int], ...]) -> bool:
    return bool(char) and any(first <= ord(char) <= last for first, last in ranges)


def _say(run: str, code: str) -> str:
    shown = " ".join(f"U+{ord(char):04X}" for char in run[:4])
    more = f" and {len(run) - 4} more" if len(run) > 4 else ""
    named = unicodedata.name(run[0], "") or _UNNAMED.get(unicodedata.category(run[0]), "unassigned")
    what = "an odd space" if code == "KN051" else _sort_of(run[0])
    return f"{what}: {shown}{more} ({named.lower()})"


_UNNAMED = {"Cc": "control character", "Co": "private use", "Cs": "surrogate"}


def _sort_of(char: str) -> str:
    code = ord(char)
    if 0xE0000 <= code <= 0xE007F:
        return "hidden text in tag characters"
    if code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C):
        return "text that is shown in another order than it is read"
    return "a hidden character"
