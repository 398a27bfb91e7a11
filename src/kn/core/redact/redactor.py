"""The one redactor: layers of rules over every view of a text, in bounded pieces."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import accumulate

from kn.core.redact.assigned import assignments
from kn.core.redact.carried import carried_secrets
from kn.core.redact.entropy import encoded_texts, random_runs
from kn.core.redact.exact import ExactValues
from kn.core.redact.finding import UNJUDGED, Finding, marker, merge_findings
from kn.core.redact.forms import known_forms
from kn.core.redact.keys import private_keys
from kn.core.redact.views import View, views_of

_PIECE = 262_144
_OVERLAP = 32_768
"""Characters. A text is judged in pieces that overlap, so that what crosses an edge is whole in one
of them; the longest private key fits. Guesses between memory and work done twice (one eighth)."""

_NESTING = 2
"""Base64 within base64 is looked into this often: a registry's login in a cluster's secret."""

_BETWEEN = "\n\0\n"
"""Keeps decoded runs apart: no rule reaches over a NUL."""

_PASSES = 5
"""A marker can change how its surroundings read; after this many passes the piece is dropped."""


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text without its secrets; `kinds` names each kind that was found, in order."""

    text: str
    count: int = 0
    kinds: tuple[str, ...] = ()


class Redactor:
    """Takes secrets out of text: linear in its length, and it never raises.

    Known are formats of tokens and private keys, credentials in addresses, headers and command
    lines, values behind telling names, drawn strings, and the `exact` values it is given, all of
    them also through JSON, URL, terminal and base64 encodings. What cannot be judged within the
    bounds of the work, or fails to be, is dropped as `unjudged`, never passed on.

    Args:
        exact: Values that are secret wherever they stand, such as the user's own. Every value is
            taken at its word: whoever gathers them leaves out what is too short or too common.
        salt: Of this clone; keeps markers from being compared with those of another.
    """

    __slots__ = ("_exact", "_salt")

    def __init__(self, exact: Collection[str] = (), salt: bytes = b"") -> None:
        self._exact = ExactValues(exact)
        self._salt = salt

    def redact(self, text: str) -> Redacted:
        """The text with a marker `[redacted:KIND:xxxx]` for each secret in it.

        The same secret has the same four digits. Redacting what is redacted changes nothing.
        """
        count = 0
        kinds: set[str] = set()
        for _ in range(_PASSES):
            found = self.find(text)
            if not found:
                return Redacted(text, count, tuple(sorted(kinds)))
            text = self._replace(text, found)
            count += len(found)
            kinds.update(one.kind for one in found)
        whole = marker(UNJUDGED, text, self._salt)
        return Redacted(whole, count + 1, tuple(sorted(kinds | {UNJUDGED})))

    def find(self, text: str) -> list[Finding]:
        """Every secret in the text, in order, no two overlapping, markers left alone."""
        found: list[Finding] = []
        for start in range(0, max(len(text), 1), _PIECE):
            first = max(0, start - _OVERLAP)
            piece = text[first : start + _PIECE]
            found += (Finding(first + f.start, first + f.end, f.kind) for f in self._judge(piece))
        return merge_findings(found, text)

    def _replace(self, text: str, found: list[Finding]) -> str:
        parts: list[str] = []
        at = 0
        for one in found:
            parts += (text[at : one.start], marker(one.kind, text[one.start : one.end], self._salt))
            at = one.end
        return "".join((*parts, text[at:]))

    def _judge(self, piece: str) -> list[Finding]:
        try:
            return list(self._scan(piece, _Effort(len(piece)), _NESTING))
        except Exception:  # whatever went wrong: what was not judged must not pass (hazards H7)
            return [Finding(0, len(piece), UNJUDGED)] if piece else []

    def _scan(self, text: str, effort: _Effort, nesting: int) -> Iterator[Finding]:
        view = None
        for view in views_of(text):
            for one in self._look_at(view.text, effort, nesting):
                yield Finding(*view.source(one.start, one.end), one.kind)
        if view is not None and nesting == _NESTING:
            yield from _mapped(view, random_runs(view.text, effort.spend))

    def _look_at(self, text: str, effort: _Effort, nesting: int) -> Iterator[Finding]:
        yield from self._exact.find(text)
        yield from known_forms(text)
        yield from private_keys(text)
        yield from carried_secrets(text, effort.spend)
        yield from assignments(text, effort.spend)
        if nesting:
            yield from self._look_inside(text, effort, nesting)

    def _look_inside(self, text: str, effort: _Effort, nesting: int) -> Iterator[Finding]:
        """Runs of base64 that hold a secret, the whole run each.

        All of them are read as one text, for a scan has a price of its own, however short the text.
        """
        runs = list(encoded_texts(text))
        starts = [0, *accumulate(len(inner) + len(_BETWEEN) for _, _, inner in runs)]
        inside = _BETWEEN.join(inner for _, _, inner in runs)
        for one in self._scan(inside, effort, nesting - 1) if runs else ():
            first, last = bisect_right(starts, one.start) - 1, bisect_right(starts, one.end - 1) - 1
            for start, end, _ in runs[first : last + 1]:
                yield Finding(start, end, one.kind)


def _mapped(view: View, found: Iterator[Finding]) -> Iterator[Finding]:
    for one in found:
        yield Finding(*view.source(one.start, one.end), one.kind)


class _TooMuch(Exception):
    """A piece asks for more work than its size allows."""


class _Effort:
    """How many values may still be judged in a piece: settings files have one in 30."""

    __slots__ = ("_left",)

    def __init__(self, size: int) -> None:
        self._left = 2_000 + size // 16

    def spend(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise _TooMuch
