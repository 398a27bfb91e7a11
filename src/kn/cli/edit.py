"""`kn edit`: change an item in the editor."""

from __future__ import annotations

import sys

import click

from kn.cli import completing
from kn.cli.terminal import here, print_json, say
from kn.flows import compose, record
from kn.flows.record import Recorded


@click.command(short_help="Change an item in your editor.")
@click.argument("item_id", metavar="ID", shell_complete=completing.ids)
@click.argument("source", required=False, type=click.Choice(["-"]), metavar="[-]")
@click.option("--shorten", is_flag=True, help="Cut what is too long; it goes to the details.")
@click.option("--rewrite", is_flag=True, help="Write the file anew, even if comments are lost.")
@click.option("--json", "as_json", is_flag=True, help="Print the item as JSON.")
def command(item_id: str, source: str | None, shorten: bool, rewrite: bool, as_json: bool) -> None:
    """Open the item ID in your editor; with `-`, take its new YAML from standard input.

    The item's file changes only when the result is sound; otherwise your text is kept and kn
    says where.
    """
    knowledge = here()
    if shorten:
        done: Recorded | None = record.shorten(knowledge, item_id, lose_comments=rewrite)
    else:
        replacement = sys.stdin.buffer.read() if source else None
        done = compose.edit_item(knowledge, item_id, replacement, lose_comments=rewrite)
    if done is None:
        say("kn: nothing changed.")
    elif as_json:
        print_json(compose.recorded_json(knowledge, done))
    else:
        click.echo(done.path)
        if shorten:
            say(f"kn: {done.item.statement}")
