"""`kn context`: the context for a task, within a budget."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import click

from kn.cli import completing
from kn.cli.asking import MOST_NUMBER, OPTIONS, asked_of, json_text
from kn.cli.terminal import here, say, warn_unreadable
from kn.flows.context import build_context
from kn.flows.provenance import trace_items
from kn.flows.serving.explain import explain_lines


def _with_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(OPTIONS):
        kind: Any = {
            "number": click.IntRange(0, MOST_NUMBER),
            "choice": click.Choice(option.choices),
        }.get(option.shape)
        command = click.option(
            option.name,
            option.name.strip("-").replace("-", "_"),
            type=kind,
            is_flag=option.shape == "flag",
            multiple=option.shape == "many",
            metavar=option.metavar or None,
            help=option.help,
            shell_complete=completing.files if option.name == "--file" else None,
        )(command)
    return command


@click.command(short_help="Print the context for a task, within a budget.")
@click.argument("task", required=False, default="")
@_with_options
def command(task: str, **given: Any) -> None:
    """Print what the repository knows that matters for TASK, current and within the budget.

    Without a TASK, for what this branch is doing; with `-`, the task is read from standard input.
    """
    started_ns = time.time_ns()
    if task == "-":
        task = sys.stdin.buffer.read(1_000_000).decode("utf-8", "replace")
    values = {f"--{name.replace('_', '-')}": value for name, value in given.items()}
    asked = asked_of({**values, "task": task})
    knowledge = here(at=asked.at)
    done = build_context(knowledge, asked, read=values["--read"])
    context = done.context
    warn_unreadable([line for lines in context.unreadable.values() for line in lines])
    text = json_text(context.to_json()) + "\n" if values["--json"] else context.text
    click.echo(text, nl=False)
    if not context.text:
        limit = context.asked.max_bytes
        room = f"a budget of {context.budget} tokens"
        if limit is not None:
            room += f" within {limit} bytes"
        say(f"kn: {room} is too small for anything.")
    if values["--explain"]:
        for line in explain_lines(
            context, trace_items(knowledge, [i.body.path for i in context.items])
        ):
            say(line)
    # What --read prints depends on files that are not watched, what --explain says is on stderr.
    again = not (values["--explain"] or values["--read"])
    done.keep(sys.argv[1:], text if again else "", started_ns)
