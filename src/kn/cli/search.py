"""`kn search`: items by words."""

from __future__ import annotations

import click

from kn.cli.boundary import EXIT_NO
from kn.cli.show import item_lines
from kn.cli.terminal import clean, here, print_json, say, warn_unreadable
from kn.flows import items
from kn.flows.views.branches import search_branches
from kn.flows.views.view import fault_lines


@click.command(short_help="Find items by words.")
@click.argument("words", nargs=-1, required=True)
@click.option(
    "--all", "everything", is_flag=True, help="Also superseded, retired and expired ones."
)
@click.option("--all-branches", is_flag=True, help="Also what only other branches have.")
@click.option(
    "--limit", type=click.IntRange(1), default=20, show_default=True, help="Items at the most."
)
@click.option("--at", default="", metavar="REV", help="The items of a revision.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def command(
    ctx: click.Context, words: tuple[str, ...], everything: bool, all_branches: bool, limit: int,
    at: str, as_json: bool,
) -> None:  # fmt: skip
    """Rank the items that hold the WORDS, best first; exits with 1 when there are none."""
    knowledge = here(at=at)
    if all_branches:
        answer = search_branches(knowledge, " ".join(words), limit=limit)
    else:
        answer = items.search_items(
            knowledge, " ".join(words), everything=everything, limit=limit, at=at
        )
    warn_unreadable(fault_lines(answer.unreadable))
    if as_json:
        shown = [items.item_json(knowledge, answer.view, f) for f in answer.found]
        print_json({"format": 1, "items": shown})
    else:
        for line in item_lines(answer.found, [r.id for r in answer.view.rows], why=all_branches):
            click.echo(clean(line))
    if not answer.found:
        say("kn: no item holds these words.")
        ctx.exit(EXIT_NO)
