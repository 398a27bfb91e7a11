"""What the git hooks do once there is something to do: read new commits, say what was found."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from kn.adapters import journal
from kn.errors import Busy, KnError, NotARepository, NotInitialized
from kn.flows.serving.quick import LIMIT

if TYPE_CHECKING:
    from kn.flows.capture.keep import Captured
    from kn.flows.knowledge import Knowledge

DETACHED = "catch-up"
"""The event under which what did not fit into the time goes on by itself."""
SESSION = "session"
"""The same for a session alone, whose commit has been read."""
DETACHED_LIMIT = 600.0
"""Seconds for the detached scan; a guess: a history of 50,000 commits takes less."""


class _TooLate(Exception):
    """The hook's time is over."""


@dataclass(slots=True)
class _Run:
    """How far a hook has come, for what goes on by itself when its time is over."""

    event: str
    made: str = ""
    """The commit that an agent's session has just made."""
    commits_read: bool = False
    captured: Captured | None = None

    @property
    def detached(self) -> bool:
        return self.event in (DETACHED, SESSION)


def run_event(event: str, made: str = "", tell: Callable[[str], object] = str) -> None:
    """Read what is new; one line to the user when something was found, silence when not.

    A commit that an agent has just made is read together with the session that made it, where
    the agent's environment names that; no session is ever guessed. With `hooks.prompt: ask` and
    a terminal, each candidate is put to the user at once. What takes too long goes on in a
    process of its own. Errors go to `.git/kn/log`: a hook is not the place to complain.

    Args:
        event: The git hook's name, or `DETACHED`, or `SESSION`.
        made: With the last two, the commit that the session made.
        tell: Shows a line to the user; without it nothing is shown.
    """
    started = time.monotonic()
    run = _Run(event, made, commits_read=event == SESSION)
    try:
        with _time_limit(DETACHED_LIMIT if run.detached else LIMIT):
            knowledge = _read(run)
        if knowledge is None or run.captured is None:
            return
        _tell(knowledge, run, tell)
        took = int((time.monotonic() - started) * 1000)
        found = len(run.captured.candidates)
        _log(knowledge.repo.state, f"{event}: read {run.captured.read}, found {found}, {took} ms")
    except (NotARepository, NotInitialized):
        return
    except (_TooLate, Busy):
        if not run.detached:
            _detach(SESSION if run.commits_read else DETACHED, run.made)
    except KnError as error:
        _log_here(f"{event}: {type(error).__name__}: {error}")


def _read(run: _Run) -> Knowledge | None:
    """Read the new commits, then the session; None where nobody wants it."""
    from kn.flows.capture.commits import catch_up
    from kn.flows.capture.keep import Captured
    from kn.flows.knowledge import open_knowledge

    knowledge = open_knowledge(Path.cwd(), os.environ)
    if knowledge.probe.config.get("kn.initialized") != "true":
        return None
    if run.event == "post-commit":
        run.made = knowledge.probe.head
    source = ""
    if run.made and knowledge.in_agent:
        from kn.flows.capture.session import running_source  # 0.2 s that a person need not wait

        source = running_source(os.environ)
    run.captured = Captured((), 0)
    if not run.commits_read:
        run.captured = catch_up(knowledge, sessions={run.made: source} if source else None)
        run.commits_read = True
    if source:
        _read_session(knowledge, run)
    return knowledge


def _read_session(knowledge: Knowledge, run: _Run) -> None:
    """Add what the session has settled up to now; a large log goes on by itself."""
    from kn.flows.capture.commits import LOCK_WAIT
    from kn.flows.capture.session import SOON, extract_running

    assert run.captured is not None
    wait, most = (10.0, None) if run.detached else (LOCK_WAIT, SOON)
    try:
        heard = extract_running(knowledge, os.environ, wait=wait, most=most)
    except Busy:
        raise
    except KnError as error:
        _log(knowledge.repo.state, f"{run.event}: {type(error).__name__}: {error}")
        return
    if heard is None:
        _detach(SESSION, run.made)
        return
    found = {c.key: c for c in (*run.captured.candidates, *heard.candidates)}
    run.captured = replace(run.captured, candidates=tuple(found.values()))


def _tell(knowledge: Knowledge, run: _Run, tell: Callable[[str], object]) -> None:
    prompt = knowledge.settings.text("hooks.prompt")
    if run.captured is None or not run.captured.candidates or run.detached or prompt == "off":
        return
    count, commit = len(run.captured.candidates), run.captured.last or run.made
    what = "1 candidate" if count == 1 else f"{count} candidates"
    tell(f"kn: {what} from {commit[:7]}, see `kn inbox`\n")
    if prompt == "ask" and not knowledge.in_agent:
        _ask(knowledge.repo.top, [c.key for c in run.captured.candidates])


def tell_forks(tell: Callable[[str], object]) -> None:
    """One line when items of both sides replace the same one, which no line of a file shows.

    A fork is told once; `kn check` and every context go on saying it. Nothing is said where
    hooks are to be silent, and nothing when it takes too long.
    """
    from kn.adapters import store
    from kn.flows.knowledge import open_knowledge
    from kn.flows.merge.left import find_forks
    from kn.flows.views.view import open_view

    try:
        with _time_limit(LIMIT):
            knowledge = open_knowledge(Path.cwd(), os.environ)
            silent = knowledge.settings.text("hooks.prompt") == "off"
            if silent or knowledge.probe.config.get("kn.initialized") != "true":
                return
            forks = [tuple(r.id for r in f.heads) for f in find_forks(open_view(knowledge))]
            path = knowledge.state / "forks"
            told = store.load(path) or ()
            store.save(path, tuple(forks))
    except (_TooLate, KnError):
        return
    if new := [fork for fork in forks if fork not in told]:
        more = f" (and {len(new) - 1} more)" if new[1:] else ""
        named = " and ".join(new[0])
        tell(f"kn: {named} replace the same item{more}; `kn merge` settles it\n")


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Stop the block when its time is over; only where the system has timers."""

    def ring(_number: int, _frame: object) -> None:
        raise _TooLate

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _detach(event: str, made: str) -> None:
    """Go on in a process of its own that holds none of git's pipes (integrations 4.1)."""
    import subprocess

    from kn.adapters.git import foreign_environment

    environment = {n: t for n, t in foreign_environment(os.environ).items() if n != "KN_INSIDE"}
    subprocess.Popen(
        [sys.executable, "-P", "-m", "kn", "hook", event, made],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env=environment,
    )


def _ask(top: Path | None, keys: list[str]) -> None:
    """Let the user decide on the spot, on their terminal: a hook's own stdin is empty."""
    import subprocess

    if not sys.stderr.isatty():
        return
    try:
        with Path("/dev/tty").open("rb") as terminal:
            subprocess.run(
                [sys.executable, "-P", "-m", "kn", "inbox", *(f"--only={k}" for k in keys)],
                stdin=terminal,
                stdout=2,
                cwd=top,
                check=False,
            )
    except OSError:
        return


def _log(state: Path, message: str) -> None:
    journal.write_log(state, message, time.strftime("%Y-%m-%dT%H:%M:%S"))


def _log_here(message: str) -> None:
    from kn.adapters.git import find_repository

    try:
        state = find_repository(Path.cwd()).state
    except KnError:
        return
    if state.is_dir():
        _log(state, message)
