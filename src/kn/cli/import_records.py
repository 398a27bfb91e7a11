"""`kn import`: take in records and notes that you have."""

from __future__ import annotations

import os
from pathlib import Path

import click

from kn.cli.show import candidate_lines
from kn.cli.terminal import clean, here, print_json, say
from kn.flows.transfer.adr import import_adrs
from kn.flows.transfer.notes import NAMES, Proposed, import_notes

_SHOWN = 8
"""Reasons for skipping that are said; `--json` has every passage."""


@click.command(short_help="Take in records that you have.")
@click.argument("form", metavar="FORMAT", type=click.Choice(["adr", *NAMES]))
@click.argument("path", type=click.Path(path_type=Path), required=False)
@click.option(
    "--proposed", type=click.Choice(["keep", "accept"]), default="keep", show_default=True,
    help="What becomes of records (adr) that say Proposed.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Only report.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(form: str, path: Path | None, proposed: str, dry_run: bool, as_json: bool) -> None:
    """Import architecture decision records, or the notes of other tools.

    FORMAT `adr` makes items of the records in the folder PATH: status, supersession, amendments,
    dates and deciders are taken over; run again, it updates what changed and duplicates nothing.

    Every other FORMAT puts candidates into the inbox, each with the words it rests on, and says
    why the rest was left: agents-md, claude-md, gemini-md, copilot, cursor-rules, memory-bank,
    codeowners, postmortem, changelog, basic-memory, claude-memory, mulch; `auto` for all that lie
    where their tools put them. Without PATH each is looked for there.
    """
    if form != "adr":
        _show(import_notes(here(), form, path, os.environ, dry_run=dry_run), dry_run, as_json)
        return
    if path is None:
        raise click.UsageError("`kn import adr` needs the folder of the records.")
    done = import_adrs(
        here(), path, proposed="accept" if proposed == "accept" else "keep", dry_run=dry_run
    )
    if as_json:
        print_json(done.to_json())
        return
    for source, because in done.skipped:
        click.echo(clean(f"skipped {source}: {because}"))
    counts = f"{len(done.imported)} imported, {len(done.updated)} updated"
    click.echo(f"{counts}, {len(done.unchanged)} unchanged, {len(done.skipped)} skipped.")
    if done.proposed:
        say(f"kn: {done.proposed} are only proposed and not served; --proposed accept takes them.")


def _show(done: Proposed, dry_run: bool, as_json: bool) -> None:
    if as_json:
        print_json(done.to_json())
        return
    for candidate in done.candidates:
        for line in candidate_lines(candidate.to_json()):
            click.echo(clean(line))
    for because, count in done.reasons[:_SHOWN]:
        places = [s.place for s in done.skipped if s.because == because]
        more = f" and {count - 1} more" if count > 1 else ""
        click.echo(clean(f"skipped {places[0]}{more}: {because}"))
    if len(done.reasons) > _SHOWN:
        rest = sum(count for _, count in done.reasons[_SHOWN:])
        click.echo(f"skipped {rest} more for other reasons; --json has them all")
    verb = "would be new" if dry_run else "new candidates"
    click.echo(
        f"Read {len(done.files)}: {len(done.candidates)} {verb}, {done.known} known already, "
        f"{len(done.skipped)} skipped."
    )
    if done.candidates and not dry_run:
        say("kn: look through them with `kn inbox`.")
