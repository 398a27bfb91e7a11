"""Candidates out of one AI session: read, redacted, settled, kept, or taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from kn.adapters import agentlogs, tokens
from kn.adapters.agentlogs import OpenLog
from kn.adapters.inbox import Inbox
from kn.adapters.lock import locked
from kn.core.candidate import Candidate, normalized
from kn.core.joining import is_from_talk
from kn.core.sessions import Turn, collect_session
from kn.core.talk import candidates_from, commit_told, source_name
from kn.flows.capture.keep import Captured, keep_candidates
from kn.flows.knowledge import Knowledge
from kn.flows.redaction import make_redact
from kn.flows.sessions import open_session

SOON = 1 << 20
"""Bytes of a log that a git hook reads at once, which takes 0.7 s where all of it is prose; what
is larger goes on by itself."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What one session gave."""

    source: str
    """`agent:id`, as evidence names it."""
    candidates: tuple[Candidate, ...]
    turns: tuple[Turn, ...]
    """Without secrets, and of tools' answers only that something was committed."""
    read: int
    """All turns."""
    size: int
    """Tokens of all that was said and answered."""


def extract_session(
    knowledge: Knowledge,
    named: str,
    environment: Mapping[str, str],
    *,
    start: Path,
    keep: bool = True,
) -> Captured:
    """`kn extract --session`: what a session settled.

    Args:
        knowledge: The repository.
        named: The path of a log, from anywhere, or a session's id.
        environment: The process's own; says where agents keep their logs.
        start: Where the command was run; a relative path begins there.
        keep: Whether the candidates go into the inbox.

    Raises:
        UnknownSession: Neither a file nor a session is called that.
        KnError: The file cannot be read, or is no session log.
        Busy: Another process is writing into the inbox.
    """
    log = open_session(start, named, environment)
    heard = hear_log(log, make_redact(knowledge, environment))
    if not keep:
        return Captured(heard.candidates, heard.read)
    return keep_heard(knowledge, heard, wait=10.0)


def extract_running(
    knowledge: Knowledge, environment: Mapping[str, str], *, wait: float, most: int | None = None
) -> Captured | None:
    """What the session whose agent runs us has settled up to now, into the inbox.

    Args:
        knowledge: The repository.
        environment: The process's own; names the session.
        wait: Seconds to wait for another process that writes into the inbox.
        most: Bytes of a log that may be read.

    Returns:
        None when the log is larger. Nothing was read then.

    Raises:
        KnError: The log cannot be read.
        Busy: Another process is writing into the inbox.
    """
    named = agentlogs.named_session(environment)
    if named is None:
        return Captured((), 0)
    agent, session = named
    path = agentlogs.locate_log(session, environment, agent=agent)
    if path is None:
        return Captured((), 0)
    log = agentlogs.open_log(path, session=session)
    if most is not None and log.size > most:
        return None
    heard = hear_log(log, make_redact(knowledge, environment), known_as=source_name(*named))
    return keep_heard(knowledge, heard, wait=wait)


def running_source(environment: Mapping[str, str]) -> str:
    """What evidence calls the session whose agent runs us; empty where none says its name."""
    named = agentlogs.named_session(environment)
    return source_name(*named) if named else ""


def hear_log(log: OpenLog, redact: Callable[[str], str], *, known_as: str = "") -> Heard:
    """Read a log to its end. Its texts pass `redact` here, before any rule sees them.

    Args:
        log: Just opened.
        redact: Takes the secrets out of a text.
        known_as: What evidence calls the session, where its agent has said so.
    """
    read = size = 0

    def cleaned() -> Iterable[Turn]:
        nonlocal read, size
        for turn in log.turns:
            read += 1
            size += tokens.count(turn.text)
            text = turn.text if turn.role != "tool" else commit_told(turn.text)
            if text:
                yield replace(turn, text=redact(text))

    session = collect_session(cleaned(), log.heading)
    session = replace(session, session=session.session or log.path.stem)
    source = known_as or source_name(session.agent, session.session)
    found = tuple(_sourced(c, source, size) for c in candidates_from(session))
    return Heard(source, found, session.turns, read, size)


def keep_heard(knowledge: Knowledge, heard: Heard, *, wait: float) -> Captured:
    """Put what a session gave into the inbox, and take out of it what the session took back.

    Raises:
        Busy: Another process is writing into it.
    """
    with locked(knowledge.state / "capture", wait):
        inbox = Inbox(knowledge.state)
        for key in _taken_back(inbox, heard):
            inbox.withdraw(key)
        captured = keep_candidates(knowledge, Captured(heard.candidates, heard.read))
        inbox.measure(heard.source, heard.size)
    return captured


def _sourced(candidate: Candidate, source: str, size: int) -> Candidate:
    evidence = tuple(replace(e, session=source, source_tokens=size) for e in candidate.evidence)
    return replace(candidate, evidence=evidence)


def _taken_back(inbox: Inbox, heard: Heard) -> list[str]:
    """Candidates of this session alone whose sentence is still in its log, and stands no more.

    Where the sentence itself is gone the log was cut, and says nothing about it.
    """
    proposed = {c.key for c in heard.candidates}
    own = [
        p.candidate
        for p in inbox.pending()
        if p.key not in proposed
        and p.candidate.extractor.startswith("talk:")
        and is_from_talk(p.candidate)
        and all(e.session == heard.source and not e.commit for e in p.candidate.evidence)
    ]
    if not own:
        return []
    said = "\n".join(normalized(t.text) for t in heard.turns if t.role != "tool")
    return [c.key for c in own if all(normalized(e.quote) in said for e in c.evidence)]
