"""`kn context`: the context for a task, within a budget."""

from __future__ import annotations

import sys
import time

import click

from kn.cli.terminal import here, json_text, print_json, say, warn_unreadable
from kn.flows import items
from kn.flows.context import Asked, Context, build_context
from kn.flows.explain import explain_lines
from kn.flows.repeat import keep_context


@click.command(short_help="Print the context for a task, within a budget.")
@click.argument("task", required=False, default="")
@click.option("--file", "files", multiple=True, metavar="PATH", help="A file of the task.")
@click.option(
    "--budget", type=click.IntRange(0, 1_000_000), metavar="N", help="Tokens at the most."
)
@click.option("--at", default="", metavar="REV", help="The knowledge of a revision.")
@click.option(
    "--format", "form", type=click.Choice(["markdown", "xml"]), default="markdown",
    help="Plain lines, or fenced for an agent.",
)  # fmt: skip
@click.option("--max-bytes", type=click.IntRange(0), metavar="N", help="Bytes at the most.")
@click.option("--include-unreviewed", is_flag=True, help="In an agent: unreviewed items as well.")
@click.option("--include-proposed", is_flag=True, help="Proposals as well, marked so.")
@click.option("--explain", is_flag=True, help="Say of each item why it is there, or why not.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(
    task: str, files: tuple[str, ...], budget: int | None, at: str, form: str,
    max_bytes: int | None, include_unreviewed: bool, include_proposed: bool, explain: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Print what the repository knows that matters for TASK, current and within the budget.

    Without a TASK, for what this branch is doing; with `-`, the task is read from standard input.
    """
    started_ns = time.time_ns()
    if task == "-":
        task = sys.stdin.buffer.read(1_000_000).decode("utf-8", "replace")
    knowledge = here(at=at)
    asked = Asked(
        task, files, knowledge.settings.number("context.budget") if budget is None else budget, at,
        "xml" if form == "xml" else "markdown", max_bytes, include_unreviewed, include_proposed,
    )  # fmt: skip
    context = build_context(knowledge, asked)
    warn_unreadable(items.fault_lines(context.unreadable))
    _show(context, explain=explain, as_json=as_json)
    if not explain:
        printed = json_text(context.to_json()) + "\n" if as_json else context.text
        keep_context(knowledge, context, sys.argv[1:], printed, started_ns)


def _show(context: Context, *, explain: bool, as_json: bool) -> None:
    if as_json:
        print_json(context.to_json())
        return
    click.echo(context.text, nl=False)
    if not context.text:
        say(f"kn: a budget of {context.asked.budget} tokens is too small for anything.")
    if explain:
        for line in explain_lines(context):
            say(line)
