"""`kn merge`: settle what a merge has left; on a terminal one key each."""

from __future__ import annotations

import shutil
import textwrap
from itertools import zip_longest

import click

from kn.cli.boundary import EXIT_NO
from kn.cli.terminal import can_ask, clean, here, print_json, say
from kn.core.merge.clashes import Clash
from kn.errors import KnError
from kn.flows.knowledge import Knowledge
from kn.flows.merge import left as flow
from kn.flows.merge.left import Conflict, Fork, Left, Side

_SIDES: dict[str, Side] = {"o": "ours", "t": "theirs", "b": "both"}
_QUIT = ("q", "\x03", "\x04")


class _Stop(Exception):
    """The user wants no more questions."""


@click.command(short_help="Settle what a merge has left.")
@click.argument("name", required=False, metavar="[ID]")
@click.option(
    "--take", type=click.Choice(["ours", "theirs", "both"]),
    help="Take this side of the item's conflict; `both` joins lists.",
)  # fmt: skip
@click.option("--field", "fields", multiple=True, metavar="NAME", help="With --take: this alone.")
@click.option("--stands", is_flag=True, help="Of a fork: ID stands, and replaces the others.")
@click.option("--relate", is_flag=True, help="Of a fork: all of them hold, side by side.")
@click.option("--json", "as_json", is_flag=True, help="Print what is left as JSON.")
@click.pass_context
def command(
    ctx: click.Context, name: str | None, take: Side | None, fields: tuple[str, ...],
    stands: bool, relate: bool, as_json: bool,
) -> None:  # fmt: skip
    """Settle what a merge has left: items in conflict, and forks that git did not see.

    A fork is two items that replace the same one: each branch had its own, and both are current.
    On a terminal each is shown with one key to settle it; elsewhere they are listed. With an ID
    and --take, --stands or --relate that one is settled without a question. Nothing is staged;
    exits with 1 while something is left.
    """
    if sum((take is not None, stands, relate)) > 1 or (fields and take is None):
        raise click.UsageError(
            "Give one of --take, --stands and --relate; --field goes with --take."
        )
    if name is None and (take is not None or stands or relate):
        raise click.UsageError("--take, --stands and --relate need an ID.")
    knowledge = here()
    left = flow.find_left(knowledge)
    if left.rebasing and (left.conflicts or left.deleted) and not as_json:
        say("kn: in this rebase `ours` is what you rebase onto, and `theirs` is your own commit.")
    if name is not None:
        _settle_named(knowledge, left, name, take, fields, stands, relate)
    elif can_ask() and not as_json and left:
        _walk(knowledge, left)
    if name is not None or can_ask():
        left = flow.find_left(knowledge)
    if as_json:
        print_json(left.to_json())
    else:
        _list(left, short=name is not None or can_ask())
    if left:
        ctx.exit(EXIT_NO)


def _settle_named(
    knowledge: Knowledge, left: Left, name: str, take: Side | None, fields: tuple[str, ...],
    stands: bool, relate: bool,
) -> None:  # fmt: skip
    one, item_id = flow.find_named(left, name)
    if isinstance(one, Conflict):
        if take is None:
            raise KnError(f"{item_id} is in conflict.", hint="Say --take ours, theirs or both.")
        if one.torn.clashes:
            flow.settle_conflict(knowledge, one, flow.take(one, take, fields))
        else:
            flow.settle_whole(knowledge, one, take)
        return
    if not (stands or relate):
        raise KnError(f"{item_id} is in a fork.", hint="Say --stands or --relate.")
    changed = flow.relate(knowledge, one) if relate else flow.let_stand(knowledge, one, item_id)
    for path in changed:
        say(f"kn: changed: {path}")


def _list(left: Left, *, short: bool) -> None:
    """What is left, and what the user has to tell git."""
    for conflict in left.conflicts:
        names = ", ".join(c.name for c in conflict.torn.clashes) or "the file as a whole"
        click.echo(clean(f"{conflict.path}: {conflict.id}: in conflict: {names}"))
        for clash in () if short else conflict.torn.clashes:
            for side, lines in (("ours", clash.ours), ("theirs", clash.theirs)):
                said = lines.rstrip("\n") or "(no such field)"
                click.echo(clean(textwrap.indent(said, f"  {side:<6} | ")))
    for fork in left.forks:
        click.echo(clean(_headline(fork)))
        for row in () if short else fork.heads:
            click.echo(clean(f"  {row.id}  {row.statement}"))
    for path, side in left.deleted.items():
        click.echo(clean(f"{path}: deleted by {side}, changed by the other side"))
        say(f"kn: `git rm {path}` deletes it, `git add {path}` keeps it.")
    if left.to_add:
        say(f"kn: settled, and yours to stage: git add {' '.join(left.to_add)}")
    if not left and not left.to_add:
        say("kn: nothing is left to settle.")


def _headline(fork: Fork) -> str:
    named = " and ".join(r.id for r in fork.heads)
    same = f" {', '.join(fork.older)}" if fork.older else " the same item"
    return f"fork: {named} replace{same}, and nothing links them"


def _walk(knowledge: Knowledge, left: Left) -> None:
    try:
        for conflict in left.conflicts:
            _ask_conflict(knowledge, conflict)
        for fork in left.forks:
            _ask_fork(knowledge, fork)
    except _Stop:
        return


def _ask_conflict(knowledge: Knowledge, conflict: Conflict) -> None:
    """Each field in turn; what was decided is written, also when the rest is left."""
    torn = conflict.torn
    say(f"\n{conflict.path}  {conflict.id}")
    chosen: dict[str, str] = {}
    stopped = False
    for number, clash in enumerate(torn.clashes, 1):
        say(f"\n{clash.name} ({number} of {len(torn.clashes)})")
        say(_side_by_side(clash.ours, clash.theirs, torn.our_name, torn.their_name))
        try:
            lines = _ask_clash(knowledge, conflict, clash)
        except _Stop:
            stopped = True
            break
        if lines is not None:
            chosen[clash.name] = lines
    try:
        if not torn.clashes:
            _ask_whole(knowledge, conflict)
        elif chosen:
            flow.settle_conflict(knowledge, conflict, chosen)
    except KnError as error:
        say(f"  {error}")
    if stopped:
        raise _Stop


def _ask_clash(knowledge: Knowledge, conflict: Conflict, clash: Clash) -> str | None:
    """The lines that the user wants; None to leave the field in conflict."""
    joins = "[b]oth " if clash.joined else ""
    while True:
        key = _key(f"[o]urs [t]heirs {joins}[e]dit [s]kip [q]uit")
        try:
            if key in _SIDES:
                return flow.lines_of(clash, _SIDES[key])
            if key == "e":
                return flow.word_clash(knowledge, conflict, clash)
        except KnError as error:
            say(f"  {error}" + (f"\n  {error.hint}" if error.hint else ""))
        if key == "s":
            return None


def _ask_whole(knowledge: Knowledge, conflict: Conflict) -> None:
    torn = conflict.torn
    ours, theirs = (side.decode("utf-8", "replace") for side in (torn.ours, torn.theirs))
    say(_side_by_side(ours, theirs, torn.our_name, torn.their_name))
    while True:
        key = _key("[o]urs [t]heirs [s]kip [q]uit")
        if key in ("o", "t"):
            flow.settle_whole(knowledge, conflict, _SIDES[key])
        if key in ("o", "t", "s"):
            return


def _ask_fork(knowledge: Knowledge, fork: Fork) -> None:
    say(f"\n{_headline(fork)}")
    for number, row in enumerate(fork.heads, 1):
        reason = f"\n     because: {row.because}" if row.because else ""
        say(f"  {number}  {row.id}  {row.statement}{reason}\n     {row.path}")
    keys = {str(n): row.id for n, row in enumerate(fork.heads[:9], 1)}
    while True:
        key = _key(f"[{'/'.join(keys)}] that one stands, [b]oth hold, [s]kip [q]uit")
        try:
            if key in keys:
                changed = flow.let_stand(knowledge, fork, keys[key])
            elif key == "b":
                changed = flow.relate(knowledge, fork)
            elif key == "s":
                return
            else:
                continue
        except KnError as error:
            say(f"  {error}")
            continue
        for path in changed:
            say(f"  {path}")
        return


def _key(keys: str) -> str:
    say(keys)
    key = click.getchar().lower()
    if key in _QUIT:
        raise _Stop
    return key


def _side_by_side(ours: str, theirs: str, our_name: str, their_name: str) -> str:
    """Both texts in two columns, as wide as the terminal."""
    wide = max((shutil.get_terminal_size().columns - 3) // 2, 20)
    columns = []
    for name, text in ((our_name, ours), (their_name, theirs)):
        rows = [name, "-" * min(len(name), wide)]
        for line in clean(text or "(no such field)").rstrip("\n").split("\n"):
            rows += textwrap.wrap(line, wide, drop_whitespace=False) or [""]
        columns.append(rows)
    pairs = zip_longest(*columns, fillvalue="")
    return "\n".join(f"{left:<{wide}} | {right}".rstrip() for left, right in pairs)
