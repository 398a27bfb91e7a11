"""`kn textconv`: what git calls to show an item in a diff."""

from __future__ import annotations

from pathlib import Path

import click

from kn.core.compare import convert_text


@click.command(short_help="What git calls to show an item in a diff.", hidden=True)
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def command(file: Path) -> None:
    """Print the item in FILE as git's own diff shows it: a fact a line; what is none, as it is."""
    click.echo(convert_text(file.read_bytes()), nl=False)
