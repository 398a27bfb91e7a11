"""`kn check`: is the knowledge sound."""

from __future__ import annotations

import click

from kn.cli import completing
from kn.cli.boundary import EXIT_NO
from kn.cli.findings import print_findings
from kn.cli.terminal import here
from kn.core.check import RULES
from kn.core.report import FORMATS
from kn.flows.check import check_knowledge


@click.command(short_help="Check that the knowledge is sound.")
@click.argument("paths", nargs=-1, metavar="[PATH]...", shell_complete=completing.files)
@click.option("--at", default="", metavar="REV", help="The items of a revision.")
@click.option(
    "--explain", metavar="CODE", shell_complete=completing.rules, help="Say what a code means."
)
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="lines", help="How to print findings."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[str, ...],
    at: str,
    explain: str | None,
    form: str,
    as_json: bool,
) -> None:
    """Check schema, ids, file names and links of all items, or of those in PATHs.

    Exits with 1 when there is an error.
    """
    if explain:
        if explain not in RULES:
            raise click.UsageError(f"There is no rule {explain}; there are {', '.join(RULES)}.")
        click.echo(f"{explain} ({RULES[explain].severity}): {RULES[explain].title}")
        return
    findings = check_knowledge(here(at=at), paths, at=at)
    print_findings(findings, "json" if as_json else form)
    if any(f.severity == "error" for f in findings):
        ctx.exit(EXIT_NO)
