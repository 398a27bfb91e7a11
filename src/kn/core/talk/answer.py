"""How a user's words answer what the agent said before: yes, no, or another way."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

Stance = Literal["yes", "no", "turn", ""]

_END = r"(?=\s*(?:[,.;:!—–-]|$))"
_AFTER = r"(?=[\s,.;:!—–-]|$)"
_YES = re.compile(
    r"(?:yes|yep|yeah|yup|absolutely|definitely|agreed|approved|confirmed|exactly|lgtm|\+1|👍"
    r"|sounds (?:good|great|fine|right|reasonable|perfect)|looks good(?: to me)?|makes sense"
    r"|works for me|go (?:ahead|for it)|do (?:it|that|so)|please do|ship it"
    r"|good (?:idea|call|plan|point|choice)|let's (?:do|go with) (?:it|that|this)"
    r"|I (?:agree|like (?:it|that))|(?:that|this|it)(?:'s| is| looks| sounds)"
    r" (?:good|great|fine|right|perfect|correct|a good \w+)|(?:that|this) (?:works|makes sense))"
    rf"{_AFTER}"
    rf"|(?:ok(?:ay)?|k|sure(?: thing)?|alright|all right|perfect|great|good|nice|fine|correct|right"
    rf"|cool|true|excellent){_END}"
    r"|(?:ok(?:ay)?|sure|great|perfect|alright)(?=\s+(?:go|do|let's|please|sounds|makes|yes)\b)",
    re.IGNORECASE,
)
_NO = re.compile(
    rf"(?:nope|nah|no way|wrong|bad idea|rather not|please don't|I disagree|never ?mind|stop){_END}"
    r"|no(?=\s*(?:[,.;:!—–]|-\s|$)|\s+(?:use|don't|do not|never|always|let's|lets|please|we|keep"
    r"|make"
    r"|go|stick|that|it|this|I|you|not|just|instead|thanks)\b)"
    r"|(?:don't|do not|let's not|please don't)(?: do| use)? (?:it|that|this)\b"
    r"|not (?:like )?(?:that|this|quite|really)\b|that's (?:wrong|not \w+)|that is (?:wrong"
    r"|not \w+)"
    r"|(?:revert|undo|scrap|scratch|drop|forget|cancel) (?:it|that|this)\b"
    r"|I (?:don't|do not) (?:want|like|agree|think so)\b",
    re.IGNORECASE,
)
_TURN = re.compile(
    rf"(?:actually|hmm+|hm|wait|hold on|on second thoughts?|on reflection|change of plans?"
    rf"|correction|instead|I(?:'ve)? changed my mind|my mistake|sorry|well){_AFTER}",
    re.IGNORECASE,
)
_FILLER = re.compile(
    r"(?:[,.;:!—–\s-]+|(?:and|but|so|then|also|btw|by the way|oh|one more thing|please|pls|just|ok"
    r"|okay|instead|now|rather|note|nb|thanks|thank you|important|reminder"
    r"|fyi)\b(?=[\s,:])[,:]?\s*)+",
    re.IGNORECASE,
)


class Answer(NamedTuple):
    """What a sentence says to what went before, and what it says beside that."""

    stance: Stance
    rest: str
    """Without the words of the stance; a verbatim end of the sentence."""
    but: bool
    """Whether it goes on with a `but`."""


def read_answer(sentence: str) -> Answer:
    """Take the stance off the beginning of a user's sentence; `no` and `turn` win over `yes`.

    >>> read_answer("No, never read the limits at import.")
    Answer(stance='no', rest='never read the limits at import.', but=False)
    >>> read_answer("right now it fails").stance
    ''
    """
    stance: Stance = ""
    but = False
    rest = sentence
    for _ in range(5):
        found: tuple[Stance, re.Match[str]] | None = None
        for name, pattern in _STANCES:
            if match := pattern.match(rest):
                found = (name, match)
                break
        if found is not None:
            if stance in ("", "yes") or (stance == "turn" and found[0] == "no"):
                stance = found[0]
            rest = rest[found[1].end() :]
        filler = _FILLER.match(rest)
        if filler:
            but = but or "but" in filler[0].lower().split()
            rest = rest[filler.end() :]
        if found is None and filler is None:
            break
    return Answer(stance, rest, but)


_STANCES: tuple[tuple[Stance, re.Pattern[str]], ...] = (("no", _NO), ("turn", _TURN), ("yes", _YES))
