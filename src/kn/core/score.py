"""How well contexts answer known tasks: recall under the budget, rank, stale items served."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class KnownTask:
    """A task whose answer a team knows: one line of `kn eval`'s file."""

    task: str
    files: tuple[str, ...] = ()
    expect: tuple[str, ...] = ()
    """Ids that must be served; none when nothing applies."""
    never: tuple[str, ...] = ()
    """Ids that must not be."""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Answered:
    """What a context gave for a known task."""

    known: KnownTask
    served: tuple[str, ...]
    """Ids, best first."""
    tokens: int

    @property
    def recall(self) -> float:
        """Share of the expected items that were served; 1.0 when nothing is expected."""
        expected = self.known.expect
        return sum(i in self.served for i in expected) / len(expected) if expected else 1.0

    @property
    def reciprocal_rank(self) -> float:
        """1 / rank of the first expected item; 0 when none was served."""
        ranks = [n for n, i in enumerate(self.served, 1) if i in self.known.expect]
        return 1 / ranks[0] if ranks else 0.0

    @property
    def wrong(self) -> tuple[str, ...]:
        """Items that were served and must never be."""
        return tuple(i for i in self.served if i in self.known.never)

    def to_json(self) -> dict[str, Any]:
        return {
            "line": self.known.line,
            "task": self.known.task,
            "recall": round(self.recall, 3),
            "reciprocal_rank": round(self.reciprocal_rank, 3),
            "missed": [i for i in self.known.expect if i not in self.served],
            "wrong": list(self.wrong),
            "served": list(self.served),
            "tokens": self.tokens,
        }


@dataclass(frozen=True, slots=True)
class Score:
    """The figures over all tasks."""

    tasks: int
    recall: float
    mrr: float
    wrong: int
    """Items served that must never be."""
    tokens: float
    """Mean of a context."""

    def to_json(self) -> dict[str, Any]:
        return {
            "tasks": self.tasks,
            "recall": round(self.recall, 3),
            "mrr": round(self.mrr, 3),
            "wrong": self.wrong,
            "tokens": round(self.tokens, 1),
        }


def score_answers(answers: Sequence[Answered]) -> Score:
    """Mean recall and tokens over all tasks; the mean rank over those that expect something.

    >>> known = KnownTask("rate limiting", expect=("dec-1",))
    >>> score_answers([Answered(known, ("dec-2", "dec-1"), 90)]).mrr
    0.5
    """
    ranked = [a.reciprocal_rank for a in answers if a.known.expect]
    return Score(
        len(answers),
        _mean([a.recall for a in answers]),
        _mean(ranked),
        sum(len(a.wrong) for a in answers),
        _mean([a.tokens for a in answers]),
    )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
