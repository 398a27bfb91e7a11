"""What a model is to read, redacted and cut into parts that fit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from kn.core.hidden import show_hidden
from kn.core.model import Evidence
from kn.core.redact import Redactor

Speaker = Literal["user", "assistant", "commit"]

_OVERLAP = 0.1
"""Share of a part that may repeat the end of the one before, so that a "yes" finds what it
answers; a guess."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One text as its author sent it: a message of a session, or that of a commit."""

    speaker: Speaker
    text: str
    source: Evidence
    """Where a quote of it comes from: commit or session, without the quote."""
    paths: tuple[str, ...] = ()
    """Files of the repository that were changed with it."""


@dataclass(frozen=True, slots=True)
class Part:
    """Redacted passages that one question is about. Only `cut_into_parts` makes them."""

    number: int
    of: int
    passages: tuple[Passage, ...]
    tokens: int
    redacted: int = 0
    """Secrets that were taken out of it."""


def cut_into_parts(
    passages: Iterable[Passage],
    *,
    redactor: Redactor,
    count: Callable[[str], int],
    most: int,
) -> list[Part]:
    """Redact the passages and cut them, between messages, into parts of `most` tokens at the most.

    A message that is longer is cut at line ends. Each part begins with the last message of the one
    before, when that is short. Hidden characters are made visible; blank passages are left out.

    Args:
        passages: In the order in which they were said.
        redactor: Sees every text before anything else does.
        count: Tokens of a text.
        most: Tokens of a part, at least 100.
    """
    cleaned = _clean(passages, redactor)
    pieces = [
        (piece, count(piece.text), secrets)
        for passage, redacted in cleaned
        for piece, secrets in _pieces(passage, redacted, count, most)
    ]
    groups: list[list[tuple[Passage, int, int]]] = [[]]
    for piece in pieces:
        if groups[-1] and sum(t for _, t, _ in groups[-1]) + piece[1] > most:
            last = (groups[-1][-1][0], groups[-1][-1][1], 0)
            fits = last[1] <= most * _OVERLAP and last[1] + piece[1] <= most
            groups.append([last] if fits else [])
        groups[-1].append(piece)
    filled = [group for group in groups if group]
    return [
        Part(number, len(filled), tuple(p for p, _, _ in group), sum(t for _, t, _ in group),
             sum(s for _, _, s in group))
        for number, group in enumerate(filled, 1)
    ]  # fmt: skip


def _clean(passages: Iterable[Passage], redactor: Redactor) -> Iterator[tuple[Passage, int]]:
    for passage in passages:
        done = redactor.redact(passage.text)
        lines = done.text.replace("\r\n", "\n").split("\n")
        text = "\n".join(show_hidden(line) for line in lines).strip()
        if text:
            paths = tuple(redactor.redact(show_hidden(path)).text for path in passage.paths)
            yield replace(passage, text=text, paths=paths), done.count


def _pieces(
    passage: Passage, secrets: int, count: Callable[[str], int], most: int
) -> Iterator[tuple[Passage, int]]:
    if count(passage.text) <= most:
        yield passage, secrets
        return
    for text in _split(passage.text, count, most):
        yield replace(passage, text=text), secrets
        secrets = 0


def _split(text: str, count: Callable[[str], int], most: int) -> Iterator[str]:
    """Cut at line ends into texts that fit; a line that is too long is cut anywhere."""
    kept: list[str] = []
    size = 0
    for line in text.splitlines(keepends=True):
        for piece in _slices(line, count, most):
            tokens = count(piece) + 1  # a seam may cost one
            if kept and size + tokens > most:
                yield "".join(kept).strip()
                kept, size = [], 0
            kept.append(piece)
            size += tokens
    if rest := "".join(kept).strip():
        yield rest


def _slices(line: str, count: Callable[[str], int], most: int) -> Sequence[str]:
    if count(line) < most:
        return (line,)
    half = len(line) // 2
    return (*_slices(line[:half], count, most), *_slices(line[half:], count, most))
