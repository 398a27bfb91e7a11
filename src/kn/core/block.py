"""Marked blocks: lines of ours in somebody else's file, taken out again to the byte.

A block says in its first line what had to be done to put it there, so that `take` needs
no other memory: ``(new file)`` when there was none, ``(newline added)`` when the host's
last line had no end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from kn.errors import KnError


@dataclass(frozen=True, slots=True)
class Marks:
    """How a file's own language writes a line that means nothing to it."""

    open: bytes
    close: bytes

    @property
    def end(self) -> bytes:
        """The last line of a block, without its newline."""
        return self.open + b"END kn" + self.close


SHELL = Marks(b"# --- ", b" ---")
MARKDOWN = Marks(b"<!-- ", b" -->")


_SHEBANGS = (b"", b"#!/bin/sh")


def put(host: bytes | None, body: bytes, *, first: bool = False, marks: Marks = SHELL) -> bytes:
    """Return `host` with `body` in its block; a block that is there is replaced where it stands.

    Args:
        host: The file's content; None when there is no file.
        body: What to mark; ends in a newline.
        first: Put it right after the shebang line, or at the very start without one;
            otherwise at the end. A new file then begins with ``#!/bin/sh``. A hook's
            last line is no place for us: it is often an `exec` (beads issue GH#3537).
        marks: How the host's language marks a block.

    Raises:
        KnError: The host has a block that begins and does not end.
    """
    if host is None:
        return (b"#!/bin/sh\n" if first else b"") + _block(body, b"new file", marks)
    found = _find(host, marks)
    if found is not None:
        return host[: found.start()] + _block(body, found["note"], marks) + host[found.end() :]
    at = len(host)
    if first:
        at = (host.find(b"\n") + 1 or len(host)) if host.startswith(b"#!") else 0
    if at and host[at - 1 : at] != b"\n":
        return host[:at] + b"\n" + _block(body, b"newline added", marks)
    return host[:at] + _block(body, None, marks) + host[at:]


def take(host: bytes, *, marks: Marks = SHELL) -> bytes | None:
    """Return `host` without its blocks, as it was before `put`; None when it was ours alone.

    Raises:
        KnError: A block begins and does not end.
    """
    ours = False
    while (found := _find(host, marks)) is not None:
        added = len(found["end"]) if found["note"] == b"newline added" else 0
        start = found.start() - added
        host = host[: max(start, 0)] + host[found.end() :]
        ours = ours or found["note"] == b"new file"
    return None if ours and host.strip() in _SHEBANGS else host


def body_of(host: bytes, *, marks: Marks = SHELL) -> bytes | None:
    """What stands in the first block of `host`; None without one."""
    found = _find(host, marks)
    return found["body"] if found else None


def _find(host: bytes, marks: Marks) -> re.Match[bytes] | None:
    whole, start = _patterns(marks)
    found = whole.search(host)
    begin = start.search(host)
    if begin and (found is None or found.start() != begin.start()):
        line = host.count(b"\n", 0, begin.start()) + 1
        raise KnError(
            f"Line {line}: a kn block begins here and never ends.",
            hint=f"Put the line `{marks.end.decode()}` where it should end, or remove it by hand.",
        )
    return found


@cache
def _patterns(marks: Marks) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """A whole block, and the beginning of one."""
    opening, closing = re.escape(marks.open), re.escape(marks.close)
    note = rb"(?: \((?P<note>new file|newline added)\))?"
    whole = (
        b"^" + opening + rb"BEGIN kn v\d+" + note + closing + rb"(?P<end>\r?\n)"
        rb"(?P<body>.*?)^" + opening + b"END kn" + closing + rb"\r?(?:\n|\Z)"
    )
    start = re.compile(b"^" + opening + rb"BEGIN kn v\d+", re.MULTILINE)
    return re.compile(whole, re.DOTALL | re.MULTILINE), start


def _block(body: bytes, note: bytes | None, marks: Marks) -> bytes:
    said = b" (" + note + b")" if note else b""
    begin = marks.open + b"BEGIN kn v1" + said + marks.close
    return begin + b"\n" + body + marks.end + b"\n"
