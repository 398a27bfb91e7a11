"""Proposing: what an agent thinks worth keeping goes into the inbox, for a person to decide."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from kn.adapters import git
from kn.adapters.inbox import Inbox, Pending
from kn.adapters.lock import locked
from kn.core.candidate import Candidate, normalized
from kn.core.model import Evidence, Rejected, Scope
from kn.core.similar import Near, Statements
from kn.errors import KnError
from kn.flows import record
from kn.flows.capture.commits import PATIENT
from kn.flows.capture.keep import Captured, keep_candidates
from kn.flows.capture.session import running_source
from kn.flows.capture.triage import NEAR, candidate_fields
from kn.flows.items import audience_of
from kn.flows.knowledge import Knowledge
from kn.flows.redaction import make_redact
from kn.flows.views.view import open_view

State = Literal["proposed", "waiting", "joined", "decided", "known"]
"""What became of a proposal. `proposed`: it waits now. `waiting`: one with the same quote did
already. `joined`: it became evidence of one that says the same. `decided`: a person has decided
about it. `known`: an item says so."""
_MOST = 500
"""Candidates that wait; more are no help to anybody who looks through them (a guess)."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed, in the words of whoever does; the field names are those of an item."""

    kind: str
    statement: str
    quote: str
    """Verbatim: the words of the user, or of the commit, that it rests on."""
    because: str = ""
    rejected: Sequence[Rejected] = ()
    paths: Sequence[str] = ()
    tags: Sequence[str] = ()
    details: str = ""
    own: Mapping[str, str] = field(default_factory=dict)
    commit: str = ""
    """A revision whose message holds the quote."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it."""

    state: State
    pending: Pending
    """As it waits, or as it would have."""
    verdict: str = ""
    """What was decided about it: `accepted`, `rejected` and the like."""
    near: tuple[Near, ...] = ()
    """Current items that speak of the same thing, most alike first."""


def propose(
    knowledge: Knowledge, proposal: Proposal, environment: Mapping[str, str], *, source: str
) -> Outcome:
    """Put a candidate into the inbox; it is never an item until a person accepts it.

    Args:
        knowledge: The repository.
        proposal: Its texts are redacted here, before anything is written.
        environment: The process's own; may name the session.
        source: What evidence calls the conversation where the environment names no session.

    Raises:
        KnError: The commit does not exist, or does not say what is quoted; the inbox is full.
        BadItem: No item could be made of it; every problem is listed.
        Busy: Another process is writing into the inbox.
    """
    candidate = _make_candidate(knowledge, proposal, environment, source)
    commits = tuple(e.commit for e in candidate.evidence if e.commit)
    pending = Pending(candidate, knowledge.today, commits)
    _refuse_unusable(knowledge, pending)
    with locked(knowledge.state / "capture", PATIENT):
        inbox = Inbox(knowledge.state)
        waiting = {p.key: p for p in inbox.pending()}
        if len(waiting) >= _MOST and candidate.key not in waiting:
            raise KnError(
                f"{len(waiting)} candidates wait already.",
                hint="Ask the user to look through them: `kn inbox`.",
            )
        kept = keep_candidates(knowledge, Captured((candidate,), 1))
        verdict = inbox.decisions().get(candidate.key, "")
    state = _judge(kept, verdict, known=candidate.key not in waiting)
    if state == "waiting":
        pending = waiting[candidate.key]
    settled = "" if state in ("proposed", "joined") else verdict
    return Outcome(state, pending, settled, _find_near(knowledge, candidate))


def _make_candidate(
    knowledge: Knowledge, proposal: Proposal, environment: Mapping[str, str], source: str
) -> Candidate:
    redact = make_redact(knowledge, environment)
    evidence = _prove(knowledge, proposal, redact, running_source(environment) or source)
    return Candidate(
        knowledge.kind(proposal.kind).name,
        redact(" ".join(proposal.statement.split())),
        redact(proposal.because.strip()),
        tuple(Rejected(redact(r.option), redact(r.because)) for r in proposal.rejected),
        Scope(tuple(map(redact, proposal.paths)), tuple(map(redact, proposal.tags))),
        (evidence,),
        redact(proposal.details.strip()),
        {name: redact(text) for name, text in proposal.own.items() if text},
        extractor="mcp",
    )


def _prove(
    knowledge: Knowledge, proposal: Proposal, redact: Callable[[str], str], source: str
) -> Evidence:
    quote = redact(proposal.quote.strip())
    if not normalized(quote):
        raise KnError("The quote is empty.", hint="Quote the words that it rests on.")
    if not proposal.commit:
        return Evidence(session=source, quote=quote)
    commit = git.resolve(knowledge.repo, proposal.commit)
    if normalized(quote) not in normalized(redact(git.read_one(knowledge.repo, commit).message)):
        raise KnError(
            f"The message of {commit[:10]} does not hold the quote.",
            hint="Quote it verbatim, or name no commit if the words are of the conversation.",
        )
    return Evidence(commit=commit, quote=quote)


def _refuse_unusable(knowledge: Knowledge, pending: Pending) -> None:
    fields = candidate_fields(pending)
    if pending.candidate.rejected and "rejected" not in fields:
        raise KnError(
            f"Of kind {pending.candidate.kind} nothing can be rejected.",
            hint="Leave `rejected` out, or say it as a decision.",
        )
    record.draft_item(knowledge, pending.candidate.kind, fields)


def _judge(kept: Captured, verdict: str, *, known: bool) -> State:
    if kept.candidates:
        return "proposed"
    if verdict == "joined":
        return "joined"
    if verdict:
        return "decided"
    return "known" if known else "waiting"


def _find_near(knowledge: Knowledge, candidate: Candidate) -> tuple[Near, ...]:
    from kn.adapters.words import load_stemmer

    view = open_view(knowledge, audience=audience_of(knowledge))
    rows = [(r.id, r.statement) for r in view.current]
    return tuple(Statements(rows, load_stemmer()).find_near(candidate.statement, least=NEAR)[:3])
