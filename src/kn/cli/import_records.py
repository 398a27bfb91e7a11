"""`kn import`: take in records that you have."""

from __future__ import annotations

from pathlib import Path

import click

from kn.cli.terminal import clean, here, print_json, say
from kn.flows.import_adr import import_adrs


@click.command(short_help="Take in records that you have.")
@click.argument("form", metavar="FORMAT", type=click.Choice(["adr"]))
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--proposed", type=click.Choice(["keep", "accept"]), default="keep", show_default=True,
    help="What becomes of records that say Proposed.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Only report.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(form: str, path: Path, proposed: str, dry_run: bool, as_json: bool) -> None:
    """Import the architecture decision records (FORMAT `adr`) in the folder PATH.

    Status, supersession, amendments, dates and deciders are taken over; run again, it updates
    what changed and duplicates nothing.
    """
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
