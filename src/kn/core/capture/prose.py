"""Candidates that a message tells in prose: the sentences with the strongest marks, if any."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kn.core.candidate import Candidate
from kn.core.capture.contrast import contrast_in, speaks_of, turned_down_in
from kn.core.capture.cues import CUES
from kn.core.capture.sentences import pieces_of, sentences_in
from kn.core.capture.wording import (
    as_sentence,
    bare_subject,
    one_line,
    shortened,
    split_reason,
    without_lead,
)
from kn.core.commit import Message
from kn.core.model import Evidence, Rejected

_FIRST, _NEXT, _AT_MOST = 3.0, 3.5, 3
"""Marks that the best sentence of a message needs, that a further one needs, and how many may be
proposed. On 117 labelled commits 84% of what they let through was right; half a point less for the
best sentence found one commit more and doubled the false ones."""

_STRONG, _WEAK = 0.8, 0.7
"""Confidence: a little less than the share that was right on the labelled commits."""

_SHORT_WORDS, _SHORT, _FRAGMENT, _UNBALANCED = 7, -3.0, -1.0, -1.5
"""Against sentences too short to stand alone, that begin in a clause, that cut a parenthesis."""

_DECIDED = re.compile(
    r"(?:we|I)(?:'ve| have)? (?:decided|chose|opted|agreed) (?:to|that)\s+", re.IGNORECASE
)
_ASK = re.compile(r"\bask\s+(?P<who>@[\w-]+|the .{2,60}?)\s+(?:about|before)\b", re.IGNORECASE)
_CAUSE = re.compile(r"\broot cause(?: was| is|:)\s+(?P<cause>.{8,})", re.IGNORECASE)


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
    subject = bare_subject(message.subject)
    found = [_candidate(one, subject) for _, one in sorted(chosen, key=lambda pair: pair[0])]
    if not stated and not any(one.kind == "decision" and one.rejected for one in found):
        found += _explained_subject(message, subject)
    return found


def _explained_subject(message: Message, subject: str) -> Iterator[Candidate]:
    """The decision of a subject "X instead of Y", when the body says something about Y.

    Most such subjects only swap one call for another, and nobody asks why.
    """
    option = contrast_in(one_line(subject))
    for paragraph in message.paragraphs if option else ():
        for sentence in sentences_in(paragraph.text):
            if option and speaks_of(option, sentence):
                yield Candidate(
                    kind="decision",
                    statement=as_sentence(shortened(one_line(subject))),
                    because=as_sentence(one_line(sentence)),
                    rejected=(Rejected(option, one_line(sentence).rstrip(".")),),
                    evidence=(Evidence(quote=subject), Evidence(quote=sentence)),
                    confidence=_WEAK,
                    extractor="rules:subject",
                )
                return


def _told(message: Message) -> Iterator[_Told]:
    """The best piece of every sentence that speaks for a kind at all."""
    for text in (bare_subject(message.subject), *(p.text for p in message.paragraphs)):
        for sentence in sentences_in(text):
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


def _candidate(told: _Told, subject: str) -> Candidate:
    said, because = split_reason(_DECIDED.sub("", told.text, count=1))
    rejected: tuple[Rejected, ...] = ()
    own: dict[str, str] = {}
    if told.kind == "decision":
        if turned_down := turned_down_in(told.text):
            rejected, said, because = (turned_down,), one_line(subject), ""
        elif option := contrast_in(told.text):
            rejected = (Rejected(option, because.rstrip(".")),)
    elif told.kind == "owner" and (asked := _ASK.search(told.text)):
        own["who"] = asked["who"].removeprefix("the ")
    elif told.kind == "incident" and (found := _CAUSE.search(told.text)):
        own["cause"] = found["cause"]
    statement = shortened(said)
    return Candidate(
        kind=told.kind,
        statement=as_sentence(statement),
        because=as_sentence(because),
        rejected=rejected,
        evidence=(Evidence(quote=told.quote),),
        details="" if statement == said else told.text,
        own=own,
        confidence=_STRONG if told.score >= _NEXT else _WEAK,
        extractor=told.rule,
    )
