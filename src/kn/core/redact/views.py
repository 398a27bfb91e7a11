"""The same text as others wrote it: escapes undone, with the way back to where each character was.

A secret in a log has often been through JSON, a URL or a terminal. Each view undoes one level of
that; rules look at every view, and what they find is mapped back to the text as it stands.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

LEVELS = 4
"""Levels of escaping that are undone: a tool's JSON inside a log's JSON, with colours, is 3."""

_ESCAPE = re.compile(
    r"(\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\\0?33(?=\[)|\\[nrtbfe\"'`/\\]|%[0-9A-Fa-f]{2}"
    r"|&(?:quot|amp|lt|gt|apos|#0?39|#0?34|#x27|#x22);"
    r"|\x1b\[[0-?]*+[ -/]*+[@-~]|\x1b\][^\x07\x1b\n]{0,256}+(?:\x07|\x1b\\)"
    r"|[\u200b-\u200f\u2060\ufeff\u00ad])"
)
_NAMED = {
    "n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "e": "\x1b",
    "&quot;": '"', "&amp;": "&", "&lt;": "<", "&gt;": ">", "&apos;": "'",
}  # fmt: skip


class _Meanings(dict[str, str]):
    """What an escape stands for; computed once for each that occurs."""

    def __missing__(self, escape: str) -> str:
        self[escape] = meaning = _meaning_of(escape)
        return meaning


def _meaning_of(escape: str) -> str:
    if escape[0] == "\\":
        if escape[1] in "ux" and len(escape) > 2:
            return chr(int(escape[2:], 16))
        return "\x1b" if escape.endswith("33") else _NAMED.get(escape[1], escape[1])
    if escape[0] == "%":
        return chr(int(escape[1:], 16))
    if escape.startswith("&#"):
        return '"' if escape[2:-1].lstrip("0") in ("34", "x22") else "'"
    return _NAMED.get(escape, "")


class View:
    """A text with some escapes undone, and the text that it came from."""

    __slots__ = ("_origin", "_sources", "_starts", "text")

    def __init__(
        self,
        text: str,
        origin: View | None = None,
        starts: Sequence[int] = (),
        sources: Sequence[int] = (),
    ) -> None:
        self.text = text
        self._origin = origin
        self._starts = starts
        self._sources = sources

    def source(self, start: int, end: int) -> tuple[int, int]:
        """Where `text[start:end]` stands in the text that the first view was made of."""
        if self._origin is None:
            return start, end
        piece = bisect_right(self._starts, start) - 1
        first = self._sources[piece] + (0 if piece % 2 else start - self._starts[piece])
        piece = bisect_right(self._starts, end - 1) - 1
        last = (
            self._sources[piece + 1]
            if piece % 2
            else self._sources[piece] + end - self._starts[piece]
        )
        return self._origin.source(first, last)


def views_of(text: str) -> Iterator[View]:
    """The text itself, then one view more for each level of escaping in it, at most `LEVELS`."""
    view = View(text)
    yield view
    meanings = _Meanings()
    for _ in range(LEVELS):
        pieces = _ESCAPE.split(view.text)
        if len(pieces) == 1:
            return
        undone = pieces.copy()
        undone[1::2] = [meanings[escape] for escape in pieces[1::2]]
        starts = [0, *accumulate(map(len, undone))]
        sources = [0, *accumulate(map(len, pieces))]
        view = View("".join(undone), view, starts, sources)
        yield view
