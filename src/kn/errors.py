"""Ground floor: what a user can put right.

No exit codes here: what an error means to a shell is decided in `kn.cli.boundary`.
"""

from __future__ import annotations


class KnError(Exception):
    """Something the user can put right.

    The message says what is wrong and where; `hint` says what to do next. Neither ever
    holds a complete destructive command: an agent may paste what it reads.
    """

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class NotARepository(KnError):
    """There is no git repository here that kn may use."""


class NotInitialized(KnError):
    """The repository has no knowledge of ours yet."""


class UnknownItem(KnError):
    """No item, or more than one, answers to what the user named."""


class BadItem(KnError):
    """One or more item files do not say what their kind demands.

    Attributes:
        problems: Every problem found, as `path:line: field: message` lines.
    """

    def __init__(self, problems: list[str], *, hint: str | None = None) -> None:
        count = f"{len(problems)} problem" + ("" if len(problems) == 1 else "s")
        super().__init__(f"{count} in items:\n" + "\n".join(f"  {p}" for p in problems), hint=hint)
        self.problems = problems


class TooNew(KnError):
    """The repository's format is newer than this kn; it is read-only here."""


class Busy(KnError):
    """Another process holds the lock and did not let go in time."""
