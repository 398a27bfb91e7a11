"""`kn check`: is the knowledge sound."""

from __future__ import annotations

import click

from kn.cli.boundary import EXIT_NO
from kn.cli.terminal import clean, here, print_json, say
from kn.core.check import RULES
from kn.flows.check import check_knowledge


@click.command(short_help="Check that the knowledge is sound.")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--at", default="", metavar="REV", help="The items of a revision.")
@click.option("--explain", metavar="CODE", help="Say what a code means.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def command(
    ctx: click.Context, paths: tuple[str, ...], at: str, explain: str | None, as_json: bool
) -> None:
    """Check schema, ids, file names and links of all items, or of those in PATHs.

    Exits with 1 when there is an error.
    """
    if explain:
        if explain not in RULES:
            raise click.UsageError(f"There is no rule {explain}; there are {', '.join(RULES)}.")
        click.echo(f"{explain} ({RULES[explain][0]}): {RULES[explain][1]}")
        return
    findings = check_knowledge(here(at=at), paths, at=at)
    if as_json:
        print_json({"format": 1, "findings": [f.to_json() for f in findings]})
    else:
        for f in findings:
            click.echo(clean(f"{f.path}:{f.line}:1: {f.severity}: {f.message} [{f.code}]"))
        if not findings:
            say("kn: no findings.")
    if any(f.severity == "error" for f in findings):
        ctx.exit(EXIT_NO)
