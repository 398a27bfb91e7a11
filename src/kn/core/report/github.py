"""Findings as GitHub's workflow commands, within GitHub's limits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from kn.core.check import RULES, Finding, by_importance
from kn.core.report.lines import tame

MOST = 10
"""Annotations of a kind that GitHub shows of one step."""
_COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}


def to_github(findings: Iterable[Finding]) -> list[str]:
    """Workflow commands, most important first, ten of a kind; then how many more there are.

    The last line is plain text of the log, for an eleventh annotation would not be shown.
    """
    shown: Counter[str] = Counter()
    left: Counter[str] = Counter()
    lines = []
    for finding in by_importance(findings):
        kind = _COMMANDS[finding.severity]
        if shown[kind] == MOST:
            left[kind] += 1
            continue
        shown[kind] += 1
        lines.append(_command(kind, finding))
    if left:
        more = ", ".join(f"{count} {kind}{'s' * (count > 1)}" for kind, count in left.items())
        lines.append(f"kn: +{left.total()} more not shown here ({more})")
    return lines


def _command(kind: str, finding: Finding) -> str:
    properties = {
        "file": finding.path,
        "line": str(finding.line),
        "col": str(finding.col),
        "title": f"{finding.code}: {RULES[finding.code].title}",
    }
    said = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{kind} {said}::{_data(finding.message)}"


def _data(text: str) -> str:
    """As `escapeData` of actions/toolkit; newlines are shown as such in an annotation."""
    rows = (tame(row) for row in text.replace("\r\n", "\n").split("\n"))
    return "\n".join(rows).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """As `escapeProperty` of actions/toolkit."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
