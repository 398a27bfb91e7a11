"""Options that come from the field table: every field that only some kinds have is one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import click

from kn.core.schema import FIELDS

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
