"""`kn why`: what applies to a file."""

from __future__ import annotations

import click

from kn.cli import completing
from kn.cli.show import item_lines
from kn.cli.terminal import clean, here, print_json, say, warn_unreadable
from kn.flows import items
from kn.flows.views.view import fault_lines


@click.command(short_help="Show what applies to a file.")
@click.argument("path", shell_complete=completing.files)
@click.option("--at", default="", metavar="REV", help="The items of a revision.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(path: str, at: str, as_json: bool) -> None:
    """Show the decisions, conventions, gotchas, incidents and owners of PATH, best first."""
    knowledge = here(at=at)
    answer = items.explain_path(knowledge, path, at=at)
    warn_unreadable(fault_lines(answer.unreadable))
    if as_json:
        shown = [items.item_json(knowledge, answer.view, f) for f in answer.found]
        print_json({"format": 1, "items": shown})
        return
    for line in item_lines(answer.found, [r.id for r in answer.view.rows], why=True):
        click.echo(clean(line))
    if not answer.found:
        say(f"kn: nothing is recorded for {path}.")
