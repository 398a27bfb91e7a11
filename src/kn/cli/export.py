"""`kn export`: write what is known into other tools' files."""

from __future__ import annotations

from pathlib import Path

import click

from kn.cli.boundary import EXIT_NO
from kn.cli.terminal import clean, here, print_json, say
from kn.core.exporting.hosts import HOSTS
from kn.flows.knowledge import Knowledge
from kn.flows.transfer import instructions
from kn.flows.transfer.instructions import Exported


@click.command(short_help="Write what is known into other tools' files.")
@click.argument("form", metavar="FORMAT", type=click.Choice([*HOSTS, "madr", "json"]))
@click.argument("path", type=click.Path(path_type=Path), required=False)
@click.option(
    "--budget", type=click.IntRange(1, 100_000), metavar="N",
    help="Tokens of each file's block; what it was made with, else 500.",
)  # fmt: skip
@click.option("--check", is_flag=True, help="Only say whether it is up to date; exit 1 if not.")
@click.option("--remove", is_flag=True, help="Take out what was exported, and nothing else.")
@click.option("--replace", is_flag=True, help="Write over records (madr) that are not kn's.")
@click.option("--dry-run", is_flag=True, help="Only show what would be done.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(
    form: str,
    path: Path | None,
    budget: int | None,
    check: bool,
    remove: bool,
    replace: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Export what the team knows.

    FORMAT agents-md, claude-md, gemini-md, copilot or cursor-rules keeps a marked block in the
    instruction file that the tool reads: the conventions and gotchas that hold everywhere, within
    the budget, and how to ask kn for more. For Claude, Copilot and Cursor, what holds for a part of
    the code goes into rule files of kn's own with that part's globs.

    FORMAT madr writes every decision into the folder PATH, one record each: the record that it came
    from, to the letter but for its status, or a new one. FORMAT json prints all items.
    """
    if check and remove:
        raise click.UsageError("--check and --remove exclude each other.")
    if form in ("madr", "json") and (budget or check or remove):
        raise click.UsageError(f"`{form}` knows neither --budget nor --check nor --remove.")
    if (form == "madr") != (path is not None):
        raise click.UsageError("`kn export madr` needs a folder; no other format takes a path.")
    knowledge = here()
    if form == "json":
        from kn.flows.transfer.records import export_json

        print_json(export_json(knowledge))
        return
    if path is not None:
        _export_records(knowledge, path, replace=replace, dry_run=dry_run, as_json=as_json)
        return
    if remove:
        done = instructions.plan_removal(knowledge, form)
    else:
        plan = instructions.check_export if check else instructions.plan_export
        done = plan(knowledge, form, budget=budget)
    if not check and not dry_run:
        instructions.carry_out(done)
    _show(done, as_json=as_json, check=check, remove=remove)
    if check and not done.current:
        raise click.exceptions.Exit(EXIT_NO)


def _show(done: Exported, *, as_json: bool, check: bool, remove: bool) -> None:
    if as_json:
        print_json(done.to_json())
    shown = [t for t in done.targets if t.became != "unchanged" or t.items]
    for target in () if as_json else shown:
        became = "out of date" if check and target.became != "unchanged" else target.became
        count = len(target.items)
        held = f"{count} item{'' if count == 1 else 's'}"
        about = "" if remove else f" ({held}, {target.tokens} tokens)"
        click.echo(clean(f"{became}: {target.path}{about}"))
    if not as_json and not shown:
        click.echo("There is nothing to take out." if remove else "There is nothing to write.")
    for note in done.notes:
        say(f"note: {note}")
    if done.left_out:
        say(f"kn: {done.left_out} more did not fit; --budget gives more room.")
    if done.held_back:
        say(f"kn: {done.held_back} held back: not committed, or not reviewed.")
    if check and not done.current:
        say(f"kn: run `kn export {done.name}` and commit what it writes.")


def _export_records(
    knowledge: Knowledge, folder: Path, *, replace: bool, dry_run: bool, as_json: bool
) -> None:
    from kn.flows.transfer.records import export_madr

    done = export_madr(knowledge, folder, replace=replace, dry_run=dry_run)
    if as_json:
        print_json(done.to_json())
    else:
        verb = "would be written" if dry_run else "written"
        for name in done.written:
            click.echo(clean(f"{verb}: {name}"))
        records = f"{len(done.written)} record" + ("" if len(done.written) == 1 else "s")
        click.echo(f"{records} {verb}, {len(done.unchanged)} unchanged.")
    for item, fields in done.edited:
        say(f"note: {item} says something else than its record, whose words stay: {fields}")
    if done.other_kinds:
        say(f"kn: {done.other_kinds} items are no decisions; MADR has no place for them.")
