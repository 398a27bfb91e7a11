"""`kn add`: record an item."""

from __future__ import annotations

import sys
from typing import Any

import click

from kn.cli import completing
from kn.cli.options import KindCommand, kind_options, plain_option_fields
from kn.cli.terminal import can_ask, here, print_json, say
from kn.errors import KnError
from kn.flows import compose, record


@click.command(cls=KindCommand, short_help="Record an item.")
@click.argument("kind", shell_complete=completing.kinds)
@click.argument("statement", required=False)
@click.option("--because", help="The reason.")
@click.option(
    "--rejected", multiple=True, metavar="'OPTION: REASON'", help="What was not taken, and why."
)
@click.option(
    "--path",
    "paths",
    multiple=True,
    metavar="GLOB",
    help="Where it applies.",
    shell_complete=completing.files,
)
@click.option(
    "--tag", "tags", multiple=True, help="A word to find it by.", shell_complete=completing.tags
)
@click.option(
    "--supersedes",
    multiple=True,
    metavar="ID",
    help="The item that it replaces.",
    shell_complete=completing.living_ids,
)
@click.option(
    "--amends",
    multiple=True,
    metavar="ID",
    help="The item of which it changes a part.",
    shell_complete=completing.living_ids,
)
@click.option(
    "--relates",
    multiple=True,
    metavar="ID",
    help="An item to read together with it.",
    shell_complete=completing.ids,
)
@click.option("--details", help="More, when a sentence is not enough.")
@click.option(
    "--document",
    metavar="PATH",
    shell_complete=completing.files,
    help="A text in the repository that says more.",
)
@click.option("--proposed", is_flag=True, help="Record it as a proposal.")
@click.option("--edit", "edit", is_flag=True, help="Open the editor before it is written.")
@click.option("--json", "as_json", is_flag=True, help="Print the item as JSON.")
@kind_options
def command(kind: str, statement: str | None, edit: bool, as_json: bool, **given: Any) -> None:
    """Record an item of KIND: what was decided, learned or agreed, in one STATEMENT.

    Without a statement your editor opens, as `git commit` does; a STATEMENT of `-` reads the
    item as YAML from standard input. Items are written to .knowledge/ and are yours to commit.
    """
    if statement is not None and not statement.strip():
        hint = "Say it in one sentence; without the argument your editor opens."
        raise KnError("The statement is empty.", hint=hint)
    knowledge = here()
    fields = plain_option_fields(given)
    if statement == "-":
        fields = {**compose.read_fields(sys.stdin.buffer.read()), **fields}
    elif statement:
        fields["statement"] = statement
    if edit or not statement:
        item = compose.compose_item(knowledge, kind, fields)
    else:
        resolved = record.resolve_links(knowledge, fields)
        item = record.draft_item(knowledge, kind, resolved)
    near = record.find_duplicates(knowledge, item)
    for one in near[:3]:
        say(f"kn: looks like {one.id}: {one.statement}")
    if near and can_ask() and not click.confirm("Record it all the same?", default=True, err=True):
        raise KnError("Nothing was written.", hint=f"`kn show {near[0].id}` prints the other one.")
    done = record.add_item(knowledge, item)
    if done.known:
        say(f"kn: {done.item.id} was recorded already; nothing new was written.")
    for reason in done.unstamped:
        say(f"kn: it is superseded, but its file does not say so. {reason}")
    if as_json:
        print_json(compose.recorded_json(knowledge, done))
        return
    click.echo(f"{done.path}\n{done.item.id}")
    for path in done.touched:
        say(f"kn: marked as superseded: {path}")
