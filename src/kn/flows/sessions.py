"""The AI sessions of a repository, whatever the agent: finding them, and reading one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from kn.adapters import agentlogs, git
from kn.adapters.agentlogs import Found, OpenLog
from kn.core.sessions import Session, collect_session
from kn.errors import KnError, NotARepository

__all__ = [
    "Found",
    "OpenLog",
    "Session",
    "find_session",
    "list_sessions",
    "open_session",
    "running_session",
]


class UnknownSession(KnError):
    """No session, or more than one, answers to what the user named."""


def list_sessions(start: Path, environment: Mapping[str, str]) -> list[Found]:
    """The sessions that began in this repository, in any of its work trees, the newest first.

    Args:
        start: Where the command was run.
        environment: The process's own; says where the agents keep their logs.

    Raises:
        NotARepository: There is none around `start`.
    """
    repo = git.find_repository(start)
    return agentlogs.find_logs(git.work_trees(repo), environment)


def open_session(start: Path, named: str, environment: Mapping[str, str]) -> OpenLog:
    """Open a session as a stream of turns.

    Args:
        start: Where the command was run; a relative path begins there.
        named: The path of a log, from anywhere; or a session's id, which may be shortened when it
            is one of this repository's.
        environment: The process's own.

    Raises:
        UnknownSession: Neither a file nor a session is called that, or several are.
        KnError: The file cannot be read, or is no session log.
    """
    path = start / Path(named).expanduser() if named.startswith("~/") else start / named
    if named and path.exists():
        return agentlogs.open_log(path)
    located = agentlogs.locate_log(named, environment)
    if located is not None:
        return agentlogs.open_log(located, session=named if named.startswith("ses_") else "")
    try:
        known = list_sessions(start, environment)
    except NotARepository:
        known = []
    exact = [f for f in known if f.session == named]
    matches = exact or [f for f in known if len(named) >= 4 and f.session.startswith(named)]
    if len(matches) != 1:
        what = f"{len(matches)} sessions begin with" if matches else "There is no log or session"
        raise UnknownSession(
            f"{what} {named!r}.", hint="`kn sessions list` shows this repository's sessions."
        )
    (found,) = matches
    return agentlogs.open_log(found.path, session=found.session)


def find_session(start: Path, named: str, environment: Mapping[str, str]) -> Session:
    """Read a session whole into memory; named as for `open_session`, which raises the same."""
    log = open_session(start, named, environment)
    return collect_session(log.turns, log.heading)


def running_session(environment: Mapping[str, str]) -> tuple[str, Path | None] | None:
    """The id of the session whose agent runs us, and its log where it is found; None outside one.

    Claude Code, Codex and Copilot CLI name it to every command that they run, so that a commit's
    session is known without guessing. The log may not be there yet.
    """
    named = agentlogs.named_session(environment)
    if named is None:
        return None
    agent, session = named
    return session, agentlogs.locate_log(session, environment, agent=agent)
