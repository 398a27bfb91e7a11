"""`kn merge-driver`: what git calls to merge an item."""

from __future__ import annotations

from pathlib import Path

import click

from kn.cli.boundary import EXIT_NO
from kn.flows.merge_files import merge_here


@click.command(short_help="What git calls to merge an item.", hidden=True)
@click.argument("base", type=click.Path(path_type=Path))
@click.argument("ours", type=click.Path(path_type=Path))
@click.argument("theirs", type=click.Path(path_type=Path))
@click.argument("path", required=False, default="")
@click.argument("marker_size", required=False, default=7)
@click.pass_context
def command(
    ctx: click.Context, base: Path, ours: Path, theirs: Path, path: str, marker_size: int
) -> None:
    """Merge THEIRS into OURS, as git asks of a merge driver; exits with 1 on a conflict."""
    if not merge_here(Path.cwd(), base, ours, theirs, marker_size=marker_size):
        ctx.exit(EXIT_NO)
