"""`kn extract`: candidates from commits and sessions."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from kn.cli import extract_by_model as by_model
from kn.cli.extract_by_model import model_options
from kn.cli.show import candidate_lines
from kn.cli.terminal import clean, here, print_json, say
from kn.core.candidate import Candidate
from kn.flows.capture import commits as capture
from kn.flows.capture.keep import Captured
from kn.flows.capture.ranges import extract_range
from kn.flows.capture.session import extract_session
from kn.flows.knowledge import Knowledge

SHOWN = 20
"""Candidates that are printed whole when they are in the inbox anyway (a guess)."""


@click.command(short_help="Find knowledge in commits and sessions.")
@click.option("--commit", metavar="REV", help="One commit.")
@click.option("--range", "span", metavar="A..B", help="The commits of a range.")
@click.option("--session", metavar="PATH|ID", help="An AI session: its log, from anywhere, or id.")
@click.option("--since-last", is_flag=True, help="What came since the last look (the default).")
@click.option("--dry-run", is_flag=True, help="Only show; put nothing into the inbox.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@model_options
def command(
    commit: str | None,
    span: str | None,
    session: str | None,
    since_last: bool,
    dry_run: bool,
    as_json: bool,
    model: str | None,
    **asked: Any,
) -> None:
    """Put what is worth keeping of commits or a session into the inbox, with its evidence."""
    if sum(map(bool, (commit, span, session, since_last))) > 1:
        raise click.UsageError("Say one of --commit, --range, --session and --since-last.")
    if model is not None:
        by_model.run(
            model=model, commit=commit or "", span=span or "", session=session or "",
            keep=not dry_run, as_json=as_json, **asked,
        )  # fmt: skip
        return
    if any(asked.values()):
        raise click.UsageError("--max-cost, --max-tokens-total and --yes go with --llm.")
    knowledge = here()
    if session:
        captured = extract_session(
            knowledge, session, os.environ, start=Path.cwd(), keep=not dry_run
        )
    elif span:
        captured = _read_range(knowledge, span, keep=not dry_run)
    else:
        captured = capture.run_extraction(knowledge, commit=commit or "", keep=not dry_run)
    if as_json:
        print_json(captured.to_json())
        return
    _show(captured.candidates, shown=len(captured.candidates) if dry_run else SHOWN)
    where = "" if dry_run else " put into the inbox"
    what = "turns" if session else "commits"
    before = f" ({captured.before} were read before)" if captured.before else ""
    count = len(captured.candidates)
    say(f"kn: {captured.read} {what} read{before}, {count} candidates{where}.")


def _show(candidates: Sequence[Candidate], *, shown: int) -> None:
    for candidate in candidates[:shown]:
        for line in candidate_lines(candidate.to_json()):
            click.echo(clean(line))
        click.echo()
    if len(candidates) > shown:
        say(f"kn: {len(candidates) - shown} more are not shown here: `kn inbox list`.")


def _read_range(knowledge: Knowledge, span: str, *, keep: bool) -> Captured:
    """With a bar on a terminal, where reading takes more than a moment."""
    with ExitStack() as stack:
        bars: list[Any] = []

        def progress(done: int, total: int) -> None:
            if not bars:
                if done == total or not sys.stderr.isatty():
                    return
                bar = click.progressbar(
                    length=total, label="kn: reading commits", file=sys.stderr, show_pos=True
                )
                bars.append(stack.enter_context(bar))
            bars[0].update(done - bars[0].pos)

        try:
            return extract_range(knowledge, span, keep=keep, progress=progress)
        except KeyboardInterrupt:
            if keep:
                stack.close()
                say("kn: interrupted; the same command goes on where it stopped.")
            raise
