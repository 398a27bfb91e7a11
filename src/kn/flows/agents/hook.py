"""`kn agent hook`: what an agent's hook is answered, within its own time, or silence.

It runs at every prompt, so nothing heavy is imported before there is something to say, and a view
that was made ready is enough to answer.
"""

from __future__ import annotations

import os
import signal
import sys
import time

from kn.adapters import witness
from kn.core.agents.hosts import (
    COMPACT,
    EDIT,
    END,
    EVENTS,
    HOSTS,
    PROMPT,
    START,
    Host,
)
from kn.flows.agents.gate import HOOK_MARK, become_hook, find_folder, is_inside

TYPE_CHECKING = False  # `typing` is imported by what is served, but not by a hook that is refused
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kn.core.agents.payload import Question
    from kn.flows.agents.memory import Session
    from kn.flows.serving.values import Asked, Context

LIMIT = {START: 4.0, PROMPT: 1.5, EDIT: 1.5, COMPACT: 1.5, END: 1.0}
"""Seconds that kn may take; less than an agent waits. Guesses at what a person does not mind; the
first context of a clone takes about 2 s for 1,000 items, and every later one a tenth of that."""
MOST_STDIN = 16 << 20
"""Bytes of what an agent hands over; more is left unanswered."""
MOST_PROMPT = 20_000
"""Characters of a prompt that are looked at; a guess: what is longer is a log that was pasted."""
MOST_NAMED = 5
"""Files that a prompt names and that are looked up; a guess."""


class Refused(Exception):
    """Nothing is to be said here; the message is for `kn agent status`."""


def run_agent_hook(
    words: Sequence[str], read: Callable[[int], bytes], write: Callable[[str], object]
) -> int:
    """Answer a hook; always 0, within its time, whatever happens inside.

    Args:
        words: Agent, event, options: `--max-bytes N`, `--budget N`.
        read: Reads at most so many bytes of stdin.
        write: Takes the answer, in one piece.
    """
    try:
        host, event, numbers = read_words(words)
        _start_clock(host, event)
        _answer(host, event, numbers, read, write)
    except BaseException as error:
        if os.environ.get("KN_DEBUG") == "hooks":
            raise
        _note_failure(words, error)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return 0


def _note_failure(words: Sequence[str], error: BaseException) -> None:
    """Leave a trace for `kn agent status`; a hook itself complains to nobody."""
    try:
        folder = find_folder()
        if folder and len(words) > 1:
            from kn.flows.agents.memory import note_firing

            note_firing(folder, words[0], words[1], f"failed: {type(error).__name__}")
    except Exception:
        return


def read_words(words: Sequence[str]) -> tuple[Host, str, dict[str, int]]:
    """The words of `kn agent hook`.

    Raises:
        ValueError: They are not plain; click says what is wrong with them.
    """
    if len(words) < 2 or words[0] not in HOSTS or words[1] not in EVENTS:
        raise ValueError
    numbers = {}
    for name, value in zip(words[2::2], words[3::2], strict=True):
        if name not in ("--max-bytes", "--budget") or not value.isdecimal():
            raise ValueError
        numbers[name] = int(value)
    return HOSTS[words[0]], words[1], numbers


def _start_clock(host: Host, event: str) -> None:
    """End the process in silence when its time is over; the agent goes on without us."""

    def ring(_number: int, _frame: object) -> None:
        try:
            folder = find_folder()
            if folder:
                from kn.flows.agents.memory import note_firing

                note_firing(folder, host.name, event, "too slow")
                _make_ready()
        finally:
            os._exit(0)

    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, LIMIT[event])


def _make_ready() -> None:
    """Let a process of its own make ready what took too long, so that the next hook has it."""
    from kn.flows.serving.quick import AHEAD

    environment = {**os.environ, "AI_AGENT": HOOK_MARK}
    witness.detach([sys.executable, "-P", "-m", "kn", "hook", AHEAD], environment)


def _answer(
    host: Host,
    event: str,
    numbers: dict[str, int],
    read: Callable[[int], bytes],
    write: Callable[[str], object],
) -> None:
    import json

    from kn.core.agents.payload import is_small_talk, read_question

    raw = read(MOST_STDIN + 1)
    payload = json.loads(raw) if len(raw) <= MOST_STDIN else None
    if not isinstance(payload, dict):
        return
    question = read_question(host, event, payload)
    if question.cwd and os.path.isabs(question.cwd) and os.path.isdir(question.cwd):
        os.chdir(question.cwd)
    folder = find_folder()
    if not folder:
        return
    from kn.flows.agents.memory import note_firing

    environment = dict(os.environ)
    become_hook()
    try:
        if event in (COMPACT, END):
            outcome = _hear(host, question, environment)
        elif event == EDIT and not question.files:
            outcome = "no file"  # most of what Codex and Copilot run
        elif event == PROMPT and is_small_talk(question.prompt):
            outcome = "nothing to look for"
        else:
            outcome = _serve(host, event, question, numbers, folder, write)
    except Refused as reason:
        outcome = str(reason)
    note_firing(folder, host.name, event, outcome)


def _hear(host: Host, question: Question, environment: dict[str, str]) -> str:
    """Let a process of its own read what the session has settled, into the inbox."""
    named = question.transcript or question.session
    if question.subagent or not named or named.startswith("-"):
        raise Refused("no session to read")
    for name in witness.UNUSUAL:
        environment.pop(name, None)
    words = [sys.executable, "-P", "-m", "kn", "extract", "--session", named, "--json"]
    witness.detach(words, environment)
    return "reading the session"


def _serve(
    host: Host,
    event: str,
    question: Question,
    numbers: dict[str, int],
    folder: str,
    write: Callable[[str], object],
) -> str:
    from kn.core.agents.answer import write_answer
    from kn.flows.agents.memory import Session, prune

    # Without an id nobody knows what this session has; it is told, rather than another's silence.
    memory = Session(folder, host.name, question.session or f"process {os.getpid()}")
    try:
        if event == START and not memory.begin(question.source):
            raise Refused("given a moment ago")
        asked, files = _ask(host, event, question, numbers, memory)
        context = _find_context(asked)
        worth = context.items or (event == START and context.held_back)
        given = {i.id: i.version for i in context.items}
        if worth:
            write(write_answer(host, event, context.text))
        memory.remember(given, files)
        if event == START:
            prune(folder)
        return f"gave {len(given)}"
    finally:
        memory.close()


def _ask(
    host: Host, event: str, question: Question, numbers: dict[str, int], memory: Session
) -> tuple[Asked, list[str]]:
    """The question of an event, and the files that will have been answered for."""
    from kn.flows.agents.memory import key_of
    from kn.flows.serving.values import Asked

    asked = Asked(
        budget=numbers.get("--budget"),
        form="xml" if host.fence else "markdown",
        max_bytes=numbers.get("--max-bytes", host.most_bytes),
        given=tuple(memory.items.items()),
    )
    if event == PROMPT:
        prompt = question.prompt[:MOST_PROMPT]
        if not _says_something(prompt):
            raise Refused("nothing to look for")
        return asked._replace(task=prompt, files=_named_files(prompt)), []
    if event == EDIT:
        new = [f for f in question.files if key_of(f) not in memory.files]
        inside = [f for f in new if is_inside(f)]
        if not inside:
            raise Refused("no new file")
        return asked._replace(files=tuple(inside), only_applying=True), inside
    return asked, []


def _says_something(prompt: str) -> bool:
    """Whether a prompt has words to search by; one without gets nothing, and not the branch's
    context a second time."""
    from kn.adapters.words import load_stemmer
    from kn.core.context.analysis import weigh_task

    return bool(weigh_task(prompt, load_stemmer()).terms)


def _named_files(prompt: str) -> tuple[str, ...]:
    """The files of the tree that a prompt names by their path."""
    found: dict[str, None] = {}
    for word in prompt.split()[:2_000]:
        path = word.strip("`'\"()[]<>,;:!?@.") if len(word) < 300 else ""
        if ("/" in path or "." in path) and is_inside(path) and os.path.isfile(path):
            found[path] = None
    return tuple(found)[:MOST_NAMED]


def _find_context(asked: Asked) -> Context:
    """From a view that is ready, else by opening the knowledge."""
    from kn.flows.serving.ready import answer_ready

    answer = answer_ready(asked)
    if answer is not None:
        return answer[0]
    started_ns = time.time_ns()
    from pathlib import Path

    from kn.errors import KnError
    from kn.flows.context import build_context
    from kn.flows.knowledge import open_knowledge

    try:
        built = build_context(open_knowledge(Path.cwd(), os.environ), asked)
    except KnError as error:
        raise Refused(type(error).__name__) from error
    built.keep([], "", started_ns)
    return built.context
