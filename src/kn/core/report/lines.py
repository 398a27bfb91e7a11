"""Findings as lines for people and editors, and as plain data for programs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kn.core.check import Finding
from kn.core.hidden import show_hidden


def to_lines(findings: Iterable[Finding]) -> list[str]:
    """`path:line:col: severity: message [KN001]`, which editors' problem matchers know."""
    return [
        f"{tame(f.path)}:{f.line}:{f.col}: {f.severity}: {tame(f.message)} [{f.code}]"
        for f in findings
    ]


def to_json(findings: Iterable[Finding]) -> dict[str, Any]:
    """The shape of `kn check --json`."""
    return {"format": 1, "findings": [f.to_json() for f in findings]}


def tame(text: str) -> str:
    """One line of text that steers nothing: hidden characters shown, tabs and newlines as blanks.

    GitHub's runner takes `##[command]` for its own wherever it stands in a line of a log.
    """
    return show_hidden(text.translate(_BLANKS)).replace("##[", "## [")


_BLANKS = {ord(char): " " for char in "\t\r\n"}
