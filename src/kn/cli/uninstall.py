"""`kn uninstall`: undo `kn init`."""

from __future__ import annotations

from pathlib import Path

import click

from kn.cli.terminal import can_ask, show_plan
from kn.flows.setup import clone as setup


@click.command(short_help="Undo `kn init`; items stay.")
@click.option("--dry-run", is_flag=True, help="Only show what would be done.")
@click.option("-y", "--yes", is_flag=True, help="Do it without asking.")
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON.")
def command(dry_run: bool, yes: bool, as_json: bool) -> None:
    """Take out the hooks, the merge driver and the template's untouched files, to the byte.

    Items and the inbox stay where they are.
    """
    plan = setup.plan_removal(Path.cwd())
    show_plan(plan, as_json=as_json, dry_run=dry_run)
    if dry_run:
        return
    if plan.steps and not yes and can_ask() and not click.confirm("Do it?", default=True, err=True):
        raise click.Abort
    setup.remove(plan)
