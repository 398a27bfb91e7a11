"""A decision record read: its facts, its decision in one sentence, and what is no record."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rig.pace import grows_in_proportion

from kn.core.adr import NotARecord, Record, link_records, read_record
from kn.core.model import Rejected

NYGARD = """# 7. Use a changelog

Date: 2019-11-04

## Status

Accepted

## Context

Releases are hard to document, because commit messages mix every topic.

## Decision

We will use a changelog in the Keep a Changelog format so that users see what changed.

## Consequences

More work per change.
"""

MADR = """---
status: accepted
date: 2023-03-09
decision-makers: [Ada Lovelace, Grace Hopper]
---
# Message broker for order events

## Context and Problem Statement

Orders get lost when the shop restarts.

## Considered Options

* Apache Kafka
* RabbitMQ
* A table in PostgreSQL

## Decision Outcome

Chosen option: "RabbitMQ", because it needs no second cluster.

## Pros and Cons of the Options

### Apache Kafka

* Good, because it is fast
* Bad, because nobody here has run it
"""


def record(text: str, path: str = "docs/adr/0007-x.md") -> Record:
    found = read_record(path, text)
    assert isinstance(found, Record), found
    return found


def test_a_nygard_record() -> None:
    found = record(NYGARD)

    assert (found.number, found.title, found.date) == ("7", "Use a changelog", "2019-11-04")
    assert found.statement == "Use a changelog in the Keep a Changelog format."
    assert found.because == "Users see what changed"
    assert (found.status, found.status_text) == ("accepted", "Accepted")


def test_a_madr_record_with_front_matter() -> None:
    found = record(MADR)

    assert found.statement == "Message broker for order events: RabbitMQ."
    assert found.because == "It needs no second cluster"
    assert [r.option for r in found.rejected] == ["Apache Kafka", "A table in PostgreSQL"]
    assert (found.deciders, found.date) == (("Ada Lovelace", "Grace Hopper"), "2023-03-09")


def test_a_log4brains_record() -> None:
    text = (
        "# Use Redis\n\n"
        "- Status: draft\n- Deciders: Ann, Bob\n- Tags: cache, Infra\n\n## Decision\n\nRedis.\n"
    )

    found = record(text, "docs/adr/20200131-use-redis.md")

    assert (found.number, found.date, found.status) == ("", "2020-01-31", "proposed")
    assert (found.deciders, found.tags) == (("Ann", "Bob"), ("cache", "infra"))


def test_windows_line_ends_and_a_byte_order_mark_change_nothing() -> None:
    assert record("\ufeff" + NYGARD.replace("\n", "\r\n")) == record(NYGARD)


@pytest.mark.parametrize(
    ("written", "status"),
    [
        ("Accepted", "accepted"),
        ("`Accepted`", "accepted"),
        ("✅ **Implemented** (2024-02-01)", "accepted"),
        ("Approved", "accepted"),
        ("Partially implemented", "accepted"),
        ("Proposed → Accepted", "accepted"),
        ("- [ ] Proposed\n- [x] Accepted", "accepted"),
        ("- Proposed: 2020-01-02\n- Accepted: 2020-02-03", "accepted"),
        ("Phase 1 shipped", "accepted"),
        ("", "accepted"),
        ("PROPOSED (not implemented)", "proposed"),
        ("Draft", "proposed"),
        ("WIP", "proposed"),
        ("In review", "proposed"),
        ("Proposed. Not accepted until the spike is done.", "proposed"),
        ("Pending", "proposed"),
        ("Rejected", "retired"),
        ("**rejected**", "retired"),
        ("Declined", "retired"),
        ("Deprecated", "retired"),
        ("Withdrawn on 2022-01-01", "retired"),
        ("Reverted", "retired"),
        ("Accepted\n\nDeprecated since the API is gone", "retired"),
        ("> A decision may be proposed, accepted or superseded.\n\nAccepted", "accepted"),
    ],
)
def test_statuses_in_other_words(written: str, status: str) -> None:
    text = f"# 7. X\n\n## Status\n\n{written}\n\n## Decision\n\nWe use X.\n"

    assert record(text).status == status


def test_a_retired_record_says_why() -> None:
    text = (
        "# X\n\n## Status\n\nRejected\n\n"
        "The benefits do not outweigh the costs.\n\n## Decision\n\nX\n"
    )

    assert record(text).retired_because == "The benefits do not outweigh the costs"


def test_a_title_with_a_status_mark_is_believed_where_there_is_no_status() -> None:
    assert record("# ADR-007: Use X [DEPRECATED]\n\n## Decision\n\nWe use X.\n").status == "retired"


def test_the_statement_has_the_words_of_the_title() -> None:
    text = (
        "# 7. Rate limiting at the gateway\n\n## Decision\n\n"
        "We go with a leaky bucket of size 20.\n"
    )

    assert "leaky bucket" in record(text).statement
    assert "Rate limiting at the gateway" in record(text).statement


def test_the_preamble_of_a_decision_is_not_the_decision() -> None:
    text = (
        "# 7. Storage\n\n## Decision\n\n> This section describes our response.\n\n"
        "We considered three engines. We decided to use SQLite for storage.\n"
    )

    assert record(text).statement == "Use SQLite for storage."


def test_a_decision_that_is_a_list_keeps_its_points() -> None:
    text = (
        "# 7. Storage\n\n## Decision\n\nWe will do the following:\n\n"
        "- Use SQLite files\n- Drop Redis\n"
    )

    assert record(text).statement == "Storage: use SQLite files; Drop Redis."


def test_alternatives_keep_the_reason_that_is_given_for_each() -> None:
    text = (
        "# 7. Use SQLite\n\n## Decision\n\nUse SQLite.\n\n## Alternatives considered\n\n"
        "- **PostgreSQL**: a server to run. Rejected because it has to be operated.\n"
        "- **Flat files** — rejected: no transactions.\n"
    )

    assert record(text).rejected == (
        Rejected("PostgreSQL", "it has to be operated"),
        Rejected("Flat files", "no transactions"),
    )


def test_code_is_never_the_decision() -> None:
    text = (
        "# 7. Storage engine\n\n## Decision\n\n"
        "```sql\n# not a heading\nDROP TABLE x;\n```\n\nUse SQLite.\n"
    )

    assert "DROP" not in record(text).statement


@pytest.mark.parametrize(
    ("path", "text", "because"),
    [
        ("docs/adr/README.md", "# ADRs", "by its name"),
        ("docs/adr/adr-template.md", NYGARD, "by its name"),
        ("docs/adr/NNNN-adr-template.md", NYGARD, "by its name"),
        ("docs/adr/0000.md", "# ADR {ADR-NUMBER}: {TITLE}\n\n## Status\n", "placeholder"),
        ("docs/adr/0001-x.md", "\n\n", "no text"),
        ("docs/adr/notes.md", "# Notes\n\nLunch on Friday.\n", "neither"),
    ],
)
def test_what_is_no_record_says_why(path: str, text: str, because: str) -> None:
    found = read_record(path, text)

    assert isinstance(found, NotARecord)
    assert because in found.because


_PIECES = (
    "# ,## Status\n,## Decision\n,**,`,```\n,[a](,](b.md),| x |,\n,---\n,- ,> ,(,),<!--,-->,~~"
).split(",")
_MARKUP = st.sampled_from([*_PIECES, "status: ", ". ", "Superseded by ", "ADR-3", "because "])


@given(st.lists(st.one_of(_MARKUP, st.text(max_size=12)), max_size=60).map("".join))
def test_any_text_is_read_or_refused(text: str) -> None:
    found = read_record("adr/0001-x.md", text)

    if isinstance(found, Record):
        assert found.statement
        assert link_records([found])[0].path == found.path


@given(st.text(alphabet="ab `_*-.,:;()[]é日", max_size=400))
def test_a_statement_is_one_short_line(decision: str) -> None:
    found = read_record("adr/0001-use-x.md", f"# Use X\n\n## Decision\n\nUse X {decision}\n")

    assert isinstance(found, Record)
    assert "\n" not in found.statement
    assert len(found.statement) < 400


@pytest.mark.parametrize(
    "piece",
    [
        "[",
        "(",
        "`",
        "*",
        "_",
        "<a ",
        "superseded by ADR-2. ",
        "### Decision\n",
        "# a\n",
        "a\n\n",
        "ADR-1, ",
        "a.b ",
        "| ",
        "~~",
        "{#",
        "- ",
        "**a",
        "![",
        "0001 ",
    ],
)
def test_long_texts_take_time_in_proportion(piece: str) -> None:
    def reading(size: int) -> Callable[[], object]:
        body = piece * (size // len(piece))
        text = f"# 1. X\n\nStatus: {body}\n\n## Decision\n\n{body}\n\n## Alternatives\n\n- {body}\n"
        return lambda: read_record("adr/0001-x.md", text)

    assert grows_in_proportion(reading, 60_000)
