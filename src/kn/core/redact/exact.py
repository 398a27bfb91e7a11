"""Values that are known to be secret, found wherever they stand, also as base64 or hex."""

from __future__ import annotations

import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Collection, Iterator

from kn.core.redact.finding import Finding
from kn.core.redact.places import places

_BASE64_EDGE = 3
"""Base64 characters beside a hit that also carry bits of the value."""


_SHORTEST = 8
"""Encoded characters that are searched for; fewer would stand in many a word."""

_RUN = re.compile(r"[A-Za-z0-9+/_-]{8,}")


class ExactValues:
    """A set of values, ready to be searched for in many texts."""

    __slots__ = ("_encoded", "_plain")

    def __init__(self, values: Collection[str]) -> None:
        self._plain: set[str] = set()
        self._encoded: set[str] = set()
        for value in values:
            if not value:
                continue
            raw = value.encode("utf-8", "surrogatepass")
            self._plain |= {value, raw.decode("latin-1")}
            self._encoded |= {raw.hex(), raw.hex().upper()}
            for shift in range(3):
                self._encoded |= set(_base64_cores(raw, shift))

    def find(self, text: str) -> Iterator[Finding]:
        """Every place of every value; the work is one substring search for each."""
        for needle in self._plain:
            for at in places(text, needle, len(needle)):
                yield Finding(at, at + len(needle), "own-value")
        long_runs = "\n".join(_RUN.findall(text)) if self._encoded else ""
        for needle in self._encoded:
            if needle in long_runs:
                for at in places(text, needle, len(needle)):
                    yield _widened(text, at, at + len(needle))


def _widened(text: str, start: int, end: int) -> Finding:
    first, last = start, end
    while first > max(0, start - _BASE64_EDGE) and text[first - 1].isalnum():
        first -= 1
    while last < min(len(text), end + _BASE64_EDGE) and text[last].isalnum():
        last += 1
    return Finding(first, last, "own-value")


def _base64_cores(raw: bytes, shift: int) -> Iterator[str]:
    """The base64 characters that depend on `raw` alone when `shift` bytes (mod 3) precede it."""
    first, last = (0, 2, 3)[shift], (shift + len(raw)) * 8 // 6
    if last - first < _SHORTEST:
        return
    for encode in (b64encode, urlsafe_b64encode):
        yield encode(b"\0" * shift + raw).decode("ascii")[first:last]
