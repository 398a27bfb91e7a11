"""`kn eval`: how well the knowledge answers known tasks."""

from __future__ import annotations

from typing import TextIO

import click

from kn.cli.boundary import EXIT_NO
from kn.cli.terminal import clean, here, print_json, say
from kn.flows.evaluate import evaluate


@click.command(short_help="Score the knowledge on known tasks.")
@click.argument("file", type=click.File(encoding="utf-8"))
@click.option(
    "--budget", type=click.IntRange(0, 1_000_000), metavar="N", help="Tokens of a context."
)
@click.option("--at", default="", metavar="REV", help="The knowledge of a revision.")
@click.option("--min-recall", type=click.FloatRange(0, 1), help="Exit with 1 below this recall.")
@click.option("--max-wrong", type=click.IntRange(0), help="Exit with 1 above so many wrong items.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def command(
    ctx: click.Context, file: TextIO, budget: int | None, at: str, min_recall: float | None,
    max_wrong: int | None, as_json: bool,
) -> None:  # fmt: skip
    """Ask every task of FILE and score what is served: recall, rank, wrong items, tokens.

    A line of FILE is {"task": …, "files": […], "expect": [ID…], "never": [ID…]}.
    """
    answers, score = evaluate(here(at=at), file.read().splitlines(), budget=budget, at=at)
    if as_json:
        rows = [a.to_json() for a in answers]
        print_json({"format": 1, "score": score.to_json(), "tasks": rows})
    else:
        for answer in answers:
            row = answer.to_json()
            if row["missed"] or row["wrong"]:
                missed = f" missed {', '.join(row['missed'])}" if row["missed"] else ""
                wrong = f" wrong {', '.join(row['wrong'])}" if row["wrong"] else ""
                click.echo(clean(f"line {row['line']}: {row['task']}:{missed}{wrong}"))
        click.echo(
            f"{score.tasks} tasks: recall {score.recall:.3f}, MRR {score.mrr:.3f}, "
            f"{score.wrong} wrong, {score.tokens:.0f} tokens a context"
        )
    low = min_recall is not None and score.recall < min_recall
    high = max_wrong is not None and score.wrong > max_wrong
    if low or high:
        say("kn: below what was asked for.")
        ctx.exit(EXIT_NO)
