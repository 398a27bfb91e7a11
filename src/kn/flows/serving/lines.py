"""Lines on files, for a context that is served: what was made findable, and what a line costs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from kn.adapters import store
from kn.core.context.related import Files

MOST_LINES = 5_000
"""Counts that are kept; a guess."""


def load_files(state: Path, key: str) -> Files | None:
    """The files that were made findable under `key` (`kn.flows.views.files`)."""
    found = store.load(state / "files")
    if isinstance(found, tuple) and len(found) == len(Files._fields) + 1 and found[0] == key:
        return Files._make(found[1:])
    return None


def line_counter(state: Path) -> Callable[[Sequence[str]], list[int]]:
    """A function that counts the tokens of lines, and counts none twice in this clone."""

    def count_lines(lines: Sequence[str]) -> list[int]:
        loaded = store.load(state / "lines")
        known: dict[str, int] = loaded if isinstance(loaded, dict) else {}
        missing = [line for line in lines if line not in known]
        if missing:
            from kn.adapters.tokens import count  # 70 ms, once for a line

            known = known if len(known) < MOST_LINES else {}
            known.update({line: count(line) for line in missing})
            store.save(state / "lines", known)
        return [known[line] for line in lines]

    return count_lines
