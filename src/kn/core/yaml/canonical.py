"""Reading the form that kn writes, without a YAML parser: what an item file nearly always is in.

It is ten times as fast, and PyYAML takes longer to import than a changed item takes to be read.
What is not surely in that form is left to `kn.core.yaml.read`, which gives the same for all that
is read here, and words for all that is wrong.
"""

from __future__ import annotations

import re
from typing import Any

from kn.core.yaml.loaded import MAX_BYTES, NULLS

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_QUOTED = re.compile(r'"((?:[^"\\]|\\["\\])*)"')
_ENTRY = re.compile(r"""[A-Za-z0-9_./][^ ,\[\]{}:?#'"]*|"([^"\\,]*)\"""")
_UNSAFE = frozenset(" -?:,[]{}#&*!|>'\"%@`")
"""What a plain text does not begin with."""
_DEEPEST = 4
"""Blanks before the fields of an item's innermost mapping."""


class _Other(Exception):
    """Not in the canonical form."""


def read_canonical(raw: bytes) -> dict[str, Any] | None:
    """The fields of an item file, as `read_yaml` gives them; None when it is in another form."""
    if len(raw) > MAX_BYTES or raw[-1:] != b"\n":
        return None
    try:
        rows = raw[:-1].decode("utf-8").split("\n")
        # No control character or tab, and nothing that YAML takes for the end of a line.
        if not "".join(rows).isprintable():
            return None
        found, at = _mapping(rows, 0, 0)
    except (UnicodeDecodeError, _Other):
        return None
    return found if at == len(rows) else None


def _mapping(rows: list[str], at: int, column: int) -> tuple[dict[str, Any], int]:
    """The mapping whose keys stand at `column` from row `at` on, and the row after it."""
    found: dict[str, Any] = {}
    while at < len(rows) and _indent(rows[at]) == column:
        key, colon, value = rows[at][column:].partition(":")
        if not colon or not _KEY.fullmatch(key) or key in found:
            raise _Other
        at += 1
        if value == " |":
            found[key], at = _block(rows, at, column + 2)
        elif value:
            found[key] = _value(value)
        else:
            found[key], at = _nested(rows, at, column + 2)
    if at < len(rows) and _indent(rows[at]) > column:
        raise _Other
    return found, at


def _indent(row: str) -> int:
    bare = row.lstrip(" ")
    if not bare:
        raise _Other
    return len(row) - len(bare)


def _nested(rows: list[str], at: int, column: int) -> tuple[Any, int]:
    if at == len(rows) or _indent(rows[at]) != column or column > _DEEPEST:
        raise _Other
    if not rows[at].startswith("- ", column):
        return _mapping(rows, at, column)
    found: list[Any] = []
    while at < len(rows) and _indent(rows[at]) == column:
        row = rows[at]
        if not row.startswith("- ", column):
            raise _Other
        key, colon, value = row[column + 2 :].partition(":")
        if colon and value[:1] in ("", " ") and _KEY.fullmatch(key):
            rows[at] = " " * (column + 2) + row[column + 2 :]
            inner, at = _mapping(rows, at, column + 2)
            found.append(inner)
        else:
            found.append(_value(row[column + 1 :]))
            at += 1
    return found, at


def _block(rows: list[str], at: int, column: int) -> tuple[str, int]:
    """A literal block, with the one newline that ends it."""
    pad = " " * column
    if at == len(rows) or _indent(rows[at]) != column:
        raise _Other
    text = []
    while at < len(rows) and (not rows[at] or rows[at].startswith(pad)):
        text.append(rows[at][column:])
        at += 1
    return "\n".join(text).rstrip("\n") + "\n", at


def _value(shown: str) -> Any:
    """What stands behind `key:` or `-`, with the blank before it."""
    text = shown[1:]
    if shown[0] != " " or not text:
        raise _Other
    if text[0] == '"':
        quoted = _QUOTED.fullmatch(text)
        if not quoted:
            raise _Other
        return re.sub(r"\\(.)", r"\1", quoted[1]) if "\\" in text else quoted[1]
    if text[0] == "[" and text[-1] == "]":
        return [_entry(entry) for entry in text[1:-1].split(", ")] if text != "[]" else []
    if text[0] in _UNSAFE or text[-1] in ": " or ": " in text or " #" in text:
        raise _Other
    return None if text in NULLS else text


def _entry(text: str) -> str:
    entry = _ENTRY.fullmatch(text)
    if not entry or text in NULLS:
        raise _Other
    return text if entry[1] is None else entry[1]
