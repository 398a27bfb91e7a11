"""`kn agent`: wiring into AI agents, and what their hooks call."""

from __future__ import annotations

import os
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from kn.cli.terminal import can_ask, clean, print_json, say, show_plan
from kn.core.agents.hosts import EVENTS, HOSTS, Host
from kn.flows.agents import status as state
from kn.flows.agents import wire
from kn.flows.agents.hook import run_agent_hook
from kn.flows.agents.places import SCOPES, Scope

_NAMES = click.Choice([*HOSTS, "all"])


def _hosts(name: str) -> tuple[Host, ...]:
    return tuple(HOSTS.values()) if name == "all" else (HOSTS[name],)


@click.group(short_help="Wire kn into AI agents, and see whether it works there.")
def command() -> None:
    """Let AI agents get the right knowledge by themselves, at the moment they need it.

    Wired in, kn gives an agent the branch's context when a session starts, what a prompt is about,
    and what applies to a file that it edits: each item once a session.
    """


@command.command(short_help="Wire kn into an agent's settings.")
@click.argument("name", type=_NAMES)
@click.option(
    "--project/--user", "project", default=True,
    help="In this project's settings, which are committed; or in your own, for all projects.",
)  # fmt: skip
@click.option(
    "--mcp/--no-mcp", default=None,
    help="Offer kn's MCP server as well. [default: where kn[mcp] is installed]",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Only show what would be done.")
@click.option("-y", "--yes", is_flag=True, help="Do it without asking.")
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON.")
def install(
    name: str, project: bool, mcp: bool | None, dry_run: bool, yes: bool, as_json: bool
) -> None:
    """Put kn's hooks into the settings of agent NAME, beside what is there.

    Nothing of yours is replaced, and `kn agent uninstall` takes it out again to the byte. Running
    it again changes nothing. It also lets kn speak in this clone.
    """
    if mcp is None:
        mcp = find_spec("mcp") is not None
    scope: Scope = "project" if project else "user"
    wish = wire.Wish(_hosts(name), scope, mcp, state.own_program())
    plan = wire.plan_install(wish, Path.cwd(), os.environ)
    _carry_out(plan, "It is wired already.", dry_run=dry_run, yes=yes, as_json=as_json)


@command.command(short_help="Take kn out of an agent's settings.")
@click.argument("name", type=_NAMES)
@click.option(
    "--project/--user", "project", default=None,
    help="Only from this project's settings, or only from your own. [default: from both]",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Only show what would be done.")
@click.option("-y", "--yes", is_flag=True, help="Do it without asking.")
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON.")
def uninstall(name: str, project: bool | None, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Take kn's entries out of the settings of agent NAME; all else stays as it is."""
    scopes = SCOPES if project is None else (SCOPES[0] if project else SCOPES[1],)
    plan = wire.plan_uninstall(_hosts(name), scopes, Path.cwd(), os.environ)
    _carry_out(plan, "It is not wired.", dry_run=dry_run, yes=yes, as_json=as_json)


def _carry_out(plan: wire.Plan, nothing: str, *, dry_run: bool, yes: bool, as_json: bool) -> None:
    show_plan(plan, as_json=as_json, dry_run=dry_run, nothing=nothing)
    if dry_run or not plan.changes:
        return
    if not yes and can_ask() and not click.confirm("Do it?", default=True, err=True):
        raise click.Abort
    wire.apply(plan, Path.cwd())
    if not as_json:
        say("Done.")


@command.command(short_help="Show whether kn is wired into an agent, trusted, and called.")
@click.argument("name", type=_NAMES, default="all")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def status(name: str, as_json: bool) -> None:
    """Show of agent NAME whether kn is wired, trusted by the agent, and really called.

    The exit code is 1 when one was named and is not wired.
    """
    found = [state.look_at(h, Path.cwd(), os.environ) for h in _hosts(name)]
    if as_json:
        print_json({"format": 1, "agents": [f.to_json() for f in found]})
    else:
        for one in found:
            _print(one)
    if name != "all" and not found[0].wired:
        raise click.exceptions.Exit(1)


def _print(found: state.Status) -> None:
    lines = [f"{found.host.label}: {found.summary}"]
    lines += [f"  {s.scope}: {s.state}, {s.path}" for s in found.settings if s.state != "not wired"]
    if found.wired:
        lines.append(f"  trusted: {found.trust}")
    for event, (at, outcome) in sorted(found.fired.items()):
        ago = _ago(time.time() - at)
        lines.append(f"  {event}: {ago}, {outcome}")
    for line in lines:
        click.echo(clean(line))


def _ago(seconds: float) -> str:
    for size, unit in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{int(seconds // size)} {unit} ago"
    return f"{int(max(seconds, 0))} seconds ago"


@command.command(short_help="What the hooks of agents call.")
@click.argument("name", type=click.Choice(list(HOSTS)))
@click.argument("event", type=click.Choice(EVENTS))
@click.option("--max-bytes", type=click.IntRange(0), metavar="N", help="Bytes at the most.")
@click.option("--budget", type=click.IntRange(0), metavar="N", help="Tokens at the most.")
def hook(name: str, event: str, **numbers: Any) -> None:
    """Answer a hook of agent NAME: its JSON on stdin, context for the model on stdout.

    It always exits with 0, says nothing when there is nothing new for the session, and gives up in
    silence when its time is over. `main` answers it without click; this is its help.
    """
    words = [name, event]
    for option, value in numbers.items():
        if value is not None:
            words += [f"--{option.replace('_', '-')}", str(value)]
    run_agent_hook(words, sys.stdin.buffer.read, lambda text: sys.stdout.write(text))
