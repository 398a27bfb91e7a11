"""Where a mistake is likely, kn says so and changes nothing."""

from __future__ import annotations

import pytest
from tests.conftest import Git
from tests.desk import Desk


@pytest.mark.parametrize("statement", ["", "   ", "\n"])
def test_an_empty_statement_is_an_error_and_opens_no_editor(desk: Desk, statement: str) -> None:
    ran = desk("add", "fact", statement, KN_EDITOR="touch opened #")

    assert ran.code == 2 and "The statement is empty." in ran.err
    assert not (desk.root / "opened").exists()


def test_what_is_retired_keeps_its_first_reason(desk: Desk) -> None:
    item = desk.add("fact", "Invoices are kept ten years.")
    desk.ok("retire", item, "--because", "The law changed.")
    ran = desk("retire", item, "--because", "No idea.")

    assert ran.code == 2
    assert f"{item} is retired already: The law changed." in ran.err
    assert f"kn edit {item}" in ran.err
    assert desk.ok("show", item, "--json").json["items"][0]["retired_because"] == "The law changed."


def test_a_candidate_is_named_by_four_characters_at_least(desk: Desk, git: Git) -> None:
    git("commit", "-q", "--allow-empty", "-m", "Limit\n\nDecision: Use a leaky bucket for limits")
    desk.ok("extract", "--commit", "HEAD")
    (key,) = [c["key"] for c in desk.ok("inbox", "list", "--json").json["candidates"]]

    for short in ("", key[:1], key[:3]):
        ran = desk("inbox", "accept", short)
        assert ran.code == 2 and "at least 4 characters" in ran.err
    assert len(desk.ok("inbox", "list", "--json").json["candidates"]) == 1
    desk.ok("inbox", "accept", key[:4])
