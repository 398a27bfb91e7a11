"""The parts of a source file that a task is about."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kn.core.context.excerpt import choose_parts, divide_source, print_parts

SOURCE = """import time

LIMIT = 5


class TokenBucket:
    def take(self):
        return True


def rate_limit(request):
    return pour(request)


def render(page):
    return page
"""


def stem(word: str) -> str:
    return word[:5]


def words(text: str) -> int:
    return len(text.split())


def test_the_definition_with_the_tasks_words_comes_first() -> None:
    parts = divide_source(SOURCE, {"limit": 1.0, "rate": 1.0}, stem)

    best = max(parts, key=lambda p: p.score)

    assert best.lines[0] == "def rate_limit(request):"
    assert (best.first, best.last) == (11, 12)


def test_parts_come_in_the_order_of_the_file_and_fit() -> None:
    parts = divide_source(SOURCE, {"bucke": 1.0, "rende": 1.0}, stem)

    chosen = choose_parts(parts, 12, words)

    assert [p.lines[0] for p in chosen] == ["class TokenBucket:", "def render(page):"]
    assert choose_parts(parts, 0, words) == []


@given(st.text(alphabet="`~a\n", max_size=40))
def test_nothing_in_a_part_closes_its_fence(text: str) -> None:
    parts = divide_source("def f():\n" + text, {"f": 1.0}, lambda w: w)

    printed = print_parts("a.py", parts)

    for block in printed.split("a.py:")[1:]:
        fence = block.split("\n")[1]
        assert block.split("\n").count(fence) == 2


@given(st.text(max_size=200))
def test_any_text_is_divided_without_loss_of_code(text: str) -> None:
    parts = divide_source(text, {}, lambda w: w)

    assert all(p.first >= 1 and p.lines for p in parts)
