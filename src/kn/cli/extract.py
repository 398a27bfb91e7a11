"""`kn extract`: candidates from commits and sessions."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from kn.cli import extract_by_model as by_model
from kn.cli.extract_by_model import model_options
from kn.cli.show import candidate_lines
from kn.cli.terminal import clean, here, print_json, say
from kn.flows import capture
from kn.flows.extract_session import extract_session


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
    else:
        captured = capture.run_extraction(
            knowledge, commit=commit or "", span=span or "", keep=not dry_run
        )
    if as_json:
        print_json(captured.to_json())
        return
    for candidate in captured.candidates:
        for line in candidate_lines(candidate.to_json()):
            click.echo(clean(line))
        click.echo()
    where = "" if dry_run else " put into the inbox"
    what = "turns" if session else "commits"
    say(f"kn: {captured.read} {what} read, {len(captured.candidates)} candidates{where}.")
