"""Reading: the value of every part, and the place where it stands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from kn.errors import KnError

_SPACE = " \t\r\n"
_DEEPEST = 100
"""Levels that are read; settings have ten, and a thousand would end Python's stack."""
_SCALAR = re.compile(r"true\b|false\b|null\b|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"')
_COMMENT = re.compile(r"//[^\r\n]*|/\*.*?\*/", re.DOTALL)


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A value, and where it stands: from `start` up to `end`."""

    start: int
    end: int
    value: Any


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A member or an element."""

    start: int
    """Of its name, or of the value of an element."""
    name: str
    node: Node
    comma: int | None
    """Where the comma behind it stands."""


@dataclass(frozen=True, slots=True, eq=False)
class Container(Node):
    """An object or an array."""

    is_object: bool = True
    entries: tuple[Entry, ...] = ()
    path: tuple[str, ...] = ()

    def member(self, name: str) -> Entry | None:
        """The member of that name; of several the last one, which is what readers take."""
        if not self.is_object:
            return None
        return next((e for e in reversed(self.entries) if e.name == name), None)

    def element(self, place: str) -> Entry | None:
        """The element of an array at a place, as "0"."""
        there = not self.is_object and place.isdecimal() and int(place) < len(self.entries)
        return self.entries[int(place)] if there else None


@dataclass(frozen=True, slots=True)
class Text:
    """A text that was read."""

    text: str
    root: Node | None
    mark: str
    """A byte order mark, or nothing."""
    comments: dict[int, int] = field(default_factory=dict)
    """End of a comment -> its start."""

    @property
    def newline(self) -> str:
        return "\r\n" if self.text.find("\n") == self.text.find("\r\n") + 1 > 0 else "\n"

    @property
    def unit(self) -> str:
        """One step of indentation, as the first indented entry has it; two spaces without one."""
        todo = [self.root]
        while todo:
            node = todo.pop(0)
            if isinstance(node, Container):
                for entry in node.entries:
                    inside, outside = self.indent_at(entry.start), self.indent_at(node.start)
                    if self.leads(entry.start) and len(inside) > len(outside):
                        return inside[len(outside) :]
                    todo.append(entry.node)
        return "  "

    def indent_at(self, position: int) -> str:
        """The white space that the line of `position` begins with."""
        line = self.text[self._line(position) : position]
        return line[: len(line) - len(line.lstrip(" \t"))]

    def leads(self, position: int) -> bool:
        """Whether nothing but white space stands before it on its line."""
        return not self.text[self._line(position) : position].strip(" \t")

    def _line(self, position: int) -> int:
        start = self.text.rfind("\n", 0, position) + 1
        return max(start, len(self.mark))

    def edge(self, position: int) -> int:
        """Where the white space before `position` begins: the end of a token or comment."""
        at = position
        while at > len(self.mark) and self.text[at - 1] in _SPACE:
            at -= 1
        # A comment may end in white space of its own.
        return next((end for end, start in self.comments.items() if start < at <= end), at)

    def in_line_comment(self, position: int) -> bool:
        """Whether a `//` comment ends here, so that what follows needs a line of its own."""
        start = self.comments.get(position)
        return start is not None and self.text.startswith("//", start)

    def commented(self, holder: Container, ours: Iterable[Entry]) -> bool:
        """Whether a comment stands between the brackets that is not inside one of these entries."""
        spans = [(e.start, e.node.end) for e in ours]
        return any(
            holder.start < start < holder.end and not any(a <= start < b for a, b in spans)
            for start in self.comments.values()
        )

    def chain(self, path: Sequence[str]) -> list[Container] | None:
        """The containers along `path`, the document first; None when one is missing.

        The elements of an array are named by their places, as "0".
        """
        node, found = self.root, []
        for name in (*path, None):
            if not isinstance(node, Container):
                return None
            found.append(node)
            entry = None if name is None else node.member(name) or node.element(name)
            node = entry.node if entry else None
        return found


def fail(text: str, position: int, message: str) -> KnError:
    """An error that says where; the caller names the file."""
    line = text.count("\n", 0, position) + 1
    return KnError(f"Line {line}: {message}.", hint="Put it right by hand, and run kn again.")


def scan(text: str) -> Text:
    """Read a text whole.

    Raises:
        KnError: It is no JSON, comments and trailing commas allowed.
    """
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    reader = _Reader(text)
    start = reader.skip(len(mark))
    if start == len(text):
        return Text(text, None, mark, reader.comments)
    root = reader.value(start, ())
    end = reader.skip(root.end)
    if end != len(text):
        raise fail(text, end, "something follows the end of the document")
    return Text(text, root, mark, reader.comments)


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.comments: dict[int, int] = {}

    def skip(self, at: int) -> int:
        """The next position that is neither white space nor comment."""
        text = self.text
        while at < len(text):
            if text[at] in _SPACE:
                at += 1
            elif text[at] == "/":
                found = _COMMENT.match(text, at)
                if not found:
                    raise fail(text, at, "a comment begins here and never ends")
                self.comments[found.end()] = at
                at = found.end()
            else:
                break
        return at

    def value(self, at: int, path: tuple[str, ...]) -> Node:
        if self.text[at : at + 1] in ("{", "["):
            if len(path) > _DEEPEST:
                raise fail(self.text, at, f"more than {_DEEPEST} levels")
            return self._container(at, path)
        found = (_STRING if self.text[at : at + 1] == '"' else _SCALAR).match(self.text, at)
        if not found:
            raise fail(self.text, at, "expected a value")
        try:
            return Node(at, found.end(), json.loads(found[0]))
        except ValueError:  # a number of thousands of digits
            raise fail(self.text, at, "a value that cannot be read") from None

    def _container(self, start: int, path: tuple[str, ...]) -> Container:
        is_object = self.text[start] == "{"
        close = "}" if is_object else "]"
        entries: list[Entry] = []
        at = self.skip(start + 1)
        while self.text[at : at + 1] != close:
            if entries and entries[-1].comma is None:
                raise fail(self.text, at, f"expected `,` or `{close}`")
            entry = self._entry(at, is_object, path, len(entries))
            entries.append(entry)
            at = self.skip(entry.node.end if entry.comma is None else entry.comma + 1)
        value: Any = [e.node.value for e in entries]
        if is_object:
            value = {e.name: e.node.value for e in entries}
        return Container(start, at + 1, value, is_object, tuple(entries), path)

    def _entry(self, at: int, is_object: bool, path: tuple[str, ...], number: int) -> Entry:
        start, name = at, str(number)
        if is_object:
            found = _STRING.match(self.text, at)
            if not found:
                raise fail(self.text, at, "expected a name in double quotes")
            name = json.loads(found[0])
            at = self.skip(found.end())
            if self.text[at : at + 1] != ":":
                raise fail(self.text, at, "expected `:`")
            at = self.skip(at + 1)
        node = self.value(at, (*path, name))
        after = self.skip(node.end)
        comma = after if self.text[after : after + 1] == "," else None
        return Entry(start, name, node, comma)
