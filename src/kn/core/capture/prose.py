"""Candidates that a message tells in prose: the sentences with the strongest marks, if any."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kn.core.candidate import Candidate
from kn.core.capture.cues import CUES
from kn.core.capture.sentences import pieces_of, sentences_in
from kn.core.capture.wording import as_sentence, one_line, shortened, split_reason, without_lead
from kn.core.commit import Message
from kn.core.model import Evidence, Rejected

_FIRST, _NEXT, _AT_MOST = 3.0, 3.5, 2
"""Marks that the best sentence of a message needs, that a further one needs, and how many may be
proposed; chosen on 117 labelled commits, where they gave 75% right (half points either way cost
more false proposals than they find knowledge)."""

_SHORT_WORDS, _SHORT, _FRAGMENT, _UNBALANCED = 7, -3.0, -1.0, -1.5
"""Against sentences too short to stand alone, that begin in a clause, that cut a parenthesis."""

_OTHER = re.compile(
    r"\b(?:instead of|rather than)\s+(?:(?:an?|the|some|our|its)\s+)?"
    r"(?P<option>\S+"
    r"(?:\s+(?!(?:for|in|on|at|when|because|since|so|which|as|to|and|but)\b)[^\s,;:()]+){0,7})",
    re.IGNORECASE,
)
_CONSIDERED = re.compile(r"\bconsidered\s+([^,;:.]{3,80}?),?\s+but\s+([^.;]{3,200})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Told:
    quote: str
    text: str
    score: float
    kind: str
    rule: str


def told_in(message: Message, *, stated: bool) -> list[Candidate]:
    """Choose the sentences that tell knowledge, in their order; mostly there are none.

    `stated` says that trailers already tell what the author finds worth keeping: then only
    sentences that would be chosen beside another are.
    """
    told = list(enumerate(_told(message)))
    told.sort(key=lambda pair: (-pair[1].score, pair[0]))
    chosen: list[tuple[int, _Told]] = []
    for place, one in told[:_AT_MOST]:
        if one.score >= (_NEXT if chosen or stated else _FIRST):
            chosen.append((place, one))
    return [_candidate(one) for _, one in sorted(chosen, key=lambda pair: pair[0])]


def _told(message: Message) -> Iterator[_Told]:
    """The best piece of every sentence that speaks for a kind at all."""
    for paragraph in message.paragraphs:
        for sentence in sentences_in(paragraph.text):
            pieces = [_weighed(piece, begins) for piece, begins in pieces_of(sentence)]
            best = max(pieces, key=lambda one: one.score, default=None)
            if best and best.kind:
                yield best


def _weighed(piece: str, begins: bool) -> _Told:
    text = without_lead(one_line(piece))
    found = [cue for cue in CUES if cue.pattern.search(text)]
    score = sum(cue.weight for cue in found)
    if len(text.split()) < _SHORT_WORDS:
        score += _SHORT
    if not begins:
        score += _FRAGMENT
    if text.count("(") != text.count(")"):
        score += _UNBALANCED
    kinds: dict[str, float] = {}
    for cue in found:
        if cue.kind:
            kinds[cue.kind] = kinds.get(cue.kind, 0) + cue.weight
    kind = max(kinds, key=lambda name: kinds[name], default="")
    strongest = max(
        (cue for cue in found if cue.kind == kind), key=lambda c: c.weight, default=None
    )
    return _Told(piece, text, score, kind, f"rules:{strongest.name}" if strongest else "")


def _candidate(told: _Told) -> Candidate:
    said, because = split_reason(told.text)
    statement = shortened(said)
    rejected = _rejected(told.text, because) if told.kind == "decision" else ()
    return Candidate(
        kind=told.kind,
        statement=as_sentence(statement),
        because=as_sentence(because),
        rejected=rejected,
        evidence=(Evidence(quote=told.quote),),
        details="" if statement == said else told.text,
        confidence=0.75 if told.score >= _NEXT else 0.6,
        extractor=told.rule,
    )


def _rejected(text: str, because: str) -> tuple[Rejected, ...]:
    """The option that a contrast turns down; the reason for the one taken speaks against it."""
    if found := _CONSIDERED.search(text):
        return (Rejected(found[1].strip(), found[2].strip(" .")),)
    if found := _OTHER.search(text):
        option = found["option"].strip(" .")
        # "rather than calling it twice" turns down a way of writing code, not an option.
        if option and not re.match(r"\w+ing\b", option):
            return (Rejected(option, because.rstrip(".")),)
    return ()
