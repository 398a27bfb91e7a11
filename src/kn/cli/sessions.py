"""`kn sessions`: the AI sessions of this repository, whatever the agent, as one form."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import click

from kn.cli.boundary import EXIT_NO
from kn.cli.terminal import clean, print_json, say
from kn.flows.sessions import OpenLog, list_sessions, open_session


@click.group(short_help="List and print AI sessions.")
def command() -> None:
    """Find the AI sessions of this repository and print them in one form.

    Reads the logs of Claude Code, Codex, Gemini CLI, Copilot CLI, OpenCode, aider and SpecStory;
    never writes to them.
    """


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def list_command(ctx: click.Context, as_json: bool) -> None:
    """List the sessions of all work trees, the newest first; exits with 1 when there are none."""
    found = list_sessions(Path.cwd(), os.environ)
    if as_json:
        print_json({"format": 1, "sessions": [f.to_json() for f in found]})
    else:
        for one in found:
            began = (one.started or one.modified)[:16].replace("T", " ")
            size = f"{one.size / 1000:,.0f} kB"
            line = f"{one.session:<36}  {one.agent:<8}  {began:<16}  {size:>10}  {one.branch}"
            click.echo(clean(line.rstrip()))
    if not found:
        say("kn: no session of this repository was found.")
        ctx.exit(EXIT_NO)


@command.command("show")
@click.argument("session")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show_command(session: str, as_json: bool) -> None:
    """Print the turns of a SESSION: its id, which may be shortened, or the path of any log."""
    log = open_session(Path.cwd(), session, os.environ)
    if as_json:
        _stream_json(log)
    else:
        _stream_text(log)


def _stream_json(log: OpenLog) -> None:
    """The heading is complete only after the turns, which may be more than memory holds."""
    out = sys.stdout  # `click.echo` flushes each time, at half the speed
    out.write('{"format": 1, "turns": [')
    between = "\n"
    for turn in log.turns:
        # Escapes keep it to ASCII: there is nothing in it that a terminal could act upon.
        out.write(between + json.dumps(turn.to_json()).replace("\x7f", "\\u007f"))
        between = ",\n"
    heading = json.dumps({**log.heading.to_json(), "path": str(log.path), "size": log.size})
    out.write(f"\n], {heading[1:]}\n")


def _stream_text(log: OpenLog) -> None:
    for turn in log.turns:
        back = " (taken back)" if turn.rewound else ""
        click.echo(clean(f"── {turn.role}{back}  {turn.at}\n{turn.text}\n"))
    heading = log.heading
    place = f" on {heading.branch}" if heading.branch else ""
    say(f"kn: {heading.agent} session {heading.session or log.path}{place}")
    if heading.skipped:
        lines = "1 line" if heading.skipped == 1 else f"{heading.skipped} lines"
        say(f"kn: {lines} of the log could not be read.")
