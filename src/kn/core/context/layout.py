"""Laying a ranked selection out as text: which items, in which form, with what said about the rest.

The budget counts everything that is printed, fence and header included, and holds exactly,
because the parts are made so that their tokens add up (`kn.core.context.render`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kn.core.context import render
from kn.core.context.budget import Cost, pack

NONCE_DIGITS = 12
FILES_SHARE = 8
"""Files may take one part in so many of the budget before items are cut for them (a guess)."""


class Printable(NamedTuple):  # importing dataclasses takes 6 ms, and this is served
    """A ranked item, ready to be printed."""

    id: str
    compact: str
    line: str
    compact_tokens: int
    line_tokens: int
    marks: tuple[str, ...] = ()
    amended_by: tuple[str, ...] = ()
    amended_tokens: int = 0
    """Tokens of the ids in `amended_by`, each after a blank."""
    local: bool = False
    """Whether it belongs into the block of what this clone alone knows."""
    rivals: tuple[str, ...] = ()
    rival_tokens: int = 0
    """Tokens of the ids in `rivals`, each after a blank."""

    @property
    def cost(self) -> Cost:
        own = render.mark_tokens(
            self.marks, len(self.amended_by), self.amended_tokens, len(self.rivals),
            self.rival_tokens,
        )  # fmt: skip
        return Cost(self.compact_tokens + own, self.line_tokens + own)


class Layout(NamedTuple):
    """What is printed, its exact tokens, and what each served item takes of them."""

    text: str
    spent: int
    tokens: tuple[int, ...]
    """One number for each served item; the served items are a prefix of the ranking."""
    files: int = 0
    """So many of the file lines are printed."""


def lay_out(
    ranked: Sequence[Printable],
    budget: int,
    *,
    more: int = 0,
    notes: Sequence[tuple[str, int]] = (),
    files: Sequence[tuple[str, int]] = (),
    nonce: str = "",
    max_bytes: int | None = None,
) -> Layout:
    """Print as much of the ranking as fits.

    Args:
        ranked: Best first.
        budget: Tokens of all that is printed. Too little for anything gives an empty text.
        more: So many more are ranked behind these, and cannot fit.
        notes: Lines on what is not in the ranking at all, each with its tokens.
        files: Lines on code files, best first, each with its tokens; they may take an eighth of
            the budget, and what the items leave.
        nonce: 12 digits; a fence is drawn with them. Empty for no fence.
        max_bytes: Bytes of all that is printed; items are dropped from the end until it holds.
    """
    most = len(ranked)
    while True:
        layout = _try_layout(ranked, most, budget, more, notes, files, nonce)
        served = len(layout.tokens)
        if max_bytes is None or len(layout.text.encode("utf-8")) <= max_bytes:
            return layout
        if served == 0:
            return Layout("", 0, ())
        most = served - 1


def _try_layout(
    ranked: Sequence[Printable],
    most: int,
    budget: int,
    more: int,
    notes: Sequence[tuple[str, int]],
    files: Sequence[tuple[str, int]],
    nonce: str,
) -> Layout:
    around = sum(tokens for _, tokens in notes) + (render.FENCE_TOKENS if nonce else 0)
    local = render.LOCAL_HEADER[1] if any(p.local for p in ranked) else 0
    costs = [p.cost for p in ranked[:most]]
    asked = sum(t for _, t in files) + render.FILES_HEADER[1] if files else 0
    kept = min(asked, budget // FILES_SHARE)
    room = budget - around - render.HEADER[1] - local - kept
    packed = pack(costs, room)
    count = len(ranked) + more
    if len(packed.forms) < count:
        packed = pack(costs, room - render.print_note("budget", count)[1])
    served = list(zip(ranked, packed.forms, strict=False))
    tokens = tuple(p.cost.compact if compact else p.cost.line for p, compact in served)
    parts = _parts(served, count, notes)
    spent = sum(t for _, t in parts) + (render.FENCE_TOKENS if nonce else 0)
    if spent > budget:
        return Layout("", 0, ())
    named = _fit_files(files, budget - spent)
    parts += named
    spent += sum(t for _, t in named)
    text = "".join(text for text, _ in parts)
    return Layout(
        render.fence(text, nonce) if nonce else text, spent, tokens, max(len(named) - 1, 0)
    )


def _fit_files(files: Sequence[tuple[str, int]], room: int) -> list[tuple[str, int]]:
    """As many of the file lines as fit, under their header; nothing when not one does."""
    named: list[tuple[str, int]] = [render.FILES_HEADER]
    left = room - render.FILES_HEADER[1]
    for line, tokens in files:
        if tokens > left:
            break
        named.append((line, tokens))
        left -= tokens
    return named if len(named) > 1 else []


def _parts(
    served: Sequence[tuple[Printable, bool]], ranked: int, notes: Sequence[tuple[str, int]]
) -> list[tuple[str, int]]:
    parts: list[tuple[str, int]] = []
    if served:
        parts.append(render.HEADER)
    elif not ranked:
        parts.append(render.NOTHING)
    reviewed = [s for s in served if not s[0].local]
    local = [s for s in served if s[0].local]
    parts += [_print(*s) for s in reviewed]
    if local:
        parts += [render.LOCAL_HEADER, *(_print(*s) for s in local)]
    if ranked > len(served):
        parts.append(render.print_note("budget", ranked - len(served)))
    return [*parts, *notes]


def _print(item: Printable, compact: bool) -> tuple[str, int]:
    form = item.compact if compact else item.line
    cost = item.cost.compact if compact else item.cost.line
    return render.print_item(form, item.marks, item.amended_by, item.rivals), cost
