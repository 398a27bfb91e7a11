"""Choices in a sentence: which option, what for, over which other one, and why."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kn.core.capture.contrast import contrast_in
from kn.core.capture.wording import as_sentence, one_line
from kn.core.talk.reason import split_why

_VERB = re.compile(
    r"(?P<verb>us(?:e|ing)|go(?:ing)? (?:back to|with|for)|choos(?:e|ing)|pick(?:ing)?"
    r"|adopt(?:ing)?|switch(?:ing)? (?:back |over )?to|mov(?:e|ing) (?:back |over )?to"
    r"|stick(?:ing)? (?:with|to)|stay(?:ing)? (?:with|on)|keep(?:ing)? using|prefer"
    r"|rely(?:ing)? on|revert(?:ing)? (?:back )?to|return(?:ing)? to)\s+",
    re.IGNORECASE,
)
_EDGE = (
    r"for|as|in|to|at|on|when|whenever|because|since|so|instead|rather|over|not|but|with|from"
    r"|everywhere|wherever|and (?:not|drop|remove|no)"
)
_OPTION = re.compile(
    rf"(?P<option>(?:(?!\b(?:{_EDGE})\b)(?:[^\s,;:()!?.—–]|[.](?=\w)|[:](?=\S))+\s*){{1,7}})",
    re.IGNORECASE,
)
_PURPOSE = re.compile(
    r"\b(?P<purpose>(?:for|as|in|to|at|on|when|whenever|with)\s+(?!that\b|this\b|it\b)"
    r"(?:(?!\b(?:because|since|so that|instead|rather|over|not)\b)(?:[^,;:()!?.—–]|[.](?=\w)))+)",
    re.IGNORECASE,
)
_OVER = re.compile(
    r"(?:,|\band|\bbut|—|–|-)\s*(?:not|no|drop|remove)\s+(?:an?\s|the\s|any\s|use\s)?"
    r"(?P<option>[^,;:()!?—–]{2,50}?)(?=\s+(?:for|in|when|because|since|as)\b"
    r"|[,;:()!?—–]|[.](?=\s|$)|$)"
    r"|\bover\s+(?:an?\s|the\s)?(?P<other>(?:[^\s,;:()!?.—–]|[.](?=\w))+"
    r"(?:\s(?!for|in|because)[^\s,;:()!?.—–]+)?)",
    re.IGNORECASE,
)
_NO_OPTION = re.compile(
    r"(?:it|that|this|those|these|them|one|both|either|what|whatever|something|which|all|any|some"
    r"|\d+\w*|[A-D])$"
    r"|(?:the|a|an)?\s*(?:first|second|third|last|other|same|latter|former|new|old|different"
    r"|another"
    r"|better|simpler|proper|correct|right|real|actual|existing|following)\b"
    r"|(?:this|that|these|those|your|my|his|her)\b",
    re.IGNORECASE,
)
LASTING = re.compile(
    r"(?:store|keep|put|move|make|split|cache|leave|treat|generate|validate|pin|hash|encode|model"
    r"|derive|read|send|route|retry|queue|lock|shard|index|sign|encrypt|expose|represent|limit)\s",
    re.IGNORECASE,
)
"""Verbs of what is laid down to stay so, beside those of choosing."""
_ARTICLE = re.compile(r"(?:an?|the|some|our)\s+(?=\S)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice, in the words of its sentence; absent parts are empty."""

    option: str
    """Without its article: `leaky bucket`."""
    purpose: str = ""
    """With its preposition: `for rate limiting`."""
    over: str = ""
    because: str = ""
    said: str = ""
    """The sentence without its reason, from the verb on, which is `use` where it can be."""

    @property
    def statement(self) -> str:
        return as_sentence(self.said)

    def with_purpose(self, purpose: str) -> str:
        """The statement with the purpose that the conversation gave before."""
        said = re.sub(r",?\s+instead$", "", self.said.rstrip(" ."), flags=re.IGNORECASE)
        return as_sentence(said if self.purpose or not purpose else f"{said} {purpose}")


def parse_choice(text: str) -> Choice | None:
    """Read a text that begins with a verb of choosing; None when it names no option.

    >>> found = parse_choice("use a leaky bucket instead of a token bucket, because bursts hurt")
    >>> found.option, found.over, found.because
    ('leaky bucket', 'token bucket', 'bursts hurt')
    """
    text = one_line(text).rstrip(" .!")
    verb = _VERB.match(text)
    if verb is None:
        return None
    said, because = split_why(text)
    named = _OPTION.match(said, verb.end())
    if named is None:
        return None
    written = named["option"].strip(" `'\"")
    option = _ARTICLE.sub("", written, count=1) if _ARTICLE.match(written) else written
    if not option or _NO_OPTION.match(written) or _NO_OPTION.match(option):
        return None
    purpose = _PURPOSE.search(said, named.end())
    if verb["verb"].lower() != "prefer":
        said = f"use {said[verb.end() :]}"
    return Choice(
        option,
        purpose["purpose"].strip() if purpose else "",
        other_option(text),
        because.rstrip("."),
        re.sub(r",?\s+instead$", "", said, flags=re.IGNORECASE),
    )


def other_option(text: str) -> str:
    """The option that a sentence turns down: `instead of X`, `rather than X`, `, not X`, `over X`.

    >>> other_option("Use pnpm, not npm, in this repository.")
    'npm'
    """
    if found := contrast_in(text):
        return re.sub(r"^(?:in|on|as|with|by|from|to|an?|the)\s", "", found, flags=re.IGNORECASE)
    if re.search(r"\b(?:instead of|rather than)\b", text, re.IGNORECASE):
        return ""  # what stands there is no option, as `contrast_in` says
    turned = _OVER.search(text)
    option = (turned["option"] or turned["other"] or "").strip(" .`'\"") if turned else ""
    return "" if _NO_OPTION.match(option) else option
