"""A finding: one thing that somebody should look at, as every door of kn tells it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from kn.core.check.rules import RULES, Severity

_ORDER = {"error": 0, "warning": 1, "info": 2}


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, where, and by which rule.

    The message says what was found and what to do, without line numbers: with the code and the
    item it is what a finding is known by when the file changes around it.
    """

    code: str
    path: str
    line: int
    message: str
    id: str = ""
    """Of the item; empty when there is none, or it cannot be read."""
    col: int = 1
    """In characters from 1, as editors count."""

    @property
    def severity(self) -> Severity:
        return RULES[self.code].severity

    def to_json(self) -> dict[str, Any]:
        """The shape of `kn check --json` and `kn review --json`."""
        return {
            "code": self.code,
            "severity": self.severity,
            "path": self.path,
            "line": self.line,
            "col": self.col,
            "message": self.message,
            "id": self.id,
        }


def by_importance(findings: Iterable[Finding]) -> list[Finding]:
    """Errors first, then warnings; each by place."""
    return sorted(findings, key=lambda f: (_ORDER[f.severity], f.path, f.line, f.col, f.code))
