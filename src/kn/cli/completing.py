"""What the shell offers for an argument: each of these never raises and never writes."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import click
from click.shell_completion import CompletionItem

Answer = Callable[[click.Context, click.Parameter, str], list[CompletionItem[str]]]


def _answer(name: str, **options: Any) -> Answer:
    def answer(ctx: click.Context, param: click.Parameter, typed: str) -> list[CompletionItem[str]]:
        from kn.flows import complete

        try:
            found = getattr(complete, name)(os.getcwd(), typed, **options)  # noqa: PTH109
        except Exception:  # a shell that waits for words must not get a traceback
            return []
        return [CompletionItem(word, help=said) for word, said in found]

    return answer


ids = _answer("guess_ids")
living_ids = _answer("guess_ids", living=True)
kinds = _answer("guess_kinds")
tags = _answer("guess_tags")
candidates = _answer("guess_candidates")


def files(ctx: click.Context, param: click.Parameter, typed: str) -> list[CompletionItem[str]]:
    """A path: the shell knows those best."""
    return [CompletionItem(typed, type="file")]


def rules(ctx: click.Context, param: click.Parameter, typed: str) -> list[CompletionItem[str]]:
    """The codes of `kn check`."""
    from kn.core.check import RULES

    found = [rule for code, rule in RULES.items() if code.startswith(typed.upper())]
    return [CompletionItem(rule.code, help=rule.title) for rule in found]
