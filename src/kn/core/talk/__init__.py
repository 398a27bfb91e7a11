"""What a conversation with an agent settled, by rules that need no model.

A log is mostly work, and most work settles nothing: the default is to propose nothing. What a
person laid down or confirmed counts, as it stood last; what an agent said by itself counts only
where it was put down as a decision and nobody turned it down.
"""

from __future__ import annotations

from dataclasses import replace

from kn.core.candidate import Candidate
from kn.core.model import Evidence, Scope
from kn.core.sessions import Session
from kn.core.talk.claim import Claim
from kn.core.talk.settle import commit_told, settle
from kn.core.talk.text import named_paths, stands_alone

__all__ = ["candidates_from", "commit_told", "source_name"]

_BY_USER, _CONFIRMED, _DONE, _STATED = 0.8, 0.75, 0.65, 0.5
"""Confidence (guesses): laid down by the user, confirmed by them, an agent's own decision after
which something was committed, and one without that."""


def candidates_from(session: Session) -> list[Candidate]:
    """Propose what a session settled, in the order in which it was settled; mostly nothing.

    What was said and corrected later is proposed as corrected, with what it replaced among the
    rejected options. The evidence is the session as `agent:id` and the sentence that settled it,
    verbatim from its turn, so that a candidate's key stays the same while the session goes on.
    Tool output, code, quoted text and turns that were rewound are no evidence. The texts must be
    free of secrets already; what a marker stands in is not proposed. Takes time in proportion to
    the length of the log, and never raises.
    """
    found: dict[str, Candidate] = {}
    for claim in settle(session.turns):
        if not stands_alone(claim.statement) or "[redacted:" in claim.quote + claim.because:
            continue
        candidate = _candidate(claim, source_name(session.agent, session.session))
        found.setdefault(candidate.key, candidate)
    return list(found.values())


def source_name(agent: str, session: str) -> str:
    """What evidence calls a session, whoever tells the agent: its log or its environment.

    >>> source_name("claude-code", "fd04")
    'claude:fd04'
    """
    return f"{agent.removesuffix('-code') or 'unknown'}:{session}"


def _candidate(claim: Claim, source: str) -> Candidate:
    if claim.by_user:
        confidence, rule = _BY_USER, "talk:corrected" if claim.replaces else "talk:user"
    elif claim.confirmed:
        confidence, rule = _CONFIRMED, "talk:confirmed"
    else:
        confidence, rule = _DONE if claim.done else _STATED, "talk:stated"
    plain = Candidate(
        kind=claim.kind,
        statement=claim.statement,
        because=claim.because,
        evidence=tuple(
            Evidence(session=source, quote=quote) for quote in (claim.base, claim.quote) if quote
        ),
        scope=Scope(paths=named_paths(claim.quote)),
        details=claim.details,
        confidence=confidence,
        extractor=rule,
    )
    if claim.kind not in ("decision", "convention"):
        return plain
    return replace(plain, rejected=tuple(claim.rejected))
