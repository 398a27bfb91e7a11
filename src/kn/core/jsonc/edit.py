"""The edits: a member or elements go in, and come out to the byte.

What is not ours keeps its comments, trailing commas, indentation and line ends. An insertion says
in two small values (`Inserted.made`, `Inserted.inner`) what `remove` cannot see in the text: which
containers were made on the way, and what stood between the brackets of an empty one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from kn.core.jsonc.scan import Container, Entry, Text, fail, scan

_WIDTH = 100
"""A list of plain values stays on its line up to this many characters; a guess."""


@dataclass(frozen=True, slots=True)
class Inserted:
    """A text with something of ours in it, and what taking it out again needs to know."""

    text: str
    made: int = 0
    """How many containers around it were made; the document itself counts as one."""
    inner: str | None = None
    """The white space between the brackets that took it, where that had to make way."""


def read(text: str) -> Any:
    """The value of a text; None when it holds nothing but comments and white space.

    Raises:
        KnError: It is no JSON, comments and trailing commas allowed; the message has the line.
    """
    root = scan(text).root
    return None if root is None else root.value


def insert(text: str, path: Sequence[str], value: Any) -> Inserted:
    """Put `value` at `path`, making the objects that are missing; a member there is replaced.

    Args:
        text: JSON, with comments and trailing commas or without; may be empty.
        path: Names of members, the last one that of the new member.
        value: What `json` can write.

    Raises:
        KnError: The text cannot be read, or something on the path is not an object.
    """
    found = scan(text)
    node = _descend(found, path[:-1])
    entry = node.member(path[-1]) if len(node.path) == len(path) - 1 else None
    if entry is None:
        return _put(found, node, path, value)
    if json.dumps(entry.node.value) == json.dumps(value):
        return Inserted(text)
    shown = _show(value, found, found.indent_at(entry.start), inline=not found.leads(entry.start))
    return Inserted(text[: entry.node.start] + shown + text[entry.node.end :])


def append(text: str, path: Sequence[str], values: Sequence[Any]) -> Inserted:
    """Put `values` at the end of the array at `path`, making it and what is missing around it.

    Raises:
        KnError: The text cannot be read, or `path` leads to something that is no array.
    """
    found = scan(text)
    node = _descend(found, path, array=True)
    if len(node.path) < len(path) or found.root is None:
        done = _put(found, node, path, list(values))
        return Inserted(done.text, done.made + 1, done.inner)
    done = Inserted(text)
    for number, value in enumerate(values):
        found = scan(done.text)
        step = _put(found, _descend(found, path, array=True), (*path, ""), value)
        done = Inserted(step.text, 0, done.inner if number else step.inner)
    return done


def remove(
    text: str,
    path: Sequence[str],
    *,
    where: Callable[[Any], bool] | None = None,
    made: int = 0,
    inner: str | None = None,
) -> str:
    """Take the member at `path` out, or with `where` those elements of the array at `path`.

    What is not there is no error.

    Args:
        text: The file.
        path: Names of members; an element of an array on the way is named by its place, as "0".
        where: Which elements are meant, by their value.
        made: Containers around it that go as well when nothing else is left in them.
        inner: What then stands between the brackets of the container that stays, if that is empty.

    Raises:
        KnError: The text cannot be read.
    """
    while (step := _take_one(text, path, where, made, inner)) != text:
        text = step
        if where is None:
            break
    return text


def _take_one(
    text: str,
    path: Sequence[str],
    where: Callable[[Any], bool] | None,
    made: int,
    inner: str | None,
) -> str:
    found = scan(text)
    chain = found.chain(path if where else path[:-1])
    if chain is None:
        return text
    holder = chain[-1]
    if where is not None:
        ours = [] if holder.is_object else [e for e in holder.entries if where(e.node.value)]
    else:
        ours = [e for e in (holder.member(path[-1]),) if e is not None]
    if not ours:
        return text
    entry, alone = ours[-1], len(ours) == len(holder.entries)
    while made > 0 and alone and not found.commented(holder, ours):
        made -= 1
        chain.pop()
        if not chain:  # the document was empty
            after = text[holder.end :]
            return text[: found.edge(holder.start)] + (after if after.strip() else inner or "")
        holder, above = chain[-1], holder
        entry = next(e for e in holder.entries if e.node is above)
        ours, alone = [entry], len(holder.entries) == 1
    bare = len(holder.entries) == 1 and not found.commented(holder, [entry])
    if bare and inner is not None:
        return text[: holder.start + 1] + inner + text[holder.end - 1 :]
    return _cut(found, holder, entry)


def _cut(found: Text, holder: Container, entry: Entry) -> str:
    """The text without an entry, the white space before it, and the comma that it needed."""
    text = found.text
    start = found.edge(entry.start)
    end = entry.node.end if entry.comma is None else entry.comma + 1
    rest = text[end:]
    if found.in_line_comment(start) and rest.lstrip(" \t")[:1] not in ("\r", "\n"):
        rest = found.newline + found.indent_at(holder.start) + rest.lstrip(" \t")
    at = holder.entries.index(entry)
    if at == len(holder.entries) - 1 and at and entry.comma is None:
        comma = holder.entries[at - 1].comma
        assert comma is not None
        return text[:comma] + text[comma + 1 : start] + rest
    return text[:start] + rest


def _descend(found: Text, path: Sequence[str], *, array: bool = False) -> Container:
    """The deepest one on `path` that is there; all are objects, but for an array at its end."""
    if found.root is None:
        return Container(len(found.text), len(found.text), None, path=(), is_object=False)
    node = found.root
    for at, name in enumerate((*path, None)):
        wanted = "an array" if array and name is None else "an object"
        if not isinstance(node, Container) or node.is_object != (wanted == "an object"):
            where = ".".join(path[:at]) or "the document"
            raise fail(found.text, node.start, f"{where} is not {wanted}")
        entry = None if name is None else node.member(name)
        if entry is None:
            return node
        node = entry.node
    raise AssertionError("the last name is None")


def _put(found: Text, node: Container, path: Sequence[str], value: Any) -> Inserted:
    """Insert at `path` into `node`, which has no such member."""
    if found.root is None:
        return _begin(found, path, value)
    made = path[len(node.path) + 1 :]
    for name in reversed(made):
        value = {name: value}
    key = f"{json.dumps(path[len(node.path)], ensure_ascii=False)}: " if node.is_object else ""
    if node.entries:
        return Inserted(_after_last(found, node, key, value), len(made))
    text, close = found.text, node.end - 1
    edge = found.edge(close)
    indent = found.indent_at(node.start) + found.unit
    entry = found.newline + indent + key + _show(value, found, indent)
    if "\n" in text[edge:close]:
        return Inserted(text[:edge] + entry + text[edge:], len(made))
    if edge > node.start + 1:  # a comment, on the line of both brackets
        entry = f" {key}{_show(value, found, indent, inline=True)}"
        return Inserted(text[:edge] + entry + text[edge:], len(made))
    # `{}` is opened into lines; what stood inside comes back when it is empty again.
    after = text[:edge] + entry + found.newline + found.indent_at(node.start) + text[close:]
    return Inserted(after, len(made), text[edge:close])


def _after_last(found: Text, node: Container, key: str, value: Any) -> str:
    """The text with one more entry behind the last one, in that one's manner."""
    text, last, close = found.text, node.entries[-1], node.end - 1
    edge = found.edge(close)
    lines = found.leads(last.start) or found.in_line_comment(edge)
    indent = found.indent_at(last.start)
    entry = (found.newline + indent if lines else " ") + key
    entry += _show(value, found, indent, inline=not lines)
    if last.comma is not None:
        return text[:edge] + entry + "," + text[edge:]
    return text[: last.node.end] + "," + text[last.node.end : edge] + entry + text[edge:]


def _begin(found: Text, path: Sequence[str], value: Any) -> Inserted:
    """A document in a file that had none."""
    for name in reversed(path):
        value = {name: value}
    text = found.text
    edge = found.edge(len(text))
    between = found.newline if edge > len(found.mark) else ""
    shown = _show(value, found, "")
    return Inserted(text[:edge] + between + shown + found.newline, len(path), text[edge:])


def _show(value: Any, found: Text, indent: str, *, inline: bool = False) -> str:
    """A value as text, its lines indented as the file does; or on one line."""
    flat = json.dumps(value, ensure_ascii=False)
    plain = isinstance(value, list) and not any(isinstance(v, dict | list) for v in value)
    if inline or not isinstance(value, dict | list) or not value or (plain and len(flat) <= _WIDTH):
        return flat
    inside = indent + found.unit
    if isinstance(value, dict):
        rows = [
            f"{json.dumps(name, ensure_ascii=False)}: {_show(one, found, inside)}"
            for name, one in value.items()
        ]
    else:
        rows = [_show(one, found, inside) for one in value]
    first, last = ("{", "}") if isinstance(value, dict) else ("[", "]")
    body = f",{found.newline}".join(inside + row for row in rows)
    return f"{first}{found.newline}{body}{found.newline}{indent}{last}"
