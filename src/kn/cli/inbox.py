"""`kn inbox`: look through what was found; on a terminal one key each."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from kn.cli import completing
from kn.cli.show import candidate_lines
from kn.cli.terminal import can_ask, clean, here, print_json, say
from kn.core.similar import Near
from kn.errors import KnError
from kn.flows import compose
from kn.flows.capture import triage
from kn.flows.capture.triage import Pending
from kn.flows.knowledge import Knowledge

KEYS = "[a]ccept [e]dit [r]eject [s]upersede an item, a[m]end one, [=] same as one, [n]ext [q]uit"


@click.group(invoke_without_command=True, short_help="Look through what was found.")
@click.option("--only", multiple=True, metavar="KEY", hidden=True, help="These alone.")
@click.pass_context
def command(ctx: click.Context, only: tuple[str, ...]) -> None:
    """Look through the candidates that commits and sessions gave.

    On a terminal, one key decides each; elsewhere they are listed.
    """
    if ctx.invoked_subcommand is not None:
        return
    if can_ask():
        _walk(here(), only)
    else:
        ctx.invoke(list_command)


@command.command("list", short_help="List the candidates.")
@click.option(
    "--kind",
    metavar="KIND",
    default="",
    shell_complete=completing.kinds,
    help="Only candidates of this kind.",
)
@click.option("--limit", metavar="N", type=click.IntRange(1), help="The first N alone.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_command(kind: str, limit: int | None, as_json: bool) -> None:
    """List the candidates, the surest first, of these the newest.

    Those that are too old age out.
    """
    knowledge = here()
    waiting = triage.list_waiting(knowledge, kind=knowledge.kind(kind).name if kind else "")
    shown = waiting.pending[:limit]
    near = triage.find_relatives(knowledge, shown)
    if as_json:
        found = [triage.candidate_json(p, near[p.key]) for p in shown]
        print_json({"format": 1, "candidates": found})
    else:
        for one in shown:
            like = f"  [like {near[one.key][0].id}]" if near[one.key] else ""
            said = f"{one.candidate.kind:<10} {one.candidate.statement}"
            click.echo(clean(f"{one.key}  {said}{like}"))
    if left := len(waiting.pending) - len(shown):
        say(f"kn: {left} more.")
    _report(waiting)


def _report(waiting: triage.Waiting) -> None:
    if waiting.aged:
        say(f"kn: {waiting.aged} aged out, undecided for too long (setting inbox.days).")
    if waiting.aging:
        say(f"kn: {waiting.aging} will age out within {triage.SOON} days (setting inbox.days).")
    if waiting.hidden:
        say(f"kn: {waiting.hidden} hidden: no branch holds their commits any more.")
    if waiting.recorded:
        say(f"kn: {waiting.recorded} hidden: items have their evidence already.")
    if not waiting.pending:
        say("kn: the inbox is empty.")


@command.command("show", short_help="Print candidates whole.")
@click.argument(
    "keys", nargs=-1, required=True, metavar="KEY...", shell_complete=completing.candidates
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show_command(keys: tuple[str, ...], as_json: bool) -> None:
    """Print the candidates that the KEYs name, with their evidence and what they look like."""
    knowledge = here()
    found = triage.find_pending(knowledge, keys)
    near = triage.find_relatives(knowledge, found)
    if as_json:
        shown = [triage.candidate_json(p, near[p.key]) for p in found]
        print_json({"format": 1, "candidates": shown})
        return
    for one in found:
        _print(one, near[one.key])


def _print(pending: Pending, near: Sequence[Near], *, err: bool = False) -> None:
    for line in candidate_lines(pending.candidate.to_json()):
        click.echo(clean(line), err=err)
    for one in near:
        click.echo(clean(f"  looks like {one.id}: {one.statement}"), err=err)


@command.command("accept", short_help="Make items of candidates.")
@click.argument(
    "keys", nargs=-1, required=True, metavar="KEY...", shell_complete=completing.candidates
)
@click.option(
    "--supersedes",
    multiple=True,
    metavar="ID",
    help="The item that it replaces.",
    shell_complete=completing.living_ids,
)
@click.option(
    "--amends",
    multiple=True,
    metavar="ID",
    help="The item of which it changes a part.",
    shell_complete=completing.living_ids,
)
@click.option(
    "--same-as",
    metavar="ID",
    shell_complete=completing.living_ids,
    help="The item that says it already: it gets the evidence.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the item as JSON.")
def accept_command(
    keys: tuple[str, ...], supersedes: tuple[str, ...], amends: tuple[str, ...],
    same_as: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Write the candidates that the KEYs name as items; they are yours to commit."""
    if same_as and (supersedes or amends):
        raise click.UsageError("--same-as goes with neither --supersedes nor --amends.")
    if len(keys) > 1 and (supersedes or amends or as_json):
        raise click.UsageError("With --supersedes, --amends and --json give one KEY.")
    knowledge = here()
    found = triage.find_pending(knowledge, keys)
    for number, pending in enumerate(found):
        try:
            if same_as:
                done = triage.join_item(knowledge, pending, same_as)
            else:
                done = triage.accept(knowledge, pending, supersedes=supersedes, amends=amends)
        except KnError:
            if len(found) > 1:
                say(f"kn: stopped at {pending.key}; accepted before it: {number}.")
            raise
        if as_json:
            print_json(compose.recorded_json(knowledge, done))
        else:
            click.echo(f"{done.path}\n{done.item.id}")
    if not as_json:
        named = done.item.id if len(found) == 1 else "ID"
        say(f"kn: in the commit that it is about, say `Item: {named}`.")


@command.command("edit", short_help="Change what a candidate says.")
@click.argument("key", shell_complete=completing.candidates)
@click.argument("source", required=False, type=click.Choice(["-"]), metavar="[-]")
def edit_command(key: str, source: str | None) -> None:
    """Open the candidate KEY in your editor; with `-`, take its YAML from standard input."""
    knowledge = here()
    raw = sys.stdin.buffer.read() if source else None
    (pending,) = triage.find_pending(knowledge, [key])
    changed = triage.edit_pending(knowledge, pending, raw)
    click.echo(changed.key)


@command.command("reject", short_help="Take candidates out for good.")
@click.argument(
    "keys", nargs=-1, required=True, metavar="KEY...", shell_complete=completing.candidates
)
def reject_command(keys: tuple[str, ...]) -> None:
    """Take the candidates that the KEYs name out of the inbox; they never come back."""
    knowledge = here()
    for pending in triage.find_pending(knowledge, keys):
        triage.reject(knowledge, pending)


def _walk(knowledge: Knowledge, only: Sequence[str] = ()) -> None:
    """Each candidate in turn; after a commit those alone that it gave."""
    waiting = triage.list_waiting(knowledge)
    _report(waiting)
    pending = [p for p in waiting.pending if not only or p.key in only]
    total = len(pending)
    for number, one in enumerate(pending, 1):
        say(f"\n{number} of {total}")
        # Only now: it may be like the one that was accepted just before.
        near = triage.find_relatives(knowledge, [one])[one.key]
        if not _decide(knowledge, one, near):
            return


def _decide(knowledge: Knowledge, pending: Pending, near: Sequence[Near]) -> bool:
    """Ask for a key until the candidate is settled; False to stop altogether."""
    _print(pending, near, err=True)
    while True:
        say(KEYS)
        key = click.getchar().lower()
        try:
            match key:
                case "a":
                    say(f"  {triage.accept(knowledge, pending).path}")
                case "s" | "m" | "=":
                    say(f"  {_link(knowledge, pending, near, key)}")
                case "r":
                    triage.reject(knowledge, pending)
                case "e":
                    pending = triage.edit_pending(knowledge, pending)
                    _print(pending, near, err=True)
                    continue
                case "n":
                    pass
                case "q" | "\x03" | "\x04":
                    return False
                case _:
                    continue
        except KnError as error:
            say(f"  {error}")
            continue
        return True


def _link(knowledge: Knowledge, pending: Pending, near: Sequence[Near], key: str) -> str:
    what = {"s": "supersedes", "m": "amends", "=": "says the same as"}[key]
    default = near[0].id if near else None
    given = click.prompt(f"It {what} which item?", default=default, err=True)
    if key == "=":
        return triage.join_item(knowledge, pending, given).path
    if key == "s":
        return triage.accept(knowledge, pending, supersedes=[given]).path
    return triage.accept(knowledge, pending, amends=[given]).path
