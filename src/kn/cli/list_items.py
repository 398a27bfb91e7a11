"""`kn list`: the items of this tree."""

from __future__ import annotations

import click

from kn.cli import completing
from kn.cli.show import item_lines
from kn.cli.terminal import clean, here, print_json, warn_unreadable
from kn.flows import items
from kn.flows.views.view import fault_lines


@click.command(short_help="List the items of this tree.")
@click.argument("kinds", nargs=-1, metavar="[KIND]...", shell_complete=completing.kinds)
@click.option(
    "--tag",
    "tags",
    multiple=True,
    shell_complete=completing.tags,
    help="Only items with this tag (can be repeated).",
)
@click.option(
    "--all", "everything", is_flag=True, help="Also superseded, retired and expired ones."
)
@click.option("--at", default="", metavar="REV", help="The items of a revision.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(
    kinds: tuple[str, ...], tags: tuple[str, ...], everything: bool, at: str, as_json: bool
) -> None:
    """List current and proposed items, of some KINDs or of all."""
    knowledge = here(at=at)
    answer = items.list_items(knowledge, kinds=kinds, tags=tags, everything=everything, at=at)
    warn_unreadable(fault_lines(answer.unreadable))
    if as_json:
        shown = [items.item_json(knowledge, answer.view, f) for f in answer.found]
        print_json({"format": 1, "items": shown})
        return
    for line in item_lines(answer.found, [r.id for r in answer.view.rows]):
        click.echo(clean(line))
