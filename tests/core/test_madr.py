"""MADR written: a record's own text stays to the letter, and an item's fields come back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kn.core.adr import Record, read_record
from kn.core.exporting.madr import made_of, relink, set_status, write_record
from kn.core.model import Item, Rejected, Scope

MADR_2 = """# Use Markdown

* Status: accepted
* Deciders: Anna, Bob
* Date: 2024-02-03

Technical Story: [#7](https://example.com/7)

## Context and Problem Statement

Where do records live?

## Considered Options

* Markdown
* Wiki

## Decision Outcome

Chosen option: "Markdown", because it is diffed.

## Links

* Refines [ADR-0001](0001-x.md)
"""
MADR_4 = """---
# who and when
status: "proposed"
date: 2024-02-03
decision-makers: Anna, Bob
consulted: Eve
---

# Use Markdown

## Context and Problem Statement

Where do records live?

```
Status: in code
```

## Decision Outcome

Chosen option: "Markdown", because it is diffed.

### Confirmation

A review.
"""
NYGARD = """# 3. Use Markdown

Date: 2024-02-03

## Status

Accepted

Amended by [4. More](0004-more.md)

## Context

Where?

## Decision

We will use Markdown.
"""


def record(text: str) -> Record:
    read = read_record("docs/adr/0003-use-markdown.md", text)
    assert isinstance(read, Record)
    return read


@pytest.mark.parametrize("text", [MADR_2, MADR_4, NYGARD, MADR_2.replace("\n", "\r\n")])
@pytest.mark.parametrize(
    ("status", "meant"),
    [("accepted", "accepted"), ("proposed", "proposed"), ("deprecated", "retired"),
     ("superseded by [Y](0009-y.md)", "superseded")],
)  # fmt: skip
def test_only_the_status_changes(text: str, status: str, meant: str) -> None:
    after = set_status(text, status)

    changed = [(a, b) for a, b in zip(text.split("\n"), after.split("\n"), strict=True) if a != b]
    assert len(changed) <= 1
    assert record(after).status == meant
    assert record(after).date == "2024-02-03"
    assert set_status(after, status) == after


@pytest.mark.parametrize(
    "text",
    ["# Use Markdown\n\n## Decision\n\nWe will use Markdown.\n",
     "---\ndate: 2024-01-01\n---\n# Use it\n\n## Decision\n\nUse it.\n",
     "# Use it\n\n## Status\n\n## Decision\n\nUse it.\n"],
)  # fmt: skip
def test_a_record_without_a_status_gets_one_and_loses_nothing(text: str) -> None:
    after = set_status(text, "deprecated")

    assert record(after).status == "retired"
    rest = iter(after.split("\n"))
    assert all(line in rest for line in text.split("\n")), "in order, with lines in between"


def test_links_move_and_everything_else_stays() -> None:
    text = (
        "See [a](a.md#x), [b](<b.md>), [c](https://c.io/c.md), [d](/d.md) and [e](#e).\n"
        "[f]: f.md\n`[g](g.md)`\n```\n[h](h.md)\n```\n[i](i.md)\n"
    )
    moved = relink(text, lambda path: f"../{path}")

    assert "[a](../a.md#x), [b](<../b.md>), [c](https://c.io/c.md), [d](/d.md)" in moved
    assert "[f]: ../f.md" in moved
    assert "\n[h](h.md)\n```\n[i](../i.md)\n" in moved
    assert relink(text, lambda path: path) == text


WORDS = st.lists(
    st.sampled_from("use keep store the gateway events tokens Postgres over gRPC in batches of "
                    "nightly with retries a leaky bucket".split()),
    min_size=3, max_size=9,
).map(" ".join)  # fmt: skip
PEOPLE = st.lists(st.sampled_from(["Anna", "Bob Smith", "@core", "Eve"]), max_size=3, unique=True)
ITEMS = st.builds(
    Item,
    id=st.just("dec-00000000"),
    kind=st.just("decision"),
    statement=WORDS.map(lambda t: t[0].upper() + t[1:] + "."),
    status=st.sampled_from(["accepted", "proposed", "retired"]),
    recorded=st.dates().map(str).filter(lambda d: "1970" < d < "2199"),
    because=st.just("") | WORDS.map(lambda t: t[0].upper() + t[1:] + "."),
    rejected=st.lists(st.builds(Rejected, WORDS, WORDS), max_size=3, unique_by=lambda r: r.option)
    .map(tuple),
    scope=st.builds(Scope, st.just(("src/**",)), st.lists(
        st.sampled_from(["api", "db", "limits"]), max_size=2, unique=True).map(tuple)),
    deciders=PEOPLE.map(tuple),
    details=st.just("") | st.just("# Status\n\nretired\n\n---\n\nMore."),
)  # fmt: skip


@settings(max_examples=80)
@given(ITEMS)
def test_an_item_written_as_madr_is_read_back(item: Item) -> None:
    status = "deprecated" if item.status == "retired" else item.status
    text = write_record(item, item.statement.rstrip("."), status, {})
    read = read_record("docs/adr/0007-x.md", text)

    assert isinstance(read, Record)
    assert made_of(text) == item.id
    assert read.status == item.status
    assert read.date == item.recorded
    assert read.deciders == item.deciders
    assert read.tags == item.scope.tags
    assert read.title == item.statement.rstrip(".")
    assert {r.option for r in read.rejected} <= {r.option for r in item.rejected}
    for said in (
        item.statement,
        item.because,
        *(r.because for r in item.rejected),
        *(r.option for r in item.rejected),
    ):
        assert said.rstrip(".").casefold() in text.casefold()
    for said in item.details.split():
        assert said in text


def test_links_between_items_are_written_with_their_verb() -> None:
    item = Item("dec-00000000", "decision", "Use a leaky bucket.", "accepted", "2026-01-01")
    text = write_record(item, "Use a leaky bucket", "accepted", {"Supersedes": ["[T](0001-t.md)"]})

    assert read_record("docs/adr/0002-x.md", text) == replace(
        record(text), path="docs/adr/0002-x.md", number="2"
    )
    assert [m.relation for m in record(text).links] == ["supersedes"]


def test_only_kn_s_own_mark_counts() -> None:
    assert made_of("---\nkn-item: dec-00000000\n---\n# x\n") == "dec-00000000"
    assert made_of("# x\n\nkn-item: dec-00000000\n") == ""
