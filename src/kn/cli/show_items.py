"""`kn show`: items whole."""

from __future__ import annotations

import click

from kn.cli import completing
from kn.cli.terminal import clean, here, print_json
from kn.flows import items
from kn.flows.provenance import trace_items


@click.command(short_help="Print items whole.")
@click.argument("ids", nargs=-1, required=True, metavar="ID...", shell_complete=completing.ids)
@click.option("--at", default="", metavar="REV", help="The items of a revision.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(ids: tuple[str, ...], at: str, as_json: bool) -> None:
    """Print the items that the IDs name; an ID may be shortened as long as it is unique."""
    knowledge = here(at=at)
    answer = items.show_items(knowledge, ids, at=at)
    traced = trace_items(knowledge, [f.row.path for f in answer.found]) if not at else {}
    if as_json:
        shown = [items.item_json(knowledge, answer.view, f) for f in answer.found]
        for one in shown:
            if one["path"] in traced:
                one["provenance"] = traced[one["path"]].to_json()
        print_json({"format": 1, "items": shown})
        return
    for at_number, found in enumerate(answer.found):
        if at_number:
            click.echo()
        click.echo(clean(f"# {found.row.path}"))
        if found.row.path in traced:
            click.echo(clean(f"# {traced[found.row.path]}"))
        click.echo(clean(items.item_yaml(knowledge, answer.view, found)), nl=False)
