"""Changing single fields of an item file and leaving every other byte as its author wrote it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kn.core.codec import decode, encode, plain_fields
from kn.core.model import Item
from kn.core.schema import Schema
from kn.core.yaml.read import find_comments
from kn.core.yaml.write import write_field
from kn.errors import KnError


@dataclass(frozen=True, slots=True)
class Part:
    """The lines of one top-level field, and the blank and comment lines that follow them."""

    name: str
    body: str
    tail: str


_ROWS = re.compile(r"[^\n]*\n|[^\n]+")
_KEY = re.compile(
    r"""(?:"([^"\\]+)"|'([^']+)'|([^\s"'#&*!|>%@`\[\]{},?:-][^:\r\n]*?))[ \t]*:(?:[ \t\r\n]|$)"""
)
_COMMENTED = re.compile(
    r"""^["']?[\w-]+["']?:(?:[ \t]+(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[|>][-+0-9]*
          |\[[^\[\]"'#]*\]|[^"'|>#\[{&*!][^#]*?))?(?P<comment>[ \t]+\#.*)$""",
    re.VERBOSE,
)
"""The first line of a field with a comment behind its value; a guess that is checked after."""


def rewrite(raw: bytes, item: Item, schema: Schema, *, lose_comments: bool = False) -> bytes:
    """The file `raw`, made to say `item`: only fields that differ are touched.

    Args:
        raw: The file as it is; it must be readable.
        item: What it shall say.
        schema: Gives the canonical order, where a new field goes.
        lose_comments: Allow the canonical form when single fields cannot be exchanged.

    Raises:
        KnError: Comments would be lost, and `lose_comments` is false; or `raw` is unreadable.
    """
    before, _ = decode(raw, schema)
    if before is None:
        raise KnError("The item is unreadable, so no field of it can be changed.")
    old, new = plain_fields(before, schema), plain_fields(item, schema)
    if old == new:
        return raw
    order = [f.name for f in schema.fields_of(item.kind)]
    spliced = _splice(raw.decode("utf-8"), old, new, order)
    if spliced is not None:
        result = spliced.encode("utf-8")
        after, _ = decode(result, schema)
        if after is not None and plain_fields(after, schema) == new and _keeps(raw, result):
            return result
    if find_comments(raw) and not lose_comments:
        raise KnError(
            "The change cannot be made without losing comments of the file.",
            hint="Edit the file by hand, or say --rewrite to write it anew without them.",
        )
    return encode(item, schema)


def _splice(
    text: str, old: Mapping[str, Any], new: Mapping[str, Any], order: Sequence[str]
) -> str | None:
    head, parts = divide_fields(text)
    if parts is None or not {p.name for p in parts} >= set(old):
        return None
    newline = "\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n"
    kept = []
    for part in parts:
        name, body = part.name, part.body
        if name in new and new[name] != old.get(name):
            body = exchange_value(part, new[name], newline)
        elif name in old and name not in new:
            body = ""
        kept.append(replace(part, body=body))
    for name in [n for n in new if n not in {p.name for p in parts}]:
        written = write_field(name, new[name]).replace("\n", newline)
        _insert(kept, Part(name, written, ""), order, newline)
    return head + "".join(part.body + part.tail for part in kept)


def divide_fields(text: str) -> tuple[str, list[Part] | None]:
    """The lines before the first field, and the fields; None where the file is no plain block."""
    rows = _ROWS.findall(text)
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    if mark:
        rows[0] = rows[0].removeprefix(mark)
    starts = [i for i, row in enumerate(rows) if _KEY.match(row)]
    if not starts:
        return "", None
    head = rows[: starts[0]]
    if any(row.strip() and not row.lstrip().startswith(("#", "---")) for row in head):
        return "", None
    parts = []
    for start, end in zip(starts, [*starts[1:], len(rows)], strict=True):
        match = _KEY.match(rows[start])
        assert match is not None
        last = end
        while last - 1 > start and _between(rows[last - 1]):
            last -= 1
        body, tail = "".join(rows[start:last]), "".join(rows[last:end])
        parts.append(Part(match[1] or match[2] or match[3], body, tail))
    return mark + "".join(head), parts


def _between(row: str) -> bool:
    """A blank line, or a comment that does not belong to an indented value."""
    return not row.strip() or row.startswith("#")


def exchange_value(part: Part, value: Any, newline: str) -> str:
    """The lines of a field with another value; a comment behind its first line stays."""
    written = write_field(part.name, value).removesuffix("\n")
    body = part.body.rstrip("\r\n")
    commented = _COMMENTED.match(body.partition("\n")[0].rstrip("\r"))
    if commented:
        first, break_, rest = written.partition("\n")
        written = first + commented["comment"] + break_ + rest
    return written.replace("\n", newline) + part.body[len(body) :]


def _insert(kept: list[Part], part: Part, order: Sequence[str], newline: str) -> None:
    """Put a new field behind the fields that come before it, and before what follows them."""
    ordered = part.name in order
    before = set(order[: order.index(part.name)]) if ordered else {p.name for p in kept}
    at = max((i + 1 for i, p in enumerate(kept) if p.name in before), default=0)
    if at:
        above = kept[at - 1]
        gap = "" if not above.body or above.body.endswith("\n") else newline
        kept[at - 1] = replace(above, body=above.body + gap, tail="")
        part = replace(part, tail=above.tail)
    kept.insert(at, part)


def _keeps(before: bytes, after: bytes) -> bool:
    """Whether every comment of `before` still stands in `after`."""
    left = find_comments(after)
    for comment in find_comments(before):
        if comment not in left:
            return False
        left.remove(comment)
    return True
