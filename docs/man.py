"""The manual pages `kn(1)` and `git-kn(1)`, from the commands and settings themselves.

`docs/generate.py` writes them to `docs/man/`; the wheel installs them below `share/man`.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

import click

from kn import __version__
from kn.adapters.settings import SETTINGS
from kn.cli.boundary import COMMANDS, group

_CODES = (
    ("0", "Done."),
    ("1", "The answer is no: findings, or nothing found that was asked for by name."),
    ("2", "What you can put right: wrong options, a bad item, not a repository."),
    ("3", "A bug in kn."),
    ("130", "Stopped with ^C."),
)
_FILES = (
    (".knowledge/", "The items, committed with the code; kinds/, schema/ and config.yaml."),
    (".git/kn/", "Index, inbox and log of this clone; all but the inbox is made again when lost."),
)


def pages() -> dict[str, str]:
    """File name -> text of each manual page."""
    return {"kn.1": "\n".join(_kn()) + "\n", "git-kn.1": "\n".join(_git_kn()) + "\n"}


def _kn() -> Iterator[str]:
    yield from _head("kn", "keep what a team knows about its code next to the code")
    yield from _section(
        "SYNOPSIS", [r"\fBkn\fR \fICOMMAND\fR [\fIOPTION\fR]... [\fIARGUMENT\fR]..."]
    )
    yield from _section("DESCRIPTION", _prose(group.help or ""))
    yield from _section("COMMANDS", [])
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        assert command is not None
        yield from _command(command, f"kn {name}")
        if isinstance(command, click.Group):
            for inner, below in sorted(command.commands.items()):
                yield from _command(below, f"kn {name} {inner}")
    yield from _section("EXIT STATUS", _list(_CODES))
    yield from _section("SETTINGS", _prose(
        "A flag comes first, then the environment, then `git config kn.NAME`, then config.yaml in "
        "the knowledge folder (where the setting may be shared), then the default."
    ))  # fmt: skip
    for one in SETTINGS:
        variable = "KN_" + one.name.upper().replace(".", "_")
        shared = "" if one.shared else " The user's alone."
        default = f" Default: {one.default}." if one.default else ""
        yield from _item(f"kn.{one.name}, {variable}", f"{one.doc}{default}{shared}")
    yield from _section("FILES", _list(_FILES))
    yield from _section("SEE ALSO", [r"\fBgit\fR(1), \fBgit\-kn\fR(1)"])


def _git_kn() -> Iterator[str]:
    yield from _head("git-kn", "kn, called as a command of git")
    yield from _section(
        "SYNOPSIS", [r"\fBgit kn\fR \fICOMMAND\fR [\fIOPTION\fR]... [\fIARGUMENT\fR]..."]
    )
    yield from _section("DESCRIPTION", _prose(
        "`git kn` is `kn`, with the same commands and options. kn(1) describes each; `git kn "
        "COMMAND -h` prints its help."
    ))  # fmt: skip
    yield from _section("COMMANDS", [])
    for name in group.list_commands(click.Context(group)):
        yield from _item(f"git kn {name}", COMMANDS[name][1])
    yield from _section("SEE ALSO", [r"\fBkn\fR(1), \fBgit\fR(1)"])


def _head(name: str, what: str) -> Iterator[str]:
    yield f'.TH {_escape(name).upper()} 1 "" "kn {__version__}" "kn manual"'
    yield from _section("NAME", [rf"{_escape(name)} \- {_escape(what)}"])


def _section(title: str, lines: Iterator[str] | list[str]) -> Iterator[str]:
    yield f'.SH "{title}"'
    yield from lines


def _command(command: click.Command, name: str) -> Iterator[str]:
    context = click.Context(command, info_name=name)
    usage = " ".join(command.collect_usage_pieces(context))
    yield f'.SS "{_escape(name)}"'
    yield rf"\fB{_escape(name)}\fR {_escape(usage)}"
    yield ".PP"
    yield from _prose(command.help or "")
    for param in command.get_params(context):
        record = param.get_help_record(context) if isinstance(param, click.Option) else None
        if record is not None and "--help" not in param.opts:
            yield from _item(*record)


def _list(rows: tuple[tuple[str, str], ...]) -> Iterator[str]:
    for term, said in rows:
        yield from _item(term, said)


def _item(term: str, said: str) -> Iterator[str]:
    yield ".TP"
    yield rf"\fB{_escape(term)}\fR"
    yield _line(said)


def _prose(text: str) -> Iterator[str]:
    paragraphs = [p for p in textwrap.dedent(text).strip().split("\n\n") if p.strip("\b\n ")]
    for number, paragraph in enumerate(paragraphs):
        if number:
            yield ".PP"
        yield _line(" ".join(paragraph.replace("\b", "").split()))


def _line(text: str) -> str:
    """Lines of text that are no requests, with `code` in bold."""
    bold = re.sub(r"`([^`]+)`", lambda m: rf"\fB{m[1]}\fR", _escape(text))
    rows = textwrap.wrap(bold, 78, break_long_words=False, break_on_hyphens=False)
    return "\n".join(rf"\&{row}" if row.startswith(".") else row for row in rows)


def _escape(text: str) -> str:
    """Text as roff takes it: what stands for itself there is spelled out."""
    plain = text.replace("\\", r"\e").replace("-", r"\-").replace("'", r"\(aq")
    plain = plain.replace('"', r"\(dq").replace("^", r"\(ha").replace("~", r"\(ti")
    return "".join(c if c.isascii() else rf"\[u{ord(c):04X}]" for c in plain)
