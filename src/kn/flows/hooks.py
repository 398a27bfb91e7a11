"""What the git hooks do once there is something to do: read new commits, say what was found."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kn.adapters import journal
from kn.errors import Busy, KnError, NotARepository, NotInitialized
from kn.flows.quick import LIMIT

DETACHED = "catch-up"
"""The event under which what did not fit into the time goes on by itself."""
DETACHED_LIMIT = 600.0
"""Seconds for the detached scan; a guess: a history of 50,000 commits takes less."""


class _TooLate(Exception):
    """The hook's time is over."""


def run_event(event: str) -> None:
    """Read what is new; one line on stderr when something was found, silence when not.

    With `hooks.prompt: ask` and a terminal, each candidate is put to the user at once. What takes
    too long goes on in a process of its own. Errors go to `.git/kn/log`: a hook is not the
    place to complain.
    """
    from kn.flows.knowledge import open_knowledge

    started = time.monotonic()
    detached = event == DETACHED
    try:
        with _time_limit(DETACHED_LIMIT if detached else LIMIT):
            knowledge = open_knowledge(Path.cwd(), os.environ)
            if knowledge.probe.config.get("kn.initialized") != "true":
                return
            from kn.flows.capture import catch_up

            captured = catch_up(knowledge)
        prompt = knowledge.settings.text("hooks.prompt")
        if captured.candidates and not detached and prompt != "off":
            _announce(len(captured.candidates), captured.last)
            if prompt == "ask" and not knowledge.in_agent:
                _ask(knowledge.repo.top)
        took = int((time.monotonic() - started) * 1000)
        found = len(captured.candidates)
        _log(knowledge.repo.state, f"{event}: read {captured.read}, found {found}, {took} ms")
    except (NotARepository, NotInitialized):
        return
    except (_TooLate, Busy) as reason:
        if not detached:
            _detach()
        elif isinstance(reason, Busy):
            return
    except KnError as error:
        _log_here(f"{event}: {type(error).__name__}: {error}")


def _announce(count: int, commit: str) -> None:
    what = "1 candidate" if count == 1 else f"{count} candidates"
    sys.stderr.write(f"kn: {what} from {commit[:7]}, see `kn inbox`\n")


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


def _detach() -> None:
    """Go on in a process of its own that holds none of git's pipes (integrations 4.1)."""
    import subprocess

    from kn.adapters.git import foreign_environment

    environment = {n: t for n, t in foreign_environment(os.environ).items() if n != "KN_INSIDE"}
    subprocess.Popen(
        [sys.executable, "-m", "kn", "hook", DETACHED],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env=environment,
    )


def _ask(top: Path | None) -> None:
    """Let the user decide on the spot, on their terminal: a hook's own stdin is empty."""
    import subprocess

    if not sys.stderr.isatty():
        return
    try:
        with Path("/dev/tty").open("rb") as terminal:
            subprocess.run(
                [sys.executable, "-m", "kn", "inbox"],
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
