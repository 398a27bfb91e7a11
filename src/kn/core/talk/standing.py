"""Sentences in which a user lays something down for good, as against asking for something now."""

from __future__ import annotations

import re

from kn.core.capture.wording import one_line
from kn.core.talk.choice import other_option, parse_choice
from kn.core.talk.claim import Claim, read_claim

_PAST = (
    r"(?!(?:mind|been|had|was|were|did|seen|saw|heard|got|thought|said|went|knew|wrote|ran)\b"
    r"|(?:an?|the|this|that|these|those|its?|in|on|at|by|with|as|of|for|to|from|and|or|but|too)\b"
    r"|(?!(?:embed|need|feed|speed|proceed|succeed|exceed|seed|shed|spread)\b)\w+ed\b)"
)
_EVER = re.compile(
    r"(?:you (?:should|must|need to|have to)|we (?:should|must|need to|have to)?|make sure (?:to"
    r"|you)"
    r"|be sure to|remember to|try to|I want (?:you|us) to|I(?:'d| would) like (?:you|us) to)?\s*"
    rf"(?:always|never|don't ever|do not ever)\s+{_PAST}[a-z]",
    re.IGNORECASE,
)
_FROM_NOW = re.compile(
    r"\b(?:from now on|from here on|going forward|in (?:the )?future|as a (?:general )?rule"
    r"|by convention|our (?:convention|rule|policy|standard) is|(?:house|general|golden) rule"
    r"|rule of thumb|whenever you)\b[,:]?\s*",
    re.IGNORECASE,
)
_HOUSE = re.compile(
    r"(?:in|for|across) (?:this|our|the) (?:project|repo|repository|code ?base|team|company|service"
    r"|package|module|app|monorepo)\b,?\s*(?:we|all|every|each|no|use|only|never|always|there)\b"
    r"|(?:in this (?:project|repo|repository|code ?base) )?we (?:always|never|only|don't|do not) "
    rf"(?:ever )?{_PAST}"
    r"|we (?:use|prefer|keep|write|name|put|avoid|follow|store|pin)\s.+"
    r"\b(?:for all|for every|in all|in every|everywhere|in this (?:project|repo|code ?base)|not"
    r"|never"
    r"|instead of|rather than)\b",
    re.IGNORECASE,
)
_ALL = re.compile(
    r"(?:all|every|each|any|no|nobody)\s(?:\S+\s){0,6}?(?:must|should|has to|have to|needs? to"
    r"|may|goes"
    r"|go|belongs?|gets?)\b"
    r"|only\s(?:\S+\s){1,6}?(?:may|can|should|must|is allowed)\b"
    r"|(?:(?!we\b|you\b|I\b|it\b|this\b|that\b|they\b|there\b)\S+\s){1,10}?should (?:never"
    r"|always|not|only)\b"
    r"|(?:(?!we\b|you\b|I\b|it\b|this\b|that\b|they\b|there\b)\S+\s){1,10}?must (?:never|always"
    r"|not|only|be|go|stay|have|come|live|use)\b",
    re.IGNORECASE,
)
_CONTRAST = re.compile(
    r"(?:use|prefer|call|import|write|put|name|run|throw|raise|return|log|store|keep|pass"
    r"|inject)\s",
    re.IGNORECASE,
)
_INSTEAD_OF = re.compile(r"\b(?:instead of|rather than)\b", re.IGNORECASE)
_ON_SCREEN = re.compile(
    r"\b(?:instead of|rather than|over|not)\s+(?:the|this|that|these|those|your"
    r"|my)\b",
    re.IGNORECASE,
)
_REMEMBER = re.compile(
    r"(?:please )?(?:remember|keep in mind|note|bear in mind|for the record|for future reference)"
    r"(?: that\b|\s*[:,]| (?=we\b|the\b|to\b))\s*(?P<what>.+)",
    re.IGNORECASE,
)
_BEWARE = re.compile(
    r"(?:beware|watch out|careful|be careful|heads[- ]up|gotcha)\s*[:,—–-]\s*(?P<what>.+)", re.I
)
_FORBIDDEN = re.compile(r"(?:don't|do not|avoid)\s+(?P<verb>[a-z]+)\s", re.IGNORECASE)
_FOR_NOW_VERBS = frozenset(
    "worry bother forget run start stop touch change push commit merge do be add remove delete fix"
    " edit guess assume go make try think get let need".split()
)

_PASSING = re.compile(
    r"\b(?:for now|this time|for the moment|temporarily|just (?:this once|for|once)|today|tonight"
    r"|tomorrow|right now|at the moment|until (?:I|we|then)|in this (?:pr|pull request|commit"
    r"|branch"
    r"|session|change|step|task|file|function|test|case)|for this (?:pr|commit|branch|session"
    r"|change"
    r"|step|task|one|test|file|case)|yet)\b",
    re.IGNORECASE,
)
_HEDGED = re.compile(
    r"\b(?:maybe|perhaps|I (?:think|guess|wonder|suspect|suppose)|not sure|could (?:we|you)"
    r"|can (?:we|you)"
    r"|should (?:we|I)|what if|how about|might|would it|if possible|I'm afraid|probably|seems?)\b",
    re.IGNORECASE,
)
_PERSONAL = re.compile(
    r"\b(?:me|my|mine|myself|I|I'm|I'll|I've)\b"
    r"|\b(?:answer|reply|respond|apologi[sz]e|summari[sz]e|explain|concise|verbose|emoji)\b",
)
_STRIPPED = re.compile(
    r"^(?:I want (?:you|us) to|I(?:'d| would) like (?:you|us) to|you (?:should|must|need to"
    r"|have to)"
    r"|make sure (?:to|you|that you)|be sure to|remember to|try to|please|(?:I"
    r"|we) (?=prefer\b))\s*",
    re.IGNORECASE,
)
_OURS = re.compile(
    r"(?:(?:in|for) (?:this|our|the) [\w ]{3,12}?,? )?we (?=(?:use|prefer|keep|write|name|put"
    r"|avoid|follow|store"
    r"|pin|always|never|only|don't|do not)\b)",
    re.IGNORECASE,
)
_OFTEN = re.compile(r"^(?:always|only)\s+", re.IGNORECASE)
_NORM = re.compile(r"\b(?:must|never|always|should|don't|do not)\b", re.IGNORECASE)


def laid_down(sentence: str, quote: str) -> Claim | None:
    """The rule, fact or trap that a sentence of the user lays down for good, or None.

    Args:
        sentence: Without the words that answer the agent.
        quote: The sentence verbatim.
    """
    text = _STRIPPED.sub("", one_line(sentence), count=1)
    if text.endswith("?") or _HEDGED.search(text) or not 3 <= len(text.split()) <= 60:
        return None
    if found := _BEWARE.match(text):
        return _claim("gotcha", found["what"], quote)
    if found := _REMEMBER.match(text):
        what = re.sub(r"^to\s+", "", found["what"])
        rule = _NORM.search(what) or what != found["what"]
        return _claim("convention" if rule else "fact", what, quote)
    if _PASSING.search(text):
        return None
    if found := _FROM_NOW.search(text):
        if found.start() == 0 or found.end() < len(text):
            text = (text[: found.start()] + text[found.end() :]).strip(" ,;")
        else:
            text = text[: found.start()].rstrip(" ,;")
        return _claim("convention", text, quote)
    if _EVER.match(text) or _HOUSE.match(text) or _is_general(text) or _is_contrast(text):
        return _claim("convention", text, quote)
    return _forbidden(text, quote)


def _is_general(text: str) -> bool:
    return bool(_ALL.match(text)) and not re.match(
        r"(?:it|this|that|there|they|you|we|all (?:the )?tests|(?:every|any)thing) ",
        text,
        re.I,
    )


def _is_contrast(text: str) -> bool:
    """`use X, not Y`: a rule, unless it picks among what is on the screen."""
    contrast = other_option(text) or _INSTEAD_OF.search(text)
    if not _CONTRAST.match(text) or not contrast or _ON_SCREEN.search(text):
        return False
    choice = parse_choice(text)
    return choice is not None or not re.match(r"(?:use|prefer)\s", text, re.IGNORECASE)


def _forbidden(text: str, quote: str) -> Claim | None:
    """`don't mock the database, because …`: one without a reason is about the work at hand."""
    found = _FORBIDDEN.match(text)
    if found is None or found["verb"].lower() in _FOR_NOW_VERBS:
        return None
    claim = _claim("convention", text, quote)
    return claim if claim is not None and claim.because else None


def _claim(kind: str, text: str, quote: str) -> Claim | None:
    text = text.strip()
    for _ in range(2):
        text = text[found.end() :] if (found := _STRIPPED.match(text)) else text
    text = _OURS.sub("", text, count=1) if _OURS.match(text) else text
    if _PERSONAL.search(text):
        return None
    claim = read_claim(kind, text, quote)
    claim.choice = parse_choice(_OFTEN.sub("", text))
    claim.by_user = True
    return claim
