"""Markdown taken apart into passages: bullets, paragraphs and what cannot be a statement.

Not a Markdown parser: it knows just enough to keep a rule together with its continuation, and to
say of everything else what it is. Linear in the text; it never raises.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

Form = Literal["paragraph", "bullet", "step", "task", "code", "table", "comment", "block"]

_HEADING = re.compile(r" {0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_BOLD_LINE = re.compile(r" {0,3}(?:\*\*|__)([^*_]{2,60}?):?(?:\*\*|__):?\s*$")
_BULLET = re.compile(r"(?P<indent>[ \t]*)(?:[-*+•]|(?P<step>\d{1,3})[.)])[ \t]+(?P<text>\S.*)$")
_TASK = re.compile(r"\[[ xX]\]\s+")
_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})")
_RULE = re.compile(r" {0,3}(?:[-*_] ?){3,}$")
_BLOCKS = (
    re.compile(r"<!--\s*(?:BEGIN|START)[\s:]+(?P<name>[\w.-]+)[^\n]*?-->", re.IGNORECASE),
    re.compile(r"<!--\s*(?P<name>[\w.-]+):(?:begin|start)\b[^\n]*?-->", re.IGNORECASE),
    re.compile(r"#\s*-*\s*BEGIN (?P<name>[\w.-]+)\b[^\n]*"),
)


@dataclass(frozen=True, slots=True)
class Passage:
    """One piece of text, verbatim but for its marker and indentation."""

    form: Form
    text: str
    line: int
    headings: tuple[str, ...] = ()
    """The headings above it, the outermost first."""
    lead: str = ""
    """The bullet or paragraph that introduces it: "For tests:"."""
    more: str = ""
    """What belongs to it: nested bullets and code, as they stand."""
    name: str = ""
    """Whose block it is."""


def passages_of(text: str, *, line: int = 1) -> list[Passage]:
    """The passages of a Markdown text, in order, each with its line."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    lines, blocks = _without_blocks(text.split("\n"), line)
    found = _Reader(lines).read()
    return sorted([*found, *blocks], key=lambda p: p.line)


def front_end(text: str) -> int:
    """The number of lines of the front matter, its two rules included; 0 without one."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    if lines[0].rstrip() != "---":
        return 0
    ends = (n for n, x in enumerate(lines[1:200], 2) if x.rstrip() in ("---", "..."))
    return next(ends, 0)


def _without_blocks(lines: list[str], start: int) -> tuple[list[tuple[int, str]], list[Passage]]:
    """The lines outside of blocks that a tool keeps, with their numbers; and those blocks."""
    kept: list[tuple[int, str]] = []
    blocks: list[Passage] = []
    at = 0
    while at < len(lines):
        opened = next((m for rule in _BLOCKS if (m := rule.match(lines[at].strip()))), None)
        name = opened["name"] if opened else ""
        end = _end_of(lines, at, name) if name else 0
        if end:
            blocks.append(Passage("block", "", start + at, name=name.split("-")[0].lower()))
            at = end
        elif lines[at].lstrip().startswith("<!--"):
            blocks.append(Passage("comment", "", start + at))
            at = next((n for n in range(at, len(lines)) if "-->" in lines[n]), len(lines)) + 1
        else:
            kept.append((start + at, lines[at]))
            at += 1
    return kept, blocks


def _end_of(lines: list[str], start: int, name: str) -> int:
    """The index behind the block's last line; 0 when nothing ends it."""
    word = re.escape(name)
    ending = re.compile(
        rf"(?:<!--|#)[^\n]*(?:\b(?:END|STOP)\b[\s:]*{word}|{word}:(?:end|stop)\b)", re.IGNORECASE
    )
    return next((n + 1 for n in range(start + 1, len(lines)) if ending.search(lines[n])), 0)


class _Reader:
    """The state of one pass over the lines."""

    def __init__(self, lines: list[tuple[int, str]]) -> None:
        self._lines = lines
        self._found: list[Passage] = []
        self._headings: list[tuple[int, str]] = []
        self._indents: list[tuple[int, int]] = []
        """Indentation, and place in `_found`, of the bullets that are open."""
        self._open = False
        """Whether the next line goes on with the last passage."""
        self._lead = ""

    def read(self) -> list[Passage]:
        at = 0
        while at < len(self._lines):
            number, line = self._lines[at]
            fence = _FENCE.match(line)
            if fence:
                at = self._code(at, fence[1])
                continue
            if not line.strip() or _RULE.match(line):
                self._open = False
            elif heading := _HEADING.match(line) or self._bold_heading(line):
                self._head(len(heading[1]) if line.lstrip()[0] == "#" else 7, heading)
            elif line.lstrip().startswith("|"):
                self._table(number, line)
            elif bullet := _BULLET.match(line):
                self._bullet(number, bullet)
            else:
                self._text(number, line)
            at += 1
        return [p for p in self._found if p.text or p.form != "paragraph"]

    def _bold_heading(self, line: str) -> re.Match[str] | None:
        return None if self._open else _BOLD_LINE.match(line)

    def _head(self, level: int, match: re.Match[str]) -> None:
        title = match[2] if level < 7 else match[1]
        self._headings = [h for h in self._headings if h[0] < level] + [(level, title)]
        self._indents, self._open, self._lead = [], False, ""

    def _put(self, form: Form, text: str, number: int) -> None:
        titles = tuple(title for _, title in self._headings)
        self._found.append(Passage(form, text, number, titles, self._lead))

    def _code(self, at: int, fence: str) -> int:
        number, first = self._lines[at]
        end = at + 1
        while end < len(self._lines) and not self._closes(self._lines[end][1], fence):
            end += 1
        text = "\n".join(line for _, line in self._lines[at : end + 1])
        indented = first[:1] in " \t" and bool(self._indents)
        last = self._found[-1] if self._found else None
        if last and (indented or (last.text.endswith(":") and last.form != "code")):
            self._found[-1] = replace(last, more=f"{last.more}\n{text}".strip("\n"))
        else:
            self._put("code", text, number)
        self._open = False
        return end + 1

    @staticmethod
    def _closes(line: str, fence: str) -> bool:
        found = _FENCE.match(line)
        return found is not None and found[1].startswith(fence) and not line.strip(" \t`~")

    def _table(self, number: int, line: str) -> None:
        last = self._found[-1] if self._found else None
        if last and last.form == "table" and last.line + last.text.count("\n") + 1 == number:
            self._found[-1] = replace(last, text=f"{last.text}\n{line}")
        else:
            self._put("table", line, number)
        self._open = False

    def _bullet(self, number: int, match: re.Match[str]) -> None:
        indent = len(match["indent"].expandtabs(4))
        text = match["text"].strip()
        if not self._indents:
            last = self._found[-1] if self._found else None
            self._lead = last.text if last and last.text.endswith(":") else ""
        while self._indents and self._indents[-1][0] >= indent:
            self._indents.pop()
        if self._indents and not self._introduces(self._indents[-1][1]):
            parent = self._indents[-1][1]
            below = f"{match[0].strip()}"
            known = self._found[parent]
            self._found[parent] = replace(known, more=f"{known.more}\n{below}".strip("\n"))
            self._open = False
            return
        lead = self._lead
        if self._indents:
            self._lead = self._found[self._indents[-1][1]].text
        form: Form = "step" if match["step"] else "bullet"
        if task := _TASK.match(text):
            form, text = "task", text[task.end() :]
        self._put(form, text, number)
        self._lead = lead
        self._indents.append((indent, len(self._found) - 1))
        self._open = True

    def _introduces(self, place: int) -> bool:
        return self._found[place].text.rstrip("*_").endswith(":")

    def _text(self, number: int, line: str) -> None:
        text = line.strip().removeprefix("> ").strip()
        if self._open and self._found:
            last = self._found[-1]
            self._found[-1] = replace(last, text=f"{last.text} {text}")
            return
        if self._indents and line[:1] in " \t":
            place = self._indents[-1][1]
            known = self._found[place]
            self._found[place] = replace(known, more=f"{known.more}\n{text}".strip("\n"))
            return
        self._indents, self._lead = [], ""
        self._put("paragraph", text, number)
        self._open = True


def verbatim(passage: Passage) -> str:
    """The passage with all that belongs to it."""
    return f"{passage.text}\n{passage.more}".strip()
