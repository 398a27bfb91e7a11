"""`kn merge-driver`: what git calls to merge an item. `main` answers it without click."""

from __future__ import annotations

from pathlib import Path

import click

from kn.cli.boundary import EXIT_NO
from kn.flows.merge.files import merge_files


@click.command(short_help="What git calls to merge an item.", hidden=True)
@click.argument("base", type=click.Path(path_type=Path))
@click.argument("ours", type=click.Path(path_type=Path))
@click.argument("theirs", type=click.Path(path_type=Path))
@click.argument("path", required=False, default="")
@click.argument("marker_size", required=False, default=7)
@click.argument("output", required=False, type=click.Path(path_type=Path))
@click.pass_context
def command(
    ctx: click.Context, base: Path, ours: Path, theirs: Path, path: str, marker_size: int,
    output: Path | None,
) -> None:  # fmt: skip
    """Merge THEIRS into OURS, as git asks of a merge driver; exits with 1 on a conflict.

    The result goes to OUTPUT, or into OURS when that is not given.
    """
    if not merge_files(Path.cwd(), base, ours, theirs, marker_size=marker_size, output=output):
        ctx.exit(EXIT_NO)
