"""SpecStory's Markdown of other agents' sessions (2.1; 2025's files too)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kn.core.sessions.injected import human_text
from kn.core.sessions.turns import Heading, Turn, make_turn

_SESSION = re.compile(r"<!-- (.{1,60}?) Session (\S+)(?: \([^)]*\))? -->")
_SPEAKER = re.compile(r"_\*\*(User|Agent|Assistant)( - [\w ]+)?(?: \((.*)\))?\*\*_\s*$")
_TIME = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d(?::\d\d)?)Z")
_AGENTS = ("codex", "gemini", "copilot", "opencode", "aider", "cursor")
_TOOL = "<tool-use"
_ELEMENTS = {_TOOL: "</tool-use>", "<think>": "</think>"}
_MARKUP = re.compile(r"^</?(?:tool-use|details)\b[^\n]*>$|</?summary>", re.MULTILINE)
_RULE = re.compile(r"\n[ \t]*---\s*\Z")
"""What stands between two speakers."""
_SLACK = timedelta(minutes=2)
"""How far a record's time may lie before the one above it; a guess. Agents write some seconds
out of order, while text quoted from another session is older by hours."""


def read_specstory(lines: Iterable[bytes], log: Heading) -> Iterator[Turn]:
    """The turns of an exported session: the words alone, without thoughts.

    Every heading is a message of its own. A heading quoted inside a message, as when an agent
    printed another session's file, is known by its time: it lies before this session's.
    """
    log.container, log.agent = "specstory", "cursor"  # the only agent before sessions were named
    named = False
    for block in _blocks([line.decode("utf-8", "replace").rstrip("\r\n") for line in lines]):
        if not block.speaker:
            found = next((m for s in block.lines if (m := _SESSION.match(s))), None)
            if found is not None and not named:
                named = True
                log.agent = _agent(found[1])
                log.note(session=found[2])
            continue
        for turn in _turns(block):
            log.note_time(turn.at)
            yield turn


@dataclass(slots=True)
class _Block:
    speaker: str = ""
    at: str = ""
    lines: list[str] = field(default_factory=list)


def _blocks(lines: Sequence[str]) -> Iterator[_Block]:
    block = _Block()
    latest: datetime | None = None
    inside = -1  # the last line of the element we are in
    for number, line in enumerate(lines):
        speaker = _SPEAKER.match(line) if number > inside else None
        moment = _moment(speaker[3]) if speaker else None
        if speaker is None or (moment and latest and moment < latest - _SLACK):
            if number > inside:
                inside = _end(lines, number)
            block.lines.append(line)
            continue
        latest = max(moment, latest) if moment and latest else moment or latest
        yield block
        # A subagent's task is written by an agent, whatever the heading says.
        name = "Agent" if speaker[1] != "User" or speaker[2] else "User"
        block = _Block(name, moment.isoformat().replace("+00:00", "Z") if moment else "")
    yield block


def _end(lines: Sequence[str], start: int) -> int:
    """The last line of the element that begins here; the line before when none does."""
    closing = next((end for mark, end in _ELEMENTS.items() if lines[start].startswith(mark)), "")
    if closing:
        for number in range(start, len(lines)):
            if lines[number].rstrip().endswith(closing):
                return number
    return start - 1


def _turns(block: _Block) -> Iterator[Turn]:
    found: list[Turn | None] = []
    if block.speaker == "User":
        text = _RULE.sub("", "\n".join(block.lines))
        found.append(make_turn("user", human_text(text), at=block.at))
    else:
        words, tools = _split(block)
        found.append(make_turn("assistant", _RULE.sub("", "\n".join(words)), at=block.at))
        found += [make_turn("tool", _MARKUP.sub("", "\n".join(t)), at=block.at) for t in tools]
    yield from (t for t in found if t is not None)


def _split(block: _Block) -> tuple[list[str], list[list[str]]]:
    """An agent's words, and what its tools said; thoughts go."""
    words: list[str] = []
    tools: list[list[str]] = []
    at, lines = 0, block.lines
    while at < len(lines):
        end = _end(lines, at)
        if end < at:
            words.append(lines[at])
            at += 1
            continue
        if lines[at].startswith(_TOOL):
            # With times, a message holds one tool at its end, whatever its output quotes.
            end = len(lines) - 1 if block.at else end
            tools.append(lines[at : end + 1])
        at = end + 1
    return words, tools


def _moment(text: str | None) -> datetime | None:
    found = _TIME.search(text or "")
    return datetime.fromisoformat(f"{found[1]}T{found[2]}+00:00") if found else None


def _agent(name: str) -> str:
    """`Claude Code` -> `claude-code`; an unknown agent by its name in small letters."""
    low = name.lower()
    if "claude" in low:
        return "claude-code"
    return next((a for a in _AGENTS if a in low), low.removesuffix(" cli").replace(" ", "-"))
