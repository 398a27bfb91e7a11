"""`kn check`: is the knowledge sound."""

from __future__ import annotations

import click

from kn.cli import completing
from kn.cli.boundary import EXIT_NO
from kn.cli.findings import print_findings
from kn.cli.terminal import here, say
from kn.core.check import RULES, Rule
from kn.core.report import FORMATS
from kn.flows.check import check_knowledge


@click.command(short_help="Check that the knowledge is sound.")
@click.argument("paths", nargs=-1, metavar="[PATH]...", shell_complete=completing.files)
@click.option("--at", default="", metavar="REV", help="Check a revision, not the work tree.")
@click.option("--staged", is_flag=True, help="Check what is staged, not the work tree.")
@click.option("--strict", is_flag=True, help="Exit with 1 on warnings too.")
@click.option("--fix", is_flag=True, help="Put right what can be without touching what is meant.")
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="lines", help="How to print findings."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--explain", metavar="CODE", shell_complete=completing.rules, help="Say what a code means."
)
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[str, ...],
    at: str,
    staged: bool,
    strict: bool,
    fix: bool,
    form: str,
    as_json: bool,
    explain: str | None,
) -> None:
    """Check all items, or those in PATHs: schema, links, duplicates, age, secrets, hidden text.

    Exits with 1 when there is an error. `kn check --explain CODE` says what a finding means.
    """
    if explain:
        _explain(explain.upper())
        return
    if sum((bool(at), staged, fix)) > 1:
        raise click.UsageError("--at, --staged and --fix exclude each other.")
    knowledge = here(at=at, forgiving=True)
    findings = check_knowledge(knowledge, paths, at=at, staged=staged)
    if fix:
        from kn.flows.check.fix import fix_findings

        done = fix_findings(knowledge, findings)
        for line in done:
            say(f"kn: {line}")
        if done:
            findings = check_knowledge(here(forgiving=True), paths)
    fixable = not (fix or at or staged)
    print_findings(findings, "json" if as_json else form, fixable=fixable)
    bad = ("error", "warning") if strict else ("error",)
    if any(f.severity in bad for f in findings):
        ctx.exit(EXIT_NO)


def _explain(code: str) -> None:
    if code not in RULES:
        raise click.UsageError(f"There is no rule {code}; there are {', '.join(RULES)}.")
    for line in explain_lines(RULES[code]):
        click.echo(line)


def explain_lines(rule: Rule) -> list[str]:
    """What a rule looks for, why, an example, and what is to be done."""
    lines = [f"{rule.code} ({rule.severity}): {rule.title}", "", rule.why]
    if rule.example:
        lines += ["", f"Example: {rule.example}"]
    lines += ["", f"`kn check --fix` {rule.fix}." if rule.fix else "A person has to settle it."]
    return lines
