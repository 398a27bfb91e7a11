"""aider's .aider.chat.history.md (0.86.2): Markdown in which only line ends tell who spoke.

aider ends what the user typed (`#### `) and what it said itself (`> `) with two blanks; a
heading or a quotation of the model has none. That is how the three are told apart here, where
aider's own reader loses the model's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from kn.core.sessions.turns import Heading, Role, Turn, make_turn

_STARTED = re.compile(r"# aider chat started at (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)")
_COMMIT = re.compile(r"> Commit [0-9a-f]{7,} ")
_APPLIED = re.compile(r"> Applied edit to (.+?)\s*$")
_TALKING = ("/ask ", "/code ", "/architect ")
"""Commands that carry a message for the model; the others steer the program."""


def read_aider(lines: Iterable[bytes], log: Heading) -> Iterator[Turn]:
    """The turns of a history; all chats that were appended to the file are one session.

    aider writes local times without their offset: `at` is the time when the chat started.
    """
    log.agent, log.container = "aider", "aider"
    at = ""
    role: Role = "assistant"
    said: list[str] = []
    for new, text in _spoken(line.decode("utf-8", "replace").rstrip("\r\n") for line in lines):
        if new == role and text is not None:
            said.append(text)
            continue
        yield from _finish(role, said, at, log)
        said = []
        if text is None:
            started = _STARTED.match(new)
            at = f"{started[1]}T{started[2]}" if started else at
            log.note(session=f"aider-{at}")
            role = "assistant"
        else:
            role = "user" if new == "user" else "tool" if new == "tool" else "assistant"
            said = [text]
    yield from _finish(role, said, at, log)


def _spoken(lines: Iterable[str]) -> Iterator[tuple[str, str | None]]:
    """Each line with its speaker; the start of a chat comes as itself, without a text."""
    spilling = False  # the message of a commit is quoted in its first line only
    for line in lines:
        ours = line.endswith("  ")
        if _STARTED.match(line):
            spilling = False
            yield line, None
        elif ours and line.startswith("#### "):
            spilling = False
            yield "user", line[5:-2]
        elif line.startswith("> ") and (ours or _COMMIT.match(line)):
            spilling = not ours
            yield "tool", line[2:].rstrip()
        else:
            yield "tool" if spilling else "assistant", line
            spilling = spilling and not ours


def _finish(role: Role, said: list[str], at: str, log: Heading) -> Iterator[Turn]:
    text = "\n".join(said).strip()
    if role == "user" and text.startswith("/"):
        text = next((text[len(c) :] for c in _TALKING if text.startswith(c)), "")
    files: tuple[str, ...] = ()
    if role == "tool":
        files = tuple(dict.fromkeys(m[1] for s in said if (m := _APPLIED.match(f"> {s}"))))
    turn = make_turn(role, text, at=at, files=files)
    if turn is not None:
        log.note_time(at)
        yield turn
