"""What a merge lost is found, and a clean merge lost nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kn.core.check.lost import find_lost

B: dict[str, Any] = {"statement": "a", "status": "accepted", "supersedes": ["x"]}


def _with(**fields: Any) -> dict[str, Any]:
    return {**B, **fields}


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "merged", "lost"),
    [
        (B, B, B, None, [""]),
        (B, _with(statement="b"), B, None, [""]),
        (None, B, None, None, [""]),
        (B, None, B, B, [""]),
        (B, _with(statement="b"), B, B, ["statement"]),
        (B, _with(statement="b"), _with(statement="c"), B, ["statement"]),
        (B, _with(because="so"), B, B, ["because"]),
        (B, _with(status="superseded"), B, B, ["status"]),
        (B, _with(status="superseded"), _with(status="proposed"), _with(status="proposed"),
         ["status"]),
        (B, _with(supersedes=["x", "y"]), _with(supersedes=["x", "z"]),
         _with(supersedes=["x", "z"]), ["supersedes"]),
        (B, _with(supersedes=[]), B, B, ["supersedes"]),
        (None, _with(because="so"), B, B, ["because"]),
        # nothing is lost
        (B, None, B, None, []),
        (B, None, _with(statement="b"), None, []),
        (B, None, _with(statement="b"), _with(statement="b"), []),
        (B, None, None, None, []),
        (B, _with(statement="b"), _with(statement="c"), _with(statement="c"), []),
        (B, _with(statement="b"), _with(statement="c"), _with(statement="d"), []),
        (B, _with(status="superseded"), _with(status="retired"), _with(status="retired"), []),
        (B, _with(supersedes=["x", "y"]), _with(supersedes=["z"]), _with(supersedes=["z", "y"]),
         []),
        (B, B, B, B, []),
        (None, None, None, B, []),
    ],
)  # fmt: skip
def test_what_a_side_said_and_the_result_does_not(
    base: Any, ours: Any, theirs: Any, merged: Any, lost: list[str]
) -> None:
    assert [field for field, _ in find_lost(base, ours, theirs, merged)] == lost
    assert [field for field, _ in find_lost(base, theirs, ours, merged)] == lost


fields = st.fixed_dictionaries(
    {
        "statement": st.sampled_from("abc"),
        "status": st.sampled_from(("proposed", "accepted")),
        "supersedes": st.lists(st.sampled_from("xyz"), unique=True),
    }
)


@given(fields, fields)
def test_a_merge_with_a_side_that_did_nothing_gives_the_other_side(base: Any, ours: Any) -> None:
    assert list(find_lost(base, ours, base, ours)) == []
    assert list(find_lost(base, ours, ours, ours)) == []
    changed = {name for name in base if base[name] != ours[name]}
    # An order of entries is no content.
    changed -= {n for n in changed if n == "supersedes" and set(base[n]) == set(ours[n])}
    assert {name for name, _ in find_lost(base, ours, base, base)} == changed
