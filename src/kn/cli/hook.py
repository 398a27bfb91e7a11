"""`kn hook`: what the git hooks call. `main` answers it without click; this is its help."""

from __future__ import annotations

import sys

import click

from kn.flows.serving.quick import run_hook


@click.command(short_help="What the git hooks call.", hidden=True)
@click.argument("event")
@click.argument("arguments", nargs=-1)
def command(event: str, arguments: tuple[str, ...]) -> None:
    """Read the commits that are new since the last look; always exits with 0."""
    run_hook([event, *arguments], lambda line: sys.stderr.write(line))
