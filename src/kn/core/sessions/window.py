"""Turns on their way out, held back long enough to learn that they were taken back."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import replace

from kn.core.sessions.turns import Turn

MOST_TURNS = 50_000
MOST_CHARACTERS = 12_000_000
"""What is held back at the most, so that a log of any size is read in the same memory. A rewind
that reaches further back is not seen; guesses, far above any session that a person rewinds."""


class Window:
    """The last turns of a session; older ones leave it for good."""

    def __init__(self) -> None:
        self._turns: deque[Turn] = deque()
        self._characters = 0
        self._left = 0

    @property
    def count(self) -> int:
        """The turns so far, those that left included: the number that the next one gets."""
        return self._left + len(self._turns)

    def add(self, turn: Turn) -> Iterator[Turn]:
        """Take the next turn in; give out those that are too old to be held."""
        self._turns.append(turn)
        self._characters += len(turn.text)
        while len(self._turns) > MOST_TURNS or self._characters > MOST_CHARACTERS:
            yield self._leave()

    def rewind(self, number: int) -> None:
        """Mark the turns from `number` on, as far as they are still here, as taken back."""
        for at in range(max(number - self._left, 0), len(self._turns)):
            self._turns[at] = replace(self._turns[at], rewound=True)

    def rest(self) -> Iterator[Turn]:
        """Give out what is still here; the session is over."""
        while self._turns:
            yield self._leave()

    def _leave(self) -> Turn:
        turn = self._turns.popleft()
        self._characters -= len(turn.text)
        self._left += 1
        return turn
