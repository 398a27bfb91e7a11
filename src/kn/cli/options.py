"""Options that come from the field table: every field that only some kinds have is one.

Those of a team's own kind are there when that kind is named.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import click

from kn.core.schema import BUILT_IN, FIELDS
from kn.errors import KnError

_OWN = [f for f in FIELDS if f.kinds and f.shape in ("line", "lines", "text", "date", "choice")]
_MORE = [f for f in FIELDS if f.name in ("valid_until", "review_after", "deciders")]


def kind_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add an option for each field of the kinds, as `--fix TEXT` or `--who NAME`."""
    for field in reversed([*_OWN, *_MORE]):
        flag = "--" + field.name.replace("_", "-")
        kinds = f" ({', '.join(field.kinds)})" if field.kinds else ""
        command = click.option(
            flag,
            field.name,
            multiple=field.shape == "lines",
            help=f"{field.doc}{kinds}",
        )(command)
    return command


class KindCommand(click.Command):
    """A command with a KIND argument: the fields of a team's own kind are options as well."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        more: list[click.Parameter] = ctx.meta.get(_TEAM, [])
        return [*super().get_params(ctx), *more]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and not any(word in _BUILT_IN for word in args):  # the usual case costs nothing
            ctx.meta[_TEAM] = _team_options(args, {o for p in self.params for o in p.opts})
        return super().parse_args(ctx, args)


_TEAM = "kn.team options"
_BUILT_IN = frozenset(kind.name for kind in BUILT_IN)


def _team_options(args: list[str], taken: set[str]) -> list[click.Parameter]:
    """The options of the kind that is named; none when knowledge cannot be opened here."""
    from kn.cli.terminal import here

    try:
        kinds = here().schema.kinds
    except KnError:
        return []  # the command itself says so
    kind = next((kinds[word] for word in args if word in kinds), None)
    found: list[click.Parameter] = []
    for field in kind.own if kind else ():
        flag = "--" + field.name.replace("_", "-")
        if flag not in taken:
            said = f"{field.doc} ({kind.name})" if kind else ""
            found.append(
                click.Option([flag, field.name], multiple=field.shape == "lines", help=said)
            )
    return found


def plain_option_fields(given: Mapping[str, Any]) -> dict[str, Any]:
    """What was given on the command line, as fields of an item."""
    fields: dict[str, Any] = {}
    for name, value in given.items():
        if name not in ("rejected", "paths", "tags", "proposed") and value not in (None, (), ""):
            fields[name] = list(value) if isinstance(value, tuple) else value
    if given.get("rejected"):
        fields["rejected"] = [_rejected(text) for text in given["rejected"]]
    scope = {name: list(given[name]) for name in ("paths", "tags") if given.get(name)}
    if scope:
        fields["scope"] = scope
    if given.get("proposed"):
        fields["status"] = "proposed"
    return fields


def _rejected(text: str) -> dict[str, str]:
    """`option: reason` or `option | reason`."""
    for mark in (" | ", ": "):
        option, found, reason = text.partition(mark)
        if found:
            return {"option": option.strip(), "because": reason.strip()}
    return {"option": text.strip()}
