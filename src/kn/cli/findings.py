"""Printing findings, in the form that was asked for; `kn check` and `kn review` alike."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

import click

from kn import __version__
from kn.cli.terminal import print_json, say
from kn.core.check import Finding
from kn.core.report import to_github, to_gitlab, to_json, to_lines, to_sarif


def print_findings(findings: Sequence[Finding], form: str) -> None:
    """Print them on stdout; that there are none is talk, except for programs.

    Args:
        findings: In the order in which they are to be read.
        form: One of `kn.core.report.FORMATS`.
    """
    if form == "json":
        print_json(to_json(findings))
    elif form == "sarif":
        _print_plain(to_sarif(findings, __version__))
    elif form == "gitlab":
        _print_plain(to_gitlab(findings))
    else:
        for line in to_github(findings) if form == "github" else to_lines(findings):
            click.echo(line)
        if not findings:
            say("kn: no findings.")


def _print_plain(value: object) -> None:
    json.dump(value, sys.stdout, indent=1)  # ASCII: no reader has to guess the encoding
    click.echo()
