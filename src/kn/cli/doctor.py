"""`kn doctor`: is everything wired."""

from __future__ import annotations

import os
from pathlib import Path

import click

from kn.cli.boundary import EXIT_NO
from kn.cli.terminal import clean, print_json, say
from kn.flows.doctor import examine, mend


@click.command(short_help="Look at every wire of the installation.")
@click.option("--fix", is_flag=True,
              help="Remove left temporary files, and renew the schema files.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def command(ctx: click.Context, fix: bool, as_json: bool) -> None:
    """Look at programs, hooks, merge driver, items, leftovers, sessions and editors.

    Each line is ok, warn or fail, and says what mends it. Exits with 1 when something fails.
    """
    mended = mend(Path.cwd(), os.environ) if fix else []
    report = examine(Path.cwd(), os.environ, mended)
    if as_json:
        print_json(report.to_json())
    else:
        for line in mended:
            say(f"kn: {line}")
        width = max(len(check.name) for check in report.checks)
        for check in report.checks:
            mark = click.style(f"{check.state:<4}", fg=_COLOURS[check.state])
            line = f"{mark}  {check.name:<{width}}  {clean(check.said)}"
            click.echo(line, color=False if os.environ.get("NO_COLOR") else None)
            if check.mend:
                click.echo(f"{'':<{width + 8}}-> {clean(check.mend)}")
    if report.failed:
        ctx.exit(EXIT_NO)


_COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}
