"""`kn stats`: what there is, how sound it is, what it is worth."""

from __future__ import annotations

from pathlib import Path

import click

from kn.cli.terminal import clean, here, print_json, say
from kn.flows.stats import Stats, draw_history, gather_stats


@click.command(short_help="Count the knowledge, its health and its worth.")
@click.option("--model", default="", metavar="NAME", help="Show money too, at this model's price.")
@click.option("--at", default="", metavar="REV", help="The knowledge of a revision.")
@click.option("--plot", type=click.Path(path_type=Path), metavar="FILE.svg",
              help="Draw how the knowledge grew.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(model: str, at: str, plot: Path | None, as_json: bool) -> None:
    """Count the items by kind and age, their weaknesses, and what a context saves."""
    knowledge = here(at=at)
    stats = gather_stats(knowledge, model=model, at=at)
    if plot is not None:
        say(f"kn: {draw_history(knowledge, plot)} moments drawn into {plot}.")
    if as_json:
        print_json(stats.to_json())
        return
    for line in _lines(stats):
        click.echo(clean(line))


def _lines(stats: Stats) -> list[str]:
    shown = stats.to_json()
    lines = []
    for title in ("kinds", "standings", "recorded", "health"):
        lines.append(f"{title}:")
        lines += [f"  {number:>8,}  {name}" for name, number in shown[title].items()]
    lines.append("tokens a task would pay:")
    what = {
        "context": "a context of kn",
        "knowledge": "all current items pasted whole",
        "documents": "all documents that they name",
        "transcripts": "the sessions that they came from, where noted",
    }
    dollars = shown.get("dollars", {})
    for name, text in what.items():
        tokens = shown["tokens"][name]
        ratio = (
            f"  {tokens / shown['tokens']['context']:.1f} x" if shown["tokens"]["context"] else ""
        )
        money = f"  ${dollars[name]:.4f}" if name in dollars else ""
        lines.append(f"  {tokens:>8,}  {text}{ratio}{money}")
    if "price" in shown:
        price = shown["price"]
        lines.append(
            f"at ${price['per_million']:g} a million tokens ({price['model']}, {price['source']})"
        )
    return lines
