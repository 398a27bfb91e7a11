"""Which decisions are current, in the many ways in which people write that one replaces another."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kn.core.adr import Record, link_records, read_record

OLD, NEW = "docs/adr/0003-cookies.md", "docs/adr/0012-tokens.md"


def linked(
    old_status: str, new_status: str = "## Status\n\nAccepted", body: str = ""
) -> list[Record]:
    """Two records and an uninvolved one between them, linked."""
    texts = {
        OLD: f"# 3. Use cookies\n\n{old_status}\n\n## Decision\n\nWe will use cookies.\n",
        "docs/adr/0007-logs.md": "# 7. Log as JSON\n\n## Decision\n\nWe log JSON.\n",
        NEW: f"# 12. Use tokens\n\n{new_status}\n\n## Decision\n\nWe will use tokens.\n\n{body}\n",
    }
    records = [read_record(path, text) for path, text in texts.items()]
    return link_records([record for record in records if isinstance(record, Record)])


@pytest.mark.parametrize(
    "status",
    [
        "## Status\n\nSuperceded by [12. Use tokens](0012-tokens.md)",  # adr-tools' own spelling
        "## Status\n\nSuperseded by [ADR-0012](./0012-tokens.md).",
        "## Status\n\nAccepted\n\nSuperseded by [12. Use tokens](0012-tokens.md)",
        "## Status\n\nImplemented. Superseded by ADR-12.",
        "## Status\n\n~~Accepted~~ Superseded by [12](0012-tokens.md)",
        "## Status\n\n**Superseded** by ADR 012, since 2024-01-01",
        "## Status\n\nReplaced by [Use tokens](0012-tokens-renamed-since.md)",
        "## Status: superseded by ADR-12",
        "**Status:** Superseded by ADR-0012 (Use tokens). Kept for history.",
        "* Status: superseded by [ADR-0012](0012-tokens.md)\n* Date: 2020-01-01",
        "| Field | Value |\n|---|---|\n| **Status** | Superseded by ADR-12 |",
        "- Status: Superseded → [ADR-0012](0012-tokens.md)",
        "Status: Superseded (see ADR-0012)",
        "Status\n======\n\nSuperseded by [12](0012-tokens.md)",
        "**Status**\n\nSuperseded by 12.",
        "> **Superseded by [ADR-012](0012-tokens.md)** (2024-05-24). The rest is history.",
        "**Status:** Accepted\n**Superseded by:** ADR-012",
        "## Status\n\nDeprecated in favour of [ADR-12](0012-tokens.md)",
        "**Status:** Superseded for public API work by [ADR-012](0012-tokens.md)",
        "**Status:** Superseded\n\n**Update:** ADR-005 was superseded by "
        "[ADR-012](0012-tokens.md).",
    ],
)
def test_the_older_record_says_that_it_is_replaced(status: str) -> None:
    old, _, new = linked(status)

    assert (old.status, old.superseded_by, new.supersedes) == ("superseded", (NEW,), (OLD,))


@pytest.mark.parametrize(
    "status",
    [
        '---\nstatus: "superseded by [ADR-0012](0012-tokens.md)"\ndate: 2020-01-01\n---',
        "---\nstatus: superseded\nsuperseded-by: 0012-tokens.md\n---",
        "---\nstatus: superseded\nsuperseded_by:\n  - 12\n---",
    ],
)
def test_front_matter_says_that_a_record_is_replaced(status: str) -> None:
    old = read_record(OLD, f"{status}\n# Use cookies\n\n## Decision Outcome\n\nCookies.\n")
    new = read_record(NEW, "# Use tokens\n\n## Decision Outcome\n\nTokens.\n")
    assert isinstance(old, Record)
    assert isinstance(new, Record)

    assert link_records([old, new])[0].superseded_by == (NEW,)


@pytest.mark.parametrize(
    "status",
    [
        "## Status\n\nAccepted\n\nSupercedes [3. Use cookies](0003-cookies.md)",
        "- Status: Accepted\n- Supersedes: [ADR-0003](0003-cookies.md)",
        "- Status: Accepted\n- Supersedes: ADR-7's retention rule only; ADR-3 (in full)",
        "**Status:** Accepted\n\n**Replaces:** 0003",
        "> **Supersedes:** [ADR-003](0003-cookies.md)",
        "Status: accepted, supersedes 0003",
    ],
)
def test_the_newer_record_alone_says_that_it_replaces(status: str) -> None:
    old, _, new = linked("## Status\n\nAccepted", status)

    assert (old.status, old.superseded_by, new.supersedes) == ("superseded", (NEW,), (OLD,))


@pytest.mark.parametrize(
    "body",
    [
        "This supersedes ADR-003.",
        "This ADR replaces [ADR-3](0003-cookies.md).",
        "ADR-003 is superseded.",
    ],
)
def test_running_text_of_the_newer_record_says_that_it_replaces(body: str) -> None:
    assert linked("## Status\n\nAccepted", body=body)[0].superseded_by == (NEW,)


@pytest.mark.parametrize(
    ("old_status", "new_status"),
    [
        ("**Status:** Partially superseded by [ADR-012](0012-tokens.md). The rest holds.", ""),
        ("## Status\n\nImplemented. Parts of this ADR were superseded by ADR-012.", ""),
        ("- Status: Accepted — session storage superseded by [0012](0012-tokens.md)", ""),
        (
            "- Status: Accepted (the `Cookie` half is superseded by ADR-12; the rest is unchanged)",
            "",
        ),
        ("- Status: Accepted — Amended by [0012]", ""),
        ("> **Superseded in part by ADR-12**", ""),
        ("", "- Status: Accepted\n- Amends: [ADR-0003](0003-cookies.md) (the expiry only)"),
        ("", "- Supersedes the expiry clause of [3](0003-cookies.md)"),
        ("", "- Supersedes: [ADR-0003](0003-cookies.md)'s expiry rule only"),
        ("", "- Supersedes: [ADR-0003](0003-cookies.md) §3"),
        ("", "## Status\n\nAccepted\n\nPartial supersede of [3. Use cookies](0003-cookies.md)"),
        ("**Status:** Partially superseded by ADR-12", "**Supersedes:** ADR-3"),
    ],
)
def test_what_is_replaced_in_part_stays_and_is_amended(old_status: str, new_status: str) -> None:
    old, _, new = linked(old_status, new_status)

    assert (old.status, old.amended_by, new.amends) == ("accepted", (NEW,), (OLD,))
    assert not old.superseded_by


@pytest.mark.parametrize(
    "remark",
    [
        "This record does not replace ADR-003.",
        "If it fails, this ADR must be superseded by ADR-003.",
        "ADR-007 supersedes ADR-003.",
        "It builds on ADR-003 and replaces nothing.",
        "The gateway replaces the cookie jar (see ADR-003).",
        "- **Supersedes**: None (extends ADR-0003)",
    ],
)
def test_a_remark_about_a_record_replaces_nothing(remark: str) -> None:
    old, _, new = linked("## Status\n\nAccepted", "## Status\n\nAccepted\n", remark)

    assert (old.status, old.superseded_by, new.supersedes) == ("accepted", (), ())


def test_a_proposal_replaces_nothing_until_it_is_given_in_as_accepted() -> None:
    records = linked("Status: Accepted", "Status: Proposed\nSupersedes: ADR-3")
    assert [r.status for r in records] == ["accepted", "accepted", "proposed"]

    accepted = [replace(r, status="accepted") for r in records]

    assert link_records(accepted)[0].superseded_by == (NEW,)


def test_a_record_superseded_by_something_unknown_is_retired_in_its_own_words() -> None:
    old = linked("## Status\n\nSuperseded by ADR-099")[0]

    assert (old.status, old.retired_because) == ("retired", "Superseded by ADR-099")


def test_of_two_records_with_one_number_the_named_one_is_meant() -> None:
    texts = {
        "adr/ADR-005-tls.md": "# ADR-005: Terminate TLS at the edge\n\nStatus: Accepted",
        "adr/ADR-005-queue.md": "# ADR-005: Use a queue\n\nStatus: Accepted",
        "adr/ADR-009-x.md": "# ADR-009: Mesh\n\nStatus: Accepted\nSupersedes: [ADR-005: Terminate "
        "TLS](x.md)",
    }
    records = [r for p, t in texts.items() if isinstance(r := read_record(p, t), Record)]

    assert [r.status for r in link_records(records)] == ["superseded", "accepted", "accepted"]


def test_linking_twice_changes_nothing() -> None:
    once = linked("Status: Superseded by ADR-12", "Status: Accepted\nAmends: 7")

    assert link_records(once) == once
