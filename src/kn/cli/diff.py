"""`kn diff`: what changed in the knowledge."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import click

from kn.cli.terminal import clean, columns, paint, print_json, warn_unreadable
from kn.core.compare import to_markdown, to_text
from kn.flows.review.compare import compare_here

_COLOURS = {"+": "green", "-": "red", "warn": "yellow", "about": "bright_black"}


@click.command(short_help="Show what changed in the knowledge, by item and field.")
@click.argument("revisions", nargs=-1, metavar="[A...B | A..B | A [B]]")
@click.option("--staged", is_flag=True, help="Compare with what is staged for the next commit.")
@click.option("--full", is_flag=True, help="Show long values and every field whole.")
@click.option(
    "--format", "form", default="text", type=click.Choice(["text", "markdown", "json"]),
    help="How to print it.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(revisions: tuple[str, ...], staged: bool, full: bool, form: str, as_json: bool) -> None:
    """Show which items were added, changed, superseded, amended, retired, removed or renamed.

    A...B is what B changed since it left A, A..B (or A B) is one against the other, A alone is A
    against the work tree, and nothing is HEAD against the work tree.
    """
    if len(revisions) > 2:
        raise click.UsageError("Name two revisions at most.")
    found = compare_here(Path.cwd(), os.environ, "..".join(revisions), staged=staged)
    if as_json or form == "json":
        print_json(found.to_json())
        return
    warn_unreadable(
        [f"{p}:{f.line}: {f.message}" for p, fs in found.unreadable.items() for f in fs]
    )
    if form == "markdown":
        click.echo("\n".join(to_markdown(found.changes, found.short, full=full)))
    elif found.changes:
        show_lines(to_text(found.changes, found.short, width=columns(), full=full))


def show_lines(lines: Iterable[tuple[str, str]]) -> None:
    """Print lines by what they are, in colour on a terminal that wants it."""
    for sort, line in lines:
        click.echo(paint(clean(line), _COLOURS.get(sort, ""), bold=sort == "head"))
