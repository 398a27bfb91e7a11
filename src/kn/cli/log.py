"""`kn log`: an item's history."""

from __future__ import annotations

import json

import click

from kn.cli import completing
from kn.cli.terminal import clean, here, print_json, say
from kn.flows.history import read_history


@click.command(short_help="Show an item's history.")
@click.argument("item_id", metavar="ID", shell_complete=completing.ids)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(item_id: str, as_json: bool) -> None:
    """Show who changed the item ID, when, in which commit, and which fields."""
    found, steps = read_history(here(), item_id)
    if as_json:
        print_json({"format": 1, "id": found, "log": [s.to_json() for s in steps]})
        return
    for step in steps:
        click.echo(clean(f"{step.commit[:10]}  {step.date}  {step.author}  {step.subject}"))
        for name, before, after in step.changes:
            shown = f"{_short(before)} -> {_short(after)}" if before is not None else _short(after)
            click.echo(clean(f"    {name}: {shown}"))
    if not steps:
        say(f"kn: {found} is in no commit yet.")


def _short(value: object) -> str:
    if value is None:
        return "(nothing)"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 160 else text[:159] + "…"
