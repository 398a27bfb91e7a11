"""An inbox of many candidates: in a sensible order, decided together, and each only once."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import pytest
from tests.conftest import Git
from tests.desk import Desk

from kn.adapters.inbox import Inbox
from kn.core.candidate import Candidate
from kn.core.model import Evidence
from kn.errors import KnError
from kn.flows.capture import triage
from kn.flows.knowledge import open_knowledge


def _put(
    desk: Desk, statement: str, *, kind: str = "decision", confidence: float = 0.9,
    found: str = "2026-11-20",
) -> str:  # fmt: skip
    """A candidate in the inbox; returns its key."""
    evidence = (Evidence(session="claude:one", quote=statement),)
    candidate = Candidate(kind, statement, evidence=evidence, confidence=confidence)
    state = desk.root / ".git/kn"
    state.mkdir(exist_ok=True)
    Inbox(state).put(candidate, found=found)
    return candidate.key


@pytest.fixture(autouse=True)
def _day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KN_TODAY", "2026-11-24")


def _listed(desk: Desk, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = desk.ok("inbox", "list", *words, "--json").json["candidates"]
    return found


def _said(candidates: Sequence[dict[str, Any]]) -> list[str]:
    return [c["statement"] for c in candidates]


def test_the_surest_come_first_then_the_newest_then_by_kind(desk: Desk) -> None:
    _put(desk, "Use glass for the roof.", confidence=0.5, found="2026-11-23")
    _put(desk, "Use steel for the walls.", found="2026-11-21")
    _put(desk, "The pump floods the yard.", kind="gotcha", found="2026-11-22")
    _put(desk, "Use brick for the floor.", found="2026-11-22")
    assert _said(_listed(desk)) == [
        "Use brick for the floor.", "The pump floods the yard.", "Use steel for the walls.",
        "Use glass for the roof.",
    ]  # fmt: skip


def test_a_kind_and_so_many_are_listed_and_the_rest_is_counted(desk: Desk) -> None:
    for number in range(5):
        _put(desk, f"Use engine {number} for part {number}.")
    _put(desk, "The pump floods the yard.", kind="gotcha")
    assert _said(_listed(desk, "--kind", "gotcha")) == ["The pump floods the yard."]
    ran = desk.ok("inbox", "list", "--limit", "2")
    assert len(ran.out.splitlines()) == 2 and "kn: 4 more." in ran.err
    assert desk("inbox", "list", "--kind", "nothing").code == 2


def test_what_ages_out_soon_is_said_before_it_is_gone(desk: Desk) -> None:
    _put(desk, "Use steel for the walls.", found="2026-11-20")
    _put(desk, "Use glass for the roof.", found="2026-10-30")
    assert "1 will age out within 7 days" in desk.ok("inbox", "list").err
    ran = desk.ok("inbox", "list", KN_TODAY="2026-12-04")
    assert "1 aged out" in ran.err and "will age out" not in ran.err


def test_a_listed_candidate_names_the_item_it_is_like(desk: Desk) -> None:
    item = desk.add("decision", "Use steel for all outer walls.")
    _put(desk, "Use steel for the outer walls.")
    _put(desk, "The pump floods the yard.", kind="gotcha")
    lines = desk.ok("inbox", "list").out.splitlines()
    assert [f"[like {item}]" in line for line in lines] == [True, False]


def test_several_are_decided_at_once_and_an_unknown_key_stops_all_of_them(desk: Desk) -> None:
    keys = [_put(desk, f"Use engine {n} for part {n}.") for n in range(4)]
    assert desk("inbox", "accept", keys[0], "ffffffffffff").code == 2
    assert desk("inbox", "reject", keys[0], "ffffffffffff").code == 2
    assert len(_listed(desk)) == 4 and desk.ok("list", "--json").ids == []
    ran = desk.ok("inbox", "accept", keys[0], keys[1], keys[0][:8])
    assert ran.err.count("Item:") == 1
    desk.ok("inbox", "reject", *keys[2:])
    assert len(desk.ok("list", "--json").ids) == 2 and _listed(desk) == []


def test_of_several_the_one_that_cannot_be_accepted_is_named(desk: Desk) -> None:
    good = _put(desk, "Use steel for the walls.")
    bad = _put(desk, "Call the plumber.", kind="nokind")
    last = _put(desk, "Use glass for the roof.")
    ran = desk("inbox", "accept", good, bad, last)
    assert ran.code == 2 and f"stopped at {bad}; accepted before it: 1" in ran.err
    assert {c["key"] for c in _listed(desk)} == {bad, last}


class _Killed(BaseException):
    """The process is gone."""


def _crash_between_item_and_decision(desk: Desk, key: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Accept a candidate in a process that dies when it notes that; returns the item's id."""

    def die(self: Inbox, key: str, verdict: str, **more: str) -> None:
        raise _Killed

    knowledge = open_knowledge(desk.root, os.environ)
    (pending,) = triage.find_pending(knowledge, [key])
    with monkeypatch.context() as patched:
        patched.setattr(Inbox, "decide", die)
        with pytest.raises(_Killed):
            triage.accept(knowledge, pending)
    (item,) = desk.ok("list", "--json").ids
    return item


def test_a_crash_before_the_decision_is_noted_makes_no_second_item(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = _put(desk, "Use steel for the walls.")
    other = _put(desk, "Use glass for the roof.")
    item = _crash_between_item_and_decision(desk, key, monkeypatch)
    ran = desk.ok("inbox", "list")
    assert key not in ran.out and other in ran.out and "1 hidden: items have" in ran.err
    again = desk("inbox", "accept", key)
    assert again.code == 2 and item in again.err
    assert desk.ok("list", "--json").ids == [item]
    desk.ok("inbox", "reject", key)
    assert "hidden" not in desk.ok("inbox", "list").err


def test_an_item_that_was_thrown_away_after_a_crash_gives_its_candidate_back(
    desk: Desk, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = _put(desk, "Use steel for the walls.")
    _crash_between_item_and_decision(desk, key, monkeypatch)
    git("clean", "-fdq")
    assert [c["key"] for c in _listed(desk)] == [key]
    desk.ok("inbox", "accept", key)


@pytest.mark.parametrize("verdict", ["accepted", "rejected"])
def test_what_somebody_else_decided_meanwhile_is_not_accepted(desk: Desk, verdict: str) -> None:
    key = _put(desk, "Use steel for the walls.")
    knowledge = open_knowledge(desk.root, os.environ)
    (pending,) = triage.find_pending(knowledge, [key])
    desk.ok("inbox", verdict.removesuffix("ed"), key)
    with pytest.raises(KnError, match=f"{key} was decided meanwhile: {verdict}"):
        triage.accept(knowledge, pending)
    assert len(desk.ok("list", "--json").ids) == (verdict == "accepted")


def test_a_candidate_is_shown_beside_the_item_that_was_accepted_just_before(desk: Desk) -> None:
    knowledge = open_knowledge(desk.root, os.environ)
    first = _put(desk, "Use steel for the outer walls.")
    second = _put(desk, "Use steel for all outer walls.")
    one, two = triage.find_pending(knowledge, [first, second])
    assert triage.find_relatives(knowledge, [two]) == {second: []}
    done = triage.accept(knowledge, one)
    assert [n.id for n in triage.find_relatives(knowledge, [two])[second]] == [done.item.id]
