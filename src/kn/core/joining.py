"""One piece of knowledge that came twice: in a commit's message, and in the session behind it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from kn.core.candidate import Candidate, normalized
from kn.core.context.analysis import Stem, split_terms
from kn.core.model import Evidence, Rejected

_ALIKE = 0.8
"""Share of all terms from which two statements say one thing: more than for `kn.core.similar`,
which only points out. One word of nine exchanged is another option (a guess)."""
_LEAST = 3
"""Terms of a statement that says the same as a longer one which has them all: a commit's subject
says in five words what the session said in fifteen."""
_CONTRAST = re.compile(r"\s*,?\s+(?:instead of|rather than|over|not)\s.*", re.IGNORECASE)
_FORBIDS = re.compile(r"\b(?:never|don't|do not|avoid|no|must not|may not)\b", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_KINDRED = frozenset({"decision", "convention"})
"""What one person writes down as the one, another takes as the other."""


def is_from_talk(candidate: Candidate) -> bool:
    """Whether something of it was said in a session, and not in a commit's message alone."""
    return any(e.session and not e.commit for e in candidate.evidence)


def same_knowledge(one: Candidate, other: Candidate, stem: Stem) -> bool:
    """Whether two candidates say the same, so that a person should see them as one.

    What forbids is never the same as what does not, nor what names other numbers or options.
    """
    if not _kindred(one.kind, other.kind):
        return False
    if _quotes(one) & _quotes(other):
        return True
    mine, theirs = one.statement, other.statement
    if contradict(mine, theirs):
        return False
    first, second = _terms(mine, stem), _terms(theirs, stem)
    both, less = len(first & second), min(len(first), len(second))
    if less < _LEAST:
        return first == second and less > 0
    return both == less or both >= _ALIKE * len(first | second)


def adds_nothing(candidate: Candidate, kind: str, statement: str, stem: Stem) -> bool:
    """Whether an item of that kind and statement says all that a candidate says.

    An agent that was handed an item says it again in its own words; that is no new knowledge.
    """
    if not _kindred(candidate.kind, kind) or contradict(candidate.statement, statement):
        return False
    said = _terms(candidate.statement, stem)
    return len(said) >= _LEAST and said <= _terms(statement, stem)


def _kindred(one: str, other: str) -> bool:
    return one == other or {one, other} <= _KINDRED


def contradict(mine: str, theirs: str) -> bool:
    """Whether one forbids what the other does not, or they name other numbers."""
    if bool(_FORBIDS.search(mine)) != bool(_FORBIDS.search(theirs)):
        return True
    numbers, others = set(_NUMBER.findall(mine)), set(_NUMBER.findall(theirs))
    return bool(numbers and others and numbers != others)


def _terms(statement: str, stem: Stem) -> frozenset[str]:
    """What a statement is for, without what it is against."""
    return frozenset(split_terms(_CONTRAST.sub("", statement), stem))


def join_candidates(base: Candidate, more: Candidate) -> Candidate:
    """The base with what it lacks, and the evidence of both; its key stays as it was.

    For the key to stay, the one that a commit tells has to be the base (`Candidate.key`).
    """
    rejected = {normalized(r.option): r for r in more.rejected}
    for option in base.rejected:
        known = rejected.get(normalized(option.option))
        because = option.because or (known.because if known else "")
        rejected[normalized(option.option)] = Rejected(option.option, because)
    return replace(
        base,
        because=base.because or more.because,
        rejected=tuple(rejected.values()),
        scope=base.scope if base.scope.paths or base.scope.tags else more.scope,
        evidence=tuple(_all_evidence(base.evidence, more.evidence)),
        details=base.details or more.details,
        own={**more.own, **base.own} if base.kind == more.kind else base.own,
        confidence=max(base.confidence, more.confidence),
    )


def _all_evidence(base: Iterable[Evidence], more: Iterable[Evidence]) -> list[Evidence]:
    """Every quote once; a commit that history rewrote keeps the session it came from."""
    found = list(base)
    places = {(normalized(e.quote), bool(e.commit)): n for n, e in enumerate(found)}
    for piece in more:
        place = places.get((normalized(piece.quote), bool(piece.commit)))
        if place is None:
            found.append(piece)
        elif piece.session and not found[place].session:
            found[place] = replace(
                found[place], session=piece.session, source_tokens=piece.source_tokens
            )
    return found


def _quotes(candidate: Candidate) -> set[str]:
    """Quotes of some length: "yes, do that" is said every day."""
    quotes = (normalized(e.quote) for e in candidate.evidence)
    return {q for q in quotes if len(q.split()) >= _LEAST}
