"""Sentences and clauses of a paragraph, each a verbatim piece of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from kn.core.capture.wording import WORDS_AT_MOST

_END = re.compile(r"[.!?][)\"'`*]{0,3}(?=\s+(?:[^\sa-z]|[a-z]{1,40}['_.(/-]\w)|\s*$)|;(?=\s)")
_ABBREVIATED = re.compile(r"(?:\b(?:e\.g|i\.e|etc|cf|vs|viz|approx|incl|resp|no)|\b[A-Z])\.$")
_CLAUSE = re.compile(r"(?:\s(?:—|–|--)\s|:\s|\s(?=\([^)]{40})|\)[,.]?\s)")
_COMMA = re.compile(r",\s")
_CLAUSE_WORDS = 45
"""A clause without a comma that is longer is no sentence that a person wrote (a guess)."""
_LONGEST = 2000
"""Characters of a sentence; past this it is a list or a dump, and is left out (a guess)."""


def sentences_in(text: str) -> Iterator[str]:
    """The sentences of a paragraph, and the parts of those that semicolons separate."""
    start = 0
    for found in _END.finditer(text):
        if _ABBREVIATED.search(text, max(start, found.start() - 8), found.end()):
            continue
        if text.count("`", start, found.start()) % 2:
            continue
        yield from _worded(text[start : found.end()])
        start = found.end()
    yield from _worded(text[start:])


def pieces_of(sentence: str) -> list[tuple[str, bool]]:
    """Runs of clauses that a statement can hold, each with whether it begins like a sentence.

    A short sentence is one piece. Every run is a verbatim part of the sentence, and commas part
    only clauses that are too long; one that is still too long stands alone.
    """
    if len(sentence.split()) <= WORDS_AT_MOST:
        return [(sentence, True)]
    marks = {0, len(sentence), *_marks(sentence, _CLAUSE)}
    whole = set(marks)
    for start, end in pairwise(sorted(marks)):
        if len(sentence[start:end].split()) > WORDS_AT_MOST:
            marks.update(start + at for at in _marks(sentence[start:end], _COMMA))
    ends = sorted(marks)
    runs = []
    for at, start in enumerate(ends[:-1]):
        fitting = ends[at + 1]
        for end in ends[at + 2 : at + 2 + WORDS_AT_MOST]:
            if len(sentence[start:end].split()) > WORDS_AT_MOST:
                break
            fitting = end
        run = sentence[start:fitting].strip(" \t\r\n,(—–")
        if 0 < len(run.split()) <= _CLAUSE_WORDS:
            runs.append((run, start in whole))
    return runs


def _marks(text: str, where: re.Pattern[str]) -> list[int]:
    return [found.end() for found in where.finditer(text)]


def _worded(text: str) -> Iterator[str]:
    text = text.strip()
    if 0 < len(text) <= _LONGEST:
        yield text
