"""Candidates that a message states outright, in trailers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kn.core.candidate import Candidate
from kn.core.capture.wording import as_sentence, bare_subject, one_line, shortened, split_reason
from kn.core.commit import INCIDENT_PARTS, Message, Trailer
from kn.core.model import Evidence, Rejected

_REJECTS = frozenset({"rejected", "ruled-out", "alternative"})
_KINDS = {
    "constraint": "fact",
    "directive": "convention",
    "convention": "convention",
    "gotcha": "gotcha",
    "warn": "gotcha",
}
_NOTHING = frozenset({"none", "n/a", "na", "nil", "nothing", "no", "tbd", "todo"})
_WHO = re.compile(r"@[\w./-]+|[\w.+-]{1,64}@[\w.-]+\w")
_DASH = re.compile(r"\s+(?:—|--|->|=>|→)\s+")
_KNOWS = re.compile(
    r"^(?:who\s+)?(?:knows?|owns?|answers? for|is responsible for)\s+(?:about\s+)?"
    r"|^(?:for|about|of)\s+",
    re.I,
)
_STATED, _INFERRED = 0.95, 0.8
"""Confidence (guesses): a trailer means what it says; a subject may not be the decision."""


def stated_in(message: Message) -> list[Candidate]:
    """Read the candidates out of a message's trailers, decisions first.

    A rejected option belongs to the nearest `Decision:` of its part of the message; without one,
    to the decision that the subject of that part tells.
    """
    told = [t for t in message.trailers if t.value.strip(" .-").lower() not in (*_NOTHING, "")]
    found = _decisions(told)
    for place, trailer in enumerate(told):
        if trailer.token in _KINDS:
            found.append(_plain(trailer))
        elif trailer.token == "owner":
            found.append(_owner(trailer))
        elif trailer.token == "incident":
            found.append(_incident(trailer, told[place + 1 :]))
    return found


def _decisions(told: Sequence[Trailer]) -> list[Candidate]:
    """One decision for every `Decision:`, and one for every part that only rejects."""
    stated = [(place, t) for place, t in enumerate(told) if t.token == "decision"]
    attached: dict[int | str, list[Trailer]] = {place: [] for place, _ in stated}
    for place, trailer in enumerate(told):
        if trailer.token in _REJECTS:
            near = [at for at, t in stated if t.head == trailer.head]
            # The nearest one above; of those below, the first.
            target = max((at for at in near if at < place), default=min(near, default=None))
            attached.setdefault(trailer.head if target is None else target, []).append(trailer)
    found = []
    for key, rejects in attached.items():
        if isinstance(key, str):
            head, value, confidence = key, one_line(bare_subject(key)), _INFERRED
        else:
            head, value, confidence = told[key].quote, told[key].value, _STATED
        statement, because, details = _split(value)
        found.append(
            Candidate(
                kind="decision",
                statement=statement,
                because=because,
                rejected=tuple(_rejected(trailer.value) for trailer in rejects),
                evidence=tuple(Evidence(quote=q) for q in (head, *(t.quote for t in rejects))),
                details=details,
                confidence=confidence,
                extractor="trailer",
            )
        )
    return found


def _rejected(value: str) -> Rejected:
    option, _, because = value.partition("|")
    if not because:
        option, because = split_reason(value)
    if not because:
        option, because = (*_DASH.split(value, maxsplit=1), "")[:2]
    return Rejected(option.strip(), because.strip())


def _plain(trailer: Trailer) -> Candidate:
    kind = _KINDS[trailer.token]
    said, _, more = (part.strip() for part in trailer.value.partition("|"))
    statement, because, details = _split(said)
    own = {"instead": more} if kind == "gotcha" and more else {}
    if more and not own:
        because = f"{because} {more}".strip()
    return _stated(kind, trailer, statement, because, details, own)


def _owner(trailer: Trailer) -> Candidate:
    who, _, expertise = (part.strip() for part in trailer.value.partition("|"))
    if not expertise and (handles := _WHO.findall(who)):
        rest = _WHO.sub(" ", who).strip(" ,;:—-()")
        who, expertise = ", ".join(handles), _KNOWS.sub("", " ".join(rest.split()))
    topic = expertise or one_line(bare_subject(trailer.head))
    own = {"who": who} | ({"expertise": expertise} if expertise else {})
    statement = as_sentence(shortened(f"Ask {who} about {topic}"))
    return _stated("owner", trailer, statement, own=own)


def _incident(trailer: Trailer, following: Sequence[Trailer]) -> Candidate:
    statement, because, details = _split(trailer.value)
    own = {"cause": because} if because else {}
    quotes = [trailer.quote]
    for part in following:
        if part.token not in INCIDENT_PARTS:
            break
        own["cause" if part.token == "root-cause" else part.token] = part.value
        quotes.append(part.quote)
    return _stated("incident", trailer, statement, details=details, own=own, quotes=quotes)


def _stated(
    kind: str,
    trailer: Trailer,
    statement: str,
    because: str = "",
    details: str = "",
    own: dict[str, str] | None = None,
    quotes: Sequence[str] = (),
) -> Candidate:
    evidence = tuple(Evidence(quote=quote) for quote in quotes or (trailer.quote,))
    return Candidate(
        kind=kind,
        statement=statement,
        because=because,
        evidence=evidence,
        details=details,
        own=own or {},
        confidence=_STATED,
        extractor="trailer",
    )


def _split(value: str) -> tuple[str, str, str]:
    """Statement, reason, and the whole text when the statement could not hold it."""
    said, _, reason = (part.strip() for part in value.partition("|"))
    if not reason:
        said, reason = split_reason(said)
    statement = shortened(said)
    return as_sentence(statement), as_sentence(reason), "" if statement == said else value
