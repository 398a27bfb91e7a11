"""`kn review`: a change held against the knowledge."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from kn import __version__
from kn.cli.asking import json_text
from kn.cli.boundary import EXIT_NO
from kn.cli.diff import show_lines
from kn.cli.terminal import columns, say
from kn.core.report import to_github, to_gitlab, to_sarif
from kn.core.review.markdown import to_markdown
from kn.core.review.text import to_lines, to_quiet
from kn.core.review.verdict import Review, for_annotations
from kn.errors import KnError
from kn.flows.review.judge import review_change

FORMATS = ("text", "markdown", "github", "sarif", "gitlab", "json")
MOST_SUMMARY = 900_000
"""Characters of a job's summary; GitHub drops one of more than 1 MiB."""
_LEVELS = {"error": ("error",), "warning": ("error", "warning"), "never": ()}


@click.command(short_help="Hold a change against the knowledge.")
@click.argument("revisions", nargs=-1, metavar="[A...B]")
@click.option("--staged", is_flag=True, help="Review what is staged, and say only what matters.")
@click.option("--full", is_flag=True, help="Show every entry, and what agents are told, whole.")
@click.option(
    "--format", "form", default="text", type=click.Choice(FORMATS), help="How to print it."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--write", "files", multiple=True, metavar="FORMAT=FILE",
    help="Write it to FILE in FORMAT too; may be repeated.",
)  # fmt: skip
@click.option(
    "--fail-on", default="warning", type=click.Choice(list(_LEVELS)),
    help="The least severity of findings that gives exit code 1.",
)  # fmt: skip
@click.pass_context
def command(
    ctx: click.Context,
    revisions: tuple[str, ...],
    staged: bool,
    full: bool,
    form: str,
    as_json: bool,
    files: tuple[str, ...],
    fail_on: str,
) -> None:
    """Review what B would change when merged into A: the knowledge, and what the code does to it.

    A is the trusted branch and B is HEAD where they are not named. Judged is what merging gives,
    by the configuration of A. Exits with 1 when there is an error or a warning.
    """
    if len(revisions) > 2 or (staged and revisions):
        raise click.UsageError("Name one range A...B, or say --staged.")
    form = "json" if as_json else form
    targets = [_target(given) for given in files]
    span = "...".join(revisions)
    found = review_change(Path.cwd(), os.environ, span, staged=staged)
    for name, path in targets:
        _write(path, render(found, name, full=full))
    if form == "text":
        lines = to_quiet if staged and not full else to_lines
        options = {} if staged and not full else {"full": full}
        show_lines(lines(found, width=columns(), **options))
        if staged and not full:
            for note in found.notes:
                say(f"kn: {note}")
    else:
        click.echo(render(found, form, full=full), nl=False)
    if any(f.severity in _LEVELS[fail_on] for f in found.findings):
        ctx.exit(EXIT_NO)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8", errors="backslashreplace")
    except OSError as error:
        raise KnError(f"{path} could not be written: {error.strerror or error}.") from None


def _target(given: str) -> tuple[str, Path]:
    name, equals, path = given.partition("=")
    if name not in (*FORMATS, "summary") or not equals or not path:
        raise click.UsageError(f"--write takes FORMAT=FILE; a format is {', '.join(FORMATS)}.")
    return name, Path(path)


def render(review: Review, form: str, *, full: bool = False) -> str:
    """The review in a form, with its last newline; nothing where there is nothing to say."""
    match form:
        case "markdown":
            return to_markdown(review, full=full)
        case "summary":  # a page of its own, where length is no matter
            return to_markdown(review, full=True, most=MOST_SUMMARY)
        case "github":
            shown, left = for_annotations(review.findings)
            rows = to_github(shown)
            rows += [f"kn: +{left} more like these; `kn review --full` shows all"] * bool(left)
            return "".join(f"{row}\n" for row in rows)
        case "sarif":
            return json.dumps(to_sarif(review.findings, __version__), indent=1) + "\n"
        case "gitlab":
            return json.dumps(to_gitlab(review.findings), indent=1) + "\n"
        case "json":
            return json_text(review.to_json()) + "\n"
    return "".join(f"{line}\n" for _, line in to_lines(review, full=full))
