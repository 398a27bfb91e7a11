"""The parts of a source file that a task is about, whole definitions at a time."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import NamedTuple

from kn.core.context.analysis import split_terms

LEAD_LINES = 12
"""Lines at the head of a file that say what it is; a guess: imports and the docstring."""
_STARTS = re.compile(
    r"(?:export |pub(?:\([^)]*\))? |public |private |static |async |abstract |default )*"
    r"(?:(?:class|def|func|function|fn|struct|enum|trait|interface|type|impl|module|record|const|let"
    r"|var)\b|@)"
)


class Part(NamedTuple):
    """Some lines of a file."""

    first: int
    """Number of the first line, from 1."""
    lines: tuple[str, ...]
    score: float

    @property
    def last(self) -> int:
        return self.first + len(self.lines) - 1


def divide_source(text: str, terms: Mapping[str, float], stem: Callable[[str], str]) -> list[Part]:
    """The file's head and its top-level definitions, in their order, each with its score.

    The score is the sum of the weights of the task's terms that a part holds; the head has one
    of its own, so that it comes behind any part with a word of the task, and before the others.
    """
    rows = text.splitlines()
    starts = [n for n, row in enumerate(rows) if _STARTS.match(row)]
    bounds = sorted({0, *starts, len(rows)})
    parts = []
    for start, end in pairwise(bounds):
        block = rows[start:end]
        while block and not block[-1].strip():
            block.pop()
        if block:
            held = set(split_terms("\n".join(block), stem)) & set(terms)
            parts.append(Part(start + 1, tuple(block), sum(terms[t] for t in held)))
    if parts and not parts[0].score:
        head = parts[0]
        parts[0] = Part(head.first, head.lines[:LEAD_LINES], 0.01)
    return parts


def choose_parts(parts: list[Part], room: int, count: Callable[[str], int]) -> list[Part]:
    """The best parts that fit into `room` tokens, in the order of the file."""
    chosen: list[Part] = []
    left = room
    for part in sorted(parts, key=lambda p: (-p.score, p.first)):
        tokens = count("\n".join(part.lines) + "\n")
        if part.score > 0 and tokens <= left:
            chosen.append(part)
            left -= tokens
    return sorted(chosen, key=lambda p: p.first)


def print_parts(path: str, parts: list[Part]) -> str:
    """The parts as a fenced block that nothing in them can close, with their line numbers."""
    blocks = []
    for part in parts:
        longest = max((len(m[0]) for row in part.lines for m in re.finditer("`+", row)), default=0)
        fence = "`" * max(3, longest + 1)
        body = "\n".join(part.lines)
        blocks.append(f"{path}:{part.first}-{part.last}\n{fence}\n{body}\n{fence}\n")
    return "".join(blocks)
