"""`kn init`: begin keeping knowledge in this repository."""

from __future__ import annotations

from pathlib import Path

import click

from kn.cli.terminal import can_ask, say, show_plan
from kn.flows.setup import clone as setup


@click.command(short_help="Begin keeping knowledge in this repository.")
@click.option(
    "--dir", "directory", default="", metavar="NAME", help="Another folder than .knowledge."
)
@click.option("--no-hooks", is_flag=True, help="Leave the git hooks alone.")
@click.option(
    "--commit-template", is_flag=True, help="Show the trailers in the commit editor, as comments."
)
@click.option(
    "--editor",
    "editors",
    multiple=True,
    type=click.Choice(["vscode"]),
    help="Wire this editor too: tasks, and a schema for items.",
)
@click.option("--dry-run", is_flag=True, help="Only show what would be done.")
@click.option("-y", "--yes", is_flag=True, help="Do it without asking.")
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON.")
def command(
    directory: str,
    no_hooks: bool,
    commit_template: bool,
    editors: tuple[str, ...],
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Lay down .knowledge/, set up the merge driver, and install git hooks beside yours.

    Nothing of yours is replaced: kn writes files of its own and marked blocks, which
    `kn uninstall` takes out again to the byte. Running it again changes nothing.
    """
    plan = setup.plan_setup(
        Path.cwd(),
        directory=directory,
        hooks=not no_hooks,
        commit_template=commit_template,
        editors=editors,
    )
    show_plan(plan, as_json=as_json, dry_run=dry_run, nothing="Everything is set up already.")
    if dry_run:
        return
    if (
        plan.changes
        and not yes
        and can_ask()
        and not click.confirm("Do it?", default=True, err=True)
    ):
        raise click.Abort
    setup.set_up(Path.cwd(), plan)
    if plan.changes and not as_json:
        say(f"Done. Commit {plan.folder}/, then try `kn add decision` or `kn context`.")
