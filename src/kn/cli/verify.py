"""`kn verify`: note that an item still holds."""

from __future__ import annotations

import click

from kn.cli import completing
from kn.cli.terminal import here, print_json
from kn.flows import compose, record
from kn.flows.serving.serve import relative_path


@click.command(short_help="Note that an item still holds.")
@click.argument("item_id", metavar="ID", shell_complete=completing.living_ids)
@click.option(
    "--anchor", "anchors", multiple=True, metavar="PATH", help="A file that it was held against."
)
@click.option("--rewrite", is_flag=True, help="Write the file anew, even if comments are lost.")
@click.option("--json", "as_json", is_flag=True, help="Print the item as JSON.")
def command(item_id: str, anchors: tuple[str, ...], rewrite: bool, as_json: bool) -> None:
    """Note that you held the item ID against the code today.

    When a file it was held against changes, the item is marked "needs verification".
    """
    knowledge = here()
    inside = [relative_path(str(knowledge.top), a) for a in anchors]
    done = record.verify_item(knowledge, item_id, inside, lose_comments=rewrite)
    if as_json:
        print_json(compose.recorded_json(knowledge, done))
        return
    click.echo(done.path)
