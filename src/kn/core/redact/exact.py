"""Values that are known to be secret, found wherever they stand, also as base64 or hex."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from collections.abc import Collection, Iterator

from kn.core.redact.finding import Finding

_BASE64_EDGE = 3
"""Base64 characters beside a hit that also carry bits of the value."""


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
            self._plain |= {value, raw.decode("latin-1"), raw.hex(), raw.hex().upper()}
            for shift in range(3):
                self._encoded |= set(_base64_cores(raw, shift))

    def find(self, text: str) -> Iterator[Finding]:
        """Every place of every value; the work is one substring search for each."""
        for needle in self._plain:
            yield from _places(text, needle, 0)
        for needle in self._encoded:
            yield from _places(text, needle, _BASE64_EDGE)


def _places(text: str, needle: str, margin: int) -> Iterator[Finding]:
    at = text.find(needle)
    while at >= 0:
        end = at + len(needle)
        first, last = at, end
        while margin and first > at - margin and first > 0 and text[first - 1].isalnum():
            first -= 1
        while margin and last < end + margin and last < len(text) and text[last].isalnum():
            last += 1
        yield Finding(first, last, "own-value")
        at = text.find(needle, end)


def _base64_cores(raw: bytes, shift: int) -> Iterator[str]:
    """The base64 characters that depend on `raw` alone when `shift` bytes (mod 3) precede it."""
    first, last = (0, 2, 3)[shift], (shift + len(raw)) * 8 // 6
    if last - first < 8:
        return
    for encode in (b64encode, urlsafe_b64encode):
        yield encode(b"\0" * shift + raw).decode("ascii")[first:last]
