"""Changing single fields of an item file and leaving every other byte as its author wrote it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kn.core.codec import decode, encode, plain_fields
from kn.core.model import Item
from kn.core.schema import Schema
from kn.core.yamlread import read_yaml
from kn.core.yamlwrite import write_field
from kn.errors import KnError


@dataclass(frozen=True, slots=True)
class _Part:
    """The lines of one top-level field; `tail` counts blank and comment lines after its value."""

    name: str
    rows: tuple[str, ...]
    tail: int


_KEY = re.compile(r"""(?:"([^"\\]+)"|'([^']+)'|([A-Za-z_][\w-]*))[ \t]*:(?:[ \t]|$)""")
_COMMENTED = re.compile(
    r"""^([\w-]+:[ \t]+(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^"'|>#\[{&*!][^#]*?))([ \t]+#.*)$"""
)


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
    text = raw.decode("utf-8").removeprefix("\ufeff")
    newline = "\r\n" if "\r\n" in text else "\n"
    order = [f.name for f in schema.fields_of(item.kind)]
    spliced = _splice(text.replace("\r\n", "\n"), old, new, order)
    if spliced is not None:
        result = spliced.replace("\n", newline).encode("utf-8")
        after, _ = decode(result, schema)
        if after is not None and plain_fields(after, schema) == new and _keeps(raw, result):
            return result
    if _comments(raw) and not lose_comments:
        raise KnError(
            "The change cannot be made without losing comments of the file.",
            hint="Edit the file by hand, or say --rewrite to write it anew without them.",
        )
    return encode(item, schema)


def _splice(
    text: str, old: Mapping[str, Any], new: Mapping[str, Any], order: Sequence[str]
) -> str | None:
    head, parts = _divide(text)
    if parts is None or not {p.name for p in parts} >= set(old):
        return None
    kept: list[tuple[str, str]] = []
    for part in parts:
        rows = list(part.rows)
        if part.name not in new:
            if part.name in old:
                rows = rows[len(rows) - part.tail :] if part.tail else []
        elif new[part.name] != old.get(part.name):
            rows = _exchange(part, new[part.name])
        kept.append((part.name, "".join(rows)))
    for name in [n for n in new if n not in {p.name for p in parts}]:
        _insert(kept, name, write_field(name, new[name]), order)
    return head + "".join(rows for _, rows in kept)


def _divide(text: str) -> tuple[str, list[_Part] | None]:
    """The lines before the first field, and the fields; None where the file is no plain block."""
    rows = text.split("\n")
    if rows[-1] == "":
        rows.pop()
    rows = [row + "\n" for row in rows]
    starts = [i for i, row in enumerate(rows) if _KEY.match(row)]
    if not starts:
        return "", None
    head = rows[: starts[0]]
    if any(row.strip() and not row.lstrip().startswith(("#", "---")) for row in head):
        return "", None
    parts = []
    for at, start in enumerate(starts):
        end = starts[at + 1] if at + 1 < len(starts) else len(rows)
        match = _KEY.match(rows[start])
        assert match is not None
        tail = 0
        while end - tail - 1 > start and _between(rows[end - tail - 1]):
            tail += 1
        parts.append(_Part(match[1] or match[2] or match[3], tuple(rows[start:end]), tail))
    return "".join(head), parts


def _between(row: str) -> bool:
    """A blank line, or a comment that does not belong to an indented value."""
    return not row.strip() or row.startswith("#")


def _exchange(part: _Part, value: Any) -> list[str]:
    body = part.rows[: len(part.rows) - part.tail]
    tail = list(part.rows[len(part.rows) - part.tail :])
    written = write_field(part.name, value)
    if len(body) == 1 and written.count("\n") == 1:
        commented = _COMMENTED.match(body[0].rstrip("\n"))
        if commented:
            written = written.rstrip("\n") + commented[2] + "\n"
    return [written, *tail]


def _insert(kept: list[tuple[str, str]], name: str, rows: str, order: Sequence[str]) -> None:
    before = set(order[: order.index(name)]) if name in order else {n for n, _ in kept}
    at = max((i + 1 for i, (n, _) in enumerate(kept) if n in before), default=0)
    kept.insert(at, (name, rows))


def _keeps(before: bytes, after: bytes) -> bool:
    """Whether every comment of `before` still stands in `after`."""
    left = _comments(after)
    for comment in _comments(before):
        if comment not in left:
            return False
        left.remove(comment)
    return True


def _comments(raw: bytes) -> list[str]:
    """What follows a `#` outside every value: found by asking the parser where values are."""
    text = raw.decode("utf-8").removeprefix("\ufeff")
    found = []
    plain = read_yaml(raw).data
    for row in text.splitlines():
        for match in re.finditer(r"(?:^|(?<=[ \t]))#.*", row):
            without = text.replace(row, row[: match.start()].rstrip(), 1)
            if read_yaml(without.encode("utf-8")).data == plain:
                found.append(match[0].rstrip())
                break
    return found
