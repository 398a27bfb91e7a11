"""`make docs`: the parts of the documentation that the code knows better.

Between `<!-- begin NAME -->` and `<!-- end NAME -->` of any page stands what is made here, from
the field table, the settings, the rules, the commands and the modules' own sentences; and the
manual pages are made whole (`docs/man.py`). With `--check` nothing is written, and the exit code
is 1 when a page is out of date.
"""

from __future__ import annotations

import ast
import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import click

import man
from kn.adapters.settings import SETTINGS
from kn.cli.boundary import COMMANDS, group
from kn.core.check import RULES
from kn.core.schema import BUILT_IN, FIELDS

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "kn"
FLOORS = ("cli", "flows", "adapters", "core")
PAGES = (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md")))
_BLOCK = re.compile(r"(<!-- begin ([a-z-]+)[^>]*-->\n).*?(<!-- end \2 -->)", re.DOTALL)


def rooms() -> Iterator[str]:
    """One line a room: a module, or a package behind its own door."""
    yield "```"
    commands = {where.partition(":")[0].rpartition(".")[2] for where, _ in COMMANDS.values()}
    for floor in FLOORS:
        yield f"{floor}/"
        if floor == "cli":
            yield from textwrap.wrap(
                f"(a command each) {', '.join(sorted(commands))}", 100,
                initial_indent="  ", subsequent_indent=" " * 19,
            )  # fmt: skip
        for path in sorted((PACKAGE / floor).iterdir(), key=lambda p: p.stem):
            door = path / "__init__.py" if path.is_dir() else path
            listed = path.stem in ("__init__", *(commands if floor == "cli" else ()))
            if not listed and door.suffix == ".py" and door.is_file():
                name = path.stem + ("/" if path.is_dir() else "")
                yield f"  {name:<16} {_sentence(door)}"
    yield "```"


def _sentence(path: Path) -> str:
    """The first sentence of a module, on one line."""
    said = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    first = re.split(r"(?<=[.])\s", " ".join(said.split("\n\n")[0].split()))[0]
    return textwrap.shorten(first, 100, placeholder=" …")


def commands() -> Iterator[str]:
    """What `kn --help` lists."""
    yield "| command | what it does |\n|---|---|"
    for name in group.list_commands(click.Context(group)):
        yield f"| `kn {name}` | {COMMANDS[name][1]} |"


def options() -> Iterator[str]:
    """Every command with its help, as it prints it."""
    for name in COMMANDS:
        command = group.get_command(click.Context(group), name)
        assert command is not None
        yield from _help(command, f"kn {name}")
        if isinstance(command, click.Group):
            for inner, below in sorted(command.commands.items()):
                yield from _help(below, f"kn {name} {inner}", level=3)


def _help(command: click.Command, name: str, *, level: int = 2) -> Iterator[str]:
    context = click.Context(
        command, info_name=name, terminal_width=90, help_option_names=["-h", "--help"]
    )
    yield f"{'#' * level} {name}\n\n```text\n{command.get_help(context)}\n```\n"


def kinds() -> Iterator[str]:
    """The built-in kinds."""
    yield "| kind | ids | folder | when |\n|---|---|---|---|"
    for kind in BUILT_IN:
        yield f"| `{kind.name}` | `{kind.prefix}-…` | `{kind.folder}/` | {kind.doc} |"


def fields() -> Iterator[str]:
    """Every field, in canonical order."""
    yield "| field | holds | in | what |\n|---|---|---|---|"
    for field in FIELDS:
        holds = ", ".join(field.choices) if field.choices else field.shape
        where = ", ".join(field.kinds) or ("**all, required**" if field.required else "all")
        yield f"| `{field.name}` | {holds} | {where} | {field.doc} |"


def settings() -> Iterator[str]:
    """Every setting."""
    yield "| setting | default | in `config.yaml` too | what |\n|---|---|---|---|"
    for one in SETTINGS:
        shared = "yes" if one.shared else "no, the user's alone"
        yield f"| `{one.name}` | `{one.default or '(none)'}` | {shared} | {one.doc} |"


def rules() -> Iterator[str]:
    """What `kn check` looks for."""
    yield "| code | severity | what |\n|---|---|---|"
    for rule in RULES.values():
        yield f"| {rule.code} | {rule.severity} | {rule.title} |"


def rulebook() -> Iterator[str]:
    """Every rule whole: why it is there, an example, and what is to be done."""
    for rule in RULES.values():
        yield f"### {rule.code}: {rule.title}\n"
        fixed = f" `--fix` {rule.fix}." if rule.fix else ""
        yield f"*{rule.severity}.* {rule.why}{fixed}\n"
        if rule.example:
            yield f"```text\n{rule.example}\n```\n"


MAKERS = {
    "rooms": rooms, "commands": commands, "options": options, "kinds": kinds, "fields": fields,
    "settings": settings, "rules": rules,
    "rulebook": rulebook,
}  # fmt: skip


def renew(page: str) -> str:
    """A page with every block made anew."""

    def made(found: re.Match[str]) -> str:
        return found[1] + "\n".join(MAKERS[found[2]]()).rstrip() + "\n" + found[3]

    return _BLOCK.sub(made, page)


def documents() -> Iterator[tuple[Path, str, str]]:
    """Every page and manual page: where it is, what it says, and what it should say."""
    for path in PAGES:
        page = path.read_text("utf-8")
        yield path, page, renew(page)
    for name, fresh in man.pages().items():
        path = ROOT / "docs" / "man" / name
        yield path, path.read_text("utf-8") if path.exists() else "", fresh


def main() -> int:
    """Renew all pages, or check them."""
    stale = []
    for path, page, fresh in documents():
        if fresh == page:
            continue
        stale.append(path.relative_to(ROOT).as_posix())
        if "--check" not in sys.argv[1:]:
            path.write_text(fresh, "utf-8")
    if stale:
        word = "out of date, run `make docs`" if "--check" in sys.argv[1:] else "renewed"
        print(f"{', '.join(stale)}: {word}")
    return 1 if stale and "--check" in sys.argv[1:] else 0


if __name__ == "__main__":
    sys.exit(main())
