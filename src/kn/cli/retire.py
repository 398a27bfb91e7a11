"""`kn retire`: take an item out of service."""

from __future__ import annotations

import click

from kn.cli import completing
from kn.cli.terminal import here, print_json
from kn.flows import compose, record


@click.command(short_help="Take an item out of service, with the reason.")
@click.argument("item_id", metavar="ID", shell_complete=completing.living_ids)
@click.option("--because", required=True, help="Why it no longer holds.")
@click.option("--rewrite", is_flag=True, help="Write the file anew, even if comments are lost.")
@click.option("--json", "as_json", is_flag=True, help="Print the item as JSON.")
def command(item_id: str, because: str, rewrite: bool, as_json: bool) -> None:
    """Retire the item ID: it stays in the repository and is never served as current again."""
    knowledge = here()
    done = record.retire_item(knowledge, item_id, because, lose_comments=rewrite)
    if as_json:
        print_json(compose.recorded_json(knowledge, done))
        return
    click.echo(done.path)
