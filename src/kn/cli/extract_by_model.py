"""`kn extract --llm`: the options, the question before anything is sent, and what came of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

import click

from kn.cli.boundary import EXIT_INTERRUPT, EXIT_USER
from kn.cli.show import candidate_lines
from kn.cli.terminal import can_ask, clean, here, print_json, say
from kn.flows.model.extract import Extracted, Wanted, extract_with_model
from kn.flows.model.plan import Limits, Plan


def model_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say which model reads, and what it may cost."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


_OPTIONS = (
    click.option("--llm", "model", metavar="[MODEL]", is_flag=False, flag_value="", default=None,
                 help="Let a model read instead of the rules: litellm's name of it, or that in "
                      "KN_LLM_MODEL. KN_LLM_BASE is a server of your own."),
    click.option("--max-cost", metavar="DOLLARS", type=click.FloatRange(0, min_open=True),
                 help="What the model may cost at the most (0.50)."),
    click.option("--max-tokens-total", metavar="N", type=click.IntRange(1),
                 help="Tokens sent and received at the most (200,000 where the price is unknown)."),
    click.option("--yes", is_flag=True, help="Send to the model without asking."),
)  # fmt: skip


def run(
    *,
    model: str,
    commit: str,
    span: str,
    session: str,
    max_cost: float | None,
    max_tokens_total: int | None,
    yes: bool,
    keep: bool,
    as_json: bool,
) -> None:
    """Ask the model and show what it found; exits with 2 when it could not read everything."""
    limits = Limits(max_cost, max_tokens_total)
    extracted = extract_with_model(
        here(),
        Wanted(model, commit, span, session, limits, keep),
        os.environ,
        confirm=lambda plan: _confirm(plan, yes),
        tell=_tell,
    )
    if extracted is None:
        say("kn: nothing was sent.")
        return
    _show(extracted, as_json, keep)
    if extracted.findings.stopped:
        interrupted = extracted.findings.interrupted
        click.get_current_context().exit(EXIT_INTERRUPT if interrupted else EXIT_USER)


def _confirm(plan: Plan, yes: bool) -> bool:
    say(f"kn: {plan.text()}")
    if yes or not can_ask():
        return True
    return click.confirm("Send it?", err=True)


def _tell(said: str) -> None:
    if sys.stderr.isatty():
        say(f"kn: {said} …")


def _show(extracted: Extracted, as_json: bool, keep: bool) -> None:
    captured, findings = extracted.captured, extracted.findings
    if as_json:
        print_json(extracted.to_json())
    else:
        for candidate in captured.candidates:
            for line in candidate_lines(candidate.to_json()):
                click.echo(clean(line))
            click.echo()
    where = " put into the inbox" if keep else ""
    count = len(captured.candidates)
    what = "1 candidate" if count == 1 else f"{count} candidates"
    say(f"kn: {what}{where}; {findings.spent.text()}.")
    if captured.skipped:
        say(f"kn: {captured.skipped} more were known already.")
    for reason, count in sorted(findings.dropped.items()):
        say(f"kn: {count} of the model's proposals dropped: {reason}.")
    if findings.stopped:
        say(f"kn: incomplete: {findings.stopped}")
