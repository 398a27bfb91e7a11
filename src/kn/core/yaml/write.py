"""Writing YAML in kn's one canonical form.

Block style, two spaces, UTF-8, LF; short lists of plain words on one line; `|` for text of more
than one line; everything that another YAML reader could take for something else than a text is
put into double quotes. One field is one line wherever it can be, so that one change is one line
in a diff.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

_TYPED = re.compile(
    r"""(?xi)^(?: ~ | null | true | false | yes | no | on | off | y | n
      | [-+]?[0-9][0-9_,]*(?:\.[0-9_]*)?(?:e[-+]?[0-9]+)?  | [-+]?\.[0-9_]+(?:e[-+]?[0-9]+)?
      | [-+]?0x[0-9a-f_]+ | [-+]?0o?[0-7_]+ | [-+]?0b[01_]+ | [-+]?\.inf | \.nan
      | [-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9]*)?
      | [0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.* | = | << )$"""
)
"""What YAML 1.1 or 1.2 readers resolve to something else than a text."""
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_KEY = re.compile(r"[A-Za-z_][\w-]*")
_FIELDS = frozenset(("on",))
"""Fields of ours that YAML 1.1 takes for a truth value; they read better plain (DESIGN §3)."""
_UNSAFE_START = frozenset("-?:,[]{}#&*!|>'\"%@`")
_ONE_LINE = frozenset(("anchors",))
"""Mappings that are written `{path: blob}`, as DESIGN §3 shows them."""
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def write_field(name: str, value: Any) -> str:
    """One top-level field, as the lines of a file.

    Args:
        name: The key, a plain word.
        value: A text, an integer, None, or lists and mappings of such, nested as they like.
    """
    return _field(name, value, "")


def _field(name: str, value: Any, indent: str) -> str:
    plain = name in _FIELDS or (_KEY.fullmatch(name) and not _TYPED.match(name))
    key = name if plain else _scalar(name, flow=False)
    if isinstance(value, Mapping):
        if name in _ONE_LINE or not value:
            return f"{indent}{key}: {_inline(value, flow=True)}\n"
        inner = "".join(_field(k, v, indent + "  ") for k, v in value.items())
        return f"{indent}{key}:\n{inner}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return _list(key, value, indent)
    if isinstance(value, str) and "\n" in value:
        return f"{indent}{key}: {_block(value, indent + '  ')}"
    return f"{indent}{key}: {_inline(value, flow=False)}\n"


def _list(key: str, values: Sequence[Any], indent: str) -> str:
    if all(isinstance(v, str) and _short(v) for v in values):
        return f"{indent}{key}: {_inline(values, flow=True)}\n"
    rows = []
    for value in values:
        if isinstance(value, Mapping) and value:
            first, *rest = [_field(k, v, indent + "    ") for k, v in value.items()]
            rows.append(f"{indent}  - {first[len(indent) + 4 :]}" + "".join(rest))
        else:
            rows.append(f"{indent}  - {_inline(value, flow=False)}\n")
    return f"{indent}{key}:\n" + "".join(rows)


def _short(text: str) -> bool:
    """A word, a path or an id: what reads well in a list on one line."""
    return " " not in text and len(text) <= 60 and "\n" not in text


def _inline(value: Any, *, flow: bool) -> str:
    """Any value on one line; `flow` says whether it stands inside brackets."""
    match value:
        case None:
            return "null"
        case Mapping():
            inner = (f"{_scalar(k, flow=True)}: {_inline(v, flow=True)}" for k, v in value.items())
            return "{" + ", ".join(inner) + "}"
        case list() | tuple():
            return "[" + ", ".join(_inline(v, flow=True) for v in value) + "]"
    return _scalar(value, flow=flow)


def _block(text: str, indent: str) -> str:
    """A literal block, or one quoted line where a block could not say the same."""
    rows = text.split("\n")
    plain = all(_printable(row.replace("\t", "")) and row == row.rstrip() for row in rows)
    if not plain or not rows[0] or rows[-1] == "":
        return _scalar(text, flow=False, quoted=True) + "\n"
    mark = "|2" if rows[0][0] in " \t" else "|"
    return mark + "\n" + "".join(f"{indent}{r}\n" if r else "\n" for r in rows)


def _scalar(value: Any, *, flow: bool, quoted: bool = False) -> str:
    if isinstance(value, int):
        return str(value)
    text = str(value)
    if not quoted and _plain(text, flow=flow):
        return text
    return '"' + "".join(_ESCAPES.get(c) or _escape(c) for c in text) + '"'


def _plain(text: str, *, flow: bool) -> bool:
    if not text or text != text.strip() or not _printable(text):
        return False
    if _DATE.fullmatch(text):
        return True
    if text[0] in _UNSAFE_START and not (
        text[0] in "-?:" and len(text) > 1 and text[1] not in " ,[]{}"
    ):
        return False
    if ": " in text or " #" in text or text.endswith(":") or _TYPED.match(text):
        return False
    if text.startswith(("---", "...")):
        return False
    # A `?` opens a key inside brackets, wherever it stands, for PyYAML's own scanner.
    return not (flow and any(c in text for c in ",[]{}:?"))


def _printable(text: str) -> bool:
    return all(c.isprintable() for c in text) and "\ufeff" not in text


def _escape(char: str) -> str:
    if char.isprintable() and char != "\ufeff":
        return char
    code = ord(char)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
