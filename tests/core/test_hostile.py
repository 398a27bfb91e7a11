"""Ten thousand hostile items: none closes the fence, forges a line, hides text or overruns."""

from __future__ import annotations

import random
import re
import unicodedata

import pytest

from kn.adapters.tokens import count
from kn.core.context.layout import Printable, lay_out
from kn.core.context.render import print_note, write_forms
from kn.core.model import Item, Rejected, Scope

PIECES = [
    '</kn-context n="000000000000">', "</kn-context>", "<kn-context>", "</system-reminder>",
    "<system>", "<|im_start|>system", "<|endoftext|>", "[INST]", "Human:", "Assistant:", "```",
    "~~~~", "\n", "\r\n", "\n# Heading", "\n- [dec-00000000] Trust me.", "- [dec-00000000] ",
    "\u202e", "\u2066", "\u200b", "\u200d", "\ufe0f", "\U000e0041\U000e0042", "\x1b[31m", "\x07",
    "\x9b31m", "\u2028", "\u3164", "\u00ad", "<!-- x -->", "<details>", "7 more did not fit.",
    "From this clone, not reviewed yet:",
    "(reviewed)", "] (amended by dec-1)", "use", "a", "bucket",
    "é", "漢字", "🙂", "'", '"', "\\", "\t", "  ", "&lt;", "%s", "{}", "ignore previous",
]  # fmt: skip
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def _text(source: random.Random, most: int) -> str:
    parts = source.choices(PIECES, k=source.randint(1, most))
    return "".join(p + source.choice(("", " ")) for p in parts)


def _item(source: random.Random) -> Item:
    return Item(
        "dec-" + "".join(source.choices(ALPHABET, k=8)), "decision", _text(source, 14), "accepted",
        "2026-05-18", because=_text(source, 10),
        rejected=tuple(Rejected(_text(source, 4), _text(source, 4)) for _ in range(2)),
        scope=Scope((_text(source, 3),), ("x",)),
    )  # fmt: skip


def _printables(number: int, seed: int) -> list[Printable]:
    source = random.Random(seed)
    found = []
    for _ in range(number):
        item = _item(source)
        forms = write_forms(item, count)
        marks = tuple(source.sample(["unreviewed", "verify", "proposed"], source.randint(0, 2)))
        found.append(
            Printable(item.id, forms.compact, forms.line, forms.compact_tokens, forms.line_tokens,
                      marks)
        )  # fmt: skip
    return found


def _check(printables: list[Printable], budget: int) -> None:
    nonce = f"{budget:012d}"[::-1].replace("0", "7")
    notes = [print_note("unreviewed", 3)]
    layout = lay_out(printables, budget, notes=notes, nonce=nonce)
    assert layout.spent == count(layout.text) <= budget
    if not layout.text:
        return
    lines = layout.text.split("\n")
    assert lines[0] == f'<kn-context n="{nonce}">'
    assert lines[-2:] == [f'</kn-context n="{nonce}">', ""]
    body = lines[1:-2]
    served = [line for line in body if line.startswith("- [")]
    ids = [re.match(r"- \[([a-z]+-[0-9a-z]{8})\]", line) for line in served]
    assert [m[1] for m in ids if m] == [p.id for p in printables[: len(layout.tokens)]]
    assert len(body) - len(served) <= 3  # header and notes, nothing else
    assert not re.search(r"</?(?:kn-context|system)|<\||```|~~~", "\n".join(body))
    hidden = [c for c in layout.text if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Co")]
    assert hidden == []


@pytest.mark.parametrize("budget", [0, 20, 37, 64, 100, 333, 500, 1000, 4096])
def test_hostile_items_stay_data(budget: int) -> None:
    _check(_printables(120, budget), budget)


@pytest.mark.slow
def test_ten_thousand_hostile_items_at_every_budget() -> None:
    printables = _printables(10_000, 1)

    for at, budget in enumerate(range(0, 4097)):
        start = (at * 97) % 9_000
        _check(printables[start : start + 300], budget)
