"""Printing findings, in the form that was asked for; `kn check` and `kn review` alike."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Sequence

import click

from kn import __version__
from kn.cli.terminal import print_json, say
from kn.core.check import RULES, Finding
from kn.core.report import to_github, to_gitlab, to_json, to_lines, to_sarif


def print_findings(findings: Sequence[Finding], form: str, *, fixable: bool = False) -> None:
    """Print them on stdout; that there are none is talk, except for programs.

    Args:
        findings: In the order in which they are to be read.
        form: One of `kn.core.report.FORMATS`.
        fixable: Whether `kn check --fix` would see the same findings, and is worth naming.
    """
    if form == "json":
        print_json(to_json(findings))
    elif form == "sarif":
        _print_plain(to_sarif(findings, __version__))
    elif form == "gitlab":
        _print_plain(to_gitlab(findings))
    elif form == "github":
        for line in to_github(findings):
            click.echo(line)
    else:
        _print_lines(findings)
    if form in ("lines", "github"):
        say(f"kn: {_count(findings, fixable)}.")


def _print_lines(findings: Sequence[Finding]) -> None:
    """In colour where somebody looks; what a program reads is the same without."""
    coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    for finding, line in zip(findings, to_lines(findings), strict=True):
        mark = f": {finding.severity}: "
        head, _, rest = line.partition(mark)
        shown = click.style(finding.severity, fg=_COLOURS[finding.severity], bold=True)
        click.echo(f"{head}: {shown}: {rest}" if coloured else line, color=coloured)


_COLOURS = {"error": "red", "warning": "yellow", "info": "blue"}


def _count(findings: Sequence[Finding], fixable: bool) -> str:
    """How many there are, and where more is said: "2 errors, 1 info; `kn check --explain …`"."""
    if not findings:
        return "no findings"
    counts: Counter[str] = Counter(f.severity for f in findings)
    said = [f"{n} {what}{'s' * (n > 1)}" for what in _COLOURS if (n := counts[what])]
    able = sum(1 for f in findings if RULES[f.code].fix) if fixable else 0
    fix = f"; `kn check --fix` can put {able} right" if able else ""
    return f"{', '.join(said)}; `kn check --explain {findings[0].code}` says more{fix}"


def _print_plain(value: object) -> None:
    json.dump(value, sys.stdout, indent=1)  # ASCII: no reader has to guess the encoding
    click.echo()
