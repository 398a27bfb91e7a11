"""Talking to a terminal: what may be printed there, and whether anybody is looking."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kn.cli.asking import json_text
from kn.core.agents.hosts import AGENT_VARIABLES
from kn.flows.knowledge import Knowledge, open_knowledge

if TYPE_CHECKING:
    from kn.flows.setup.plan import Plan


def clean(text: str) -> str:
    """Text that cannot steer a terminal: hidden and control characters are shown, newlines stay."""
    from kn.core.hidden import show_hidden

    return "\n".join(show_hidden(line) for line in text.split("\n"))


def say(message: str) -> None:
    """Talk: on stderr, so that stdout is the result alone."""
    click.echo(clean(message), err=True)


def print_json(value: Mapping[str, Any] | Sequence[Any]) -> None:
    """The result as JSON, for programs."""
    known = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    click.echo(json_text(value) if known else json.dumps(value, indent=1))


def show_plan(plan: Plan, *, as_json: bool, dry_run: bool, nothing: str = "") -> None:
    """What a set-up will do, or is doing; `nothing` is said instead when it changes nothing."""
    if as_json:
        print_json(
            {"format": 1, "steps": plan.steps, "notes": list(plan.notes), "done": not dry_run}
        )
    elif nothing and not plan.changes:
        click.echo(nothing)
    else:
        for step in plan.steps:
            click.echo(clean(step))
    for note in plan.notes:
        say(f"note: {note}")


def can_ask() -> bool:
    """Whether a person sits there: a terminal on both sides, and no agent in between."""
    if any(os.environ.get(name) for name in AGENT_VARIABLES):
        return False
    return sys.stdin.isatty() and sys.stderr.isatty()


def here(*, at: str = "", forgiving: bool = False) -> Knowledge:
    """The knowledge of the repository we stand in."""
    return open_knowledge(Path.cwd(), os.environ, at=at, forgiving=forgiving)


def warn_unreadable(lines: Sequence[str]) -> None:
    """Say loudly what could not be read; nothing is ever skipped in silence."""
    if lines:
        said = f"{len(lines)} problem" + ("" if len(lines) == 1 else "s")
        say(f"kn: {said} in items that could not be read:")
        for line in lines[:20]:
            say(f"  {line}")
        if len(lines) > 20:
            say(f"  and {len(lines) - 20} more: run `kn check`")


def paint(text: str, colour: str = "", *, bold: bool = False) -> str:
    """The text in a colour, where a person looks and has not said NO_COLOR (no-color.org)."""
    dumb = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    if dumb or not sys.stdout.isatty() or not (colour or bold):
        return text
    return click.style(text, fg=colour or None, bold=bold or None)


def columns() -> int:
    """How wide a line may be: the terminal's width within reason, or 100."""
    import shutil

    return min(120, shutil.get_terminal_size((100, 24)).columns) if sys.stdout.isatty() else 100
