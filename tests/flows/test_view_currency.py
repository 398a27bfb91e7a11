"""Promise 4: what is not current is never served as current, by any door."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.conftest import Git
from tests.desk import Desk

BUCKET = "Use a leaky bucket for rate limiting at the gateway."
TODAY = "2026-11-24"
SCOPE = {"paths": ["src/gateway/**"], "tags": ["gateway"]}
PERSON: dict[str, Any] = {}
AGENT: dict[str, Any] = {"CLAUDECODE": "1"}

NOT_CURRENT: dict[str, dict[str, Any]] = {
    "stamped by kn": {"status": "superseded", "superseded_by": ["dec-00000002"]},
    "superseded by the newer one alone": {},
    "stamped, but its status was not changed": {"superseded_by": ["dec-00000002"]},
    "superseded by something that is not here": {"status": "superseded"},
    "retired": {"status": "retired", "retired_because": "The gateway is gone."},
    "proposed": {"status": "proposed"},
    "expired": {"valid_until": "2026-11-23"},
}


def serve(desk: Desk, who: dict[str, Any]) -> dict[str, str]:
    """All that is served by every door, as it was printed."""
    doors = {
        "context": ("context", "leaky bucket rate limiting gateway"),
        "context of a file": ("context", "--file", "src/gateway/limits.py"),
        "context as XML": ("context", "leaky bucket", "--format", "xml"),
        "context as JSON": ("context", "leaky bucket", "--json"),
        "context of a revision": ("context", "leaky bucket", "--at", "HEAD"),
        "context without a task": ("context",),
        "search": ("search", "leaky bucket rate limiting"),
        "search as JSON": ("search", "leaky bucket rate limiting", "--json"),
        "why": ("why", "src/gateway/limits.py"),
        "why as JSON": ("why", "src/gateway/limits.py", "--json"),
    }
    said = {}
    for door, words in doors.items():
        ran = desk(*words, KN_TODAY=TODAY, **who)
        assert ran.code == 0 or (ran.code == 1 and door.startswith("search")), (door, ran)
        said[door] = ran.out
    return said


@pytest.mark.parametrize("who", [PERSON, AGENT], ids=["person", "agent"])
@pytest.mark.parametrize("case", NOT_CURRENT)
def test_what_is_not_current_comes_through_no_door(
    desk: Desk, git: Git, case: str, who: dict[str, Any]
) -> None:
    desk.plant("dec-00000001", BUCKET, scope=SCOPE, **NOT_CURRENT[case])
    if case.startswith(("stamped", "superseded by the")):
        newer = "Throttle callers with a sliding window."
        desk.plant("dec-00000002", newer, supersedes=["dec-00000001"])
    git("add", "-A")
    git("commit", "-q", "-m", "Know")
    for door, said in serve(desk, who).items():
        shown = said.replace("retired", "").replace('"task": "leaky bucket"', "")
        assert "dec-00000001" not in shown or '"supersedes"' in said, (door, said)
        assert "leaky bucket" not in shown.lower(), (door, said)
    plain = desk("list", KN_TODAY=TODAY, **who).out
    assert ("dec-00000001" in plain or "leaky" in plain) == (case == "proposed"), plain
    assert case != "proposed" or "[proposed]" in plain


def test_the_same_item_comes_through_every_door_while_it_is_current(desk: Desk, git: Git) -> None:
    desk.plant("dec-00000001", BUCKET, scope=SCOPE, valid_until=TODAY)
    git("add", "-A")
    git("commit", "-q", "-m", "Know")
    for who in (PERSON, AGENT):
        for door, said in serve(desk, who).items():
            assert "leaky bucket" in said, (door, who)


def test_a_chain_gives_its_end_alone(desk: Desk) -> None:
    for n in range(5):
        older: dict[str, Any] = {"supersedes": [f"dec-0000000{n - 1}"]} if n else {}
        desk.plant(f"dec-0000000{n}", f"Rate limiting, attempt {n}.", **older)
    served = desk.ok("context", "rate limiting", "--json")
    assert served.ids == ["dec-00000004"]
    oldest = desk.ok("show", "dec-00000000", "--json").json["items"][0]
    assert oldest["standing"] == "superseded"
    assert oldest["superseded_by"] == ["dec-00000004"]


def test_a_proposal_replaces_nothing(desk: Desk) -> None:
    desk.plant("dec-00000001", BUCKET)
    desk.plant("dec-00000002", "Use tokens for rate limiting.", status="proposed",
               supersedes=["dec-00000001"])  # fmt: skip
    assert desk.ok("context", "rate limiting", "--json").ids == ["dec-00000001"]


def test_proposals_are_served_marked_when_they_are_asked_for(desk: Desk) -> None:
    desk.plant("dec-00000001", BUCKET, status="proposed")
    said = desk.ok("context", "leaky bucket", "--include-proposed").out
    assert "[dec-00000001] (uncommitted) (proposed)" in said


def test_both_of_a_cycle_are_superseded_and_check_says_so(desk: Desk) -> None:
    desk.plant("dec-00000001", "Rate limiting by tokens.", supersedes=["dec-00000002"])
    desk.plant("dec-00000002", "Rate limiting by leaks.", supersedes=["dec-00000001"])
    assert desk.ok("context", "rate limiting", "--json").ids == []
    checked = desk("check", "--json")
    assert checked.code == 1
    assert "KN011" in [f["code"] for f in checked.json["findings"]]


def test_a_candidate_is_served_by_no_door(desk: Desk, git: Git) -> None:
    message = f"Limit\n\nDecision: {BUCKET}\nBecause: bursts"
    git("commit", "-q", "--allow-empty", "-m", message)
    desk.ok("extract", "--commit", "HEAD")
    assert len(desk.ok("inbox", "list", "--json").json["candidates"]) == 1
    for who in (PERSON, AGENT):
        for door, said in serve(desk, who).items():
            assert "Use a leaky bucket" not in said, door
        assert "leaky" not in desk("list", "--all", **who).out


def test_an_amended_item_is_served_with_a_pointer_to_what_changed(desk: Desk) -> None:
    desk.plant("dec-00000001", BUCKET)
    desk.plant("dec-00000002", "The bucket leaks 50 a second.", amends=["dec-00000001"])
    said = desk.ok("context", "leaky bucket rate").out
    assert "[dec-00000001] (uncommitted) (amended by dec-00000002)" in said
    served = desk.ok("context", "leaky bucket rate", "--json").json["items"]
    assert {i["id"]: i["amended_by"] for i in served}["dec-00000001"] == ["dec-00000002"]
    assert "amended by dec-00000002" in desk.ok("list").out


def test_an_amendment_that_is_gone_is_not_pointed_to(desk: Desk) -> None:
    desk.plant("dec-00000001", BUCKET)
    desk.plant("dec-00000002", "The bucket leaks 50 a second.", amends=["dec-00000001"],
               status="retired", retired_because="wrong")  # fmt: skip
    assert "amended" not in desk.ok("context", "leaky bucket rate").out


def test_the_day_decides_what_is_expired_and_what_needs_a_look(desk: Desk) -> None:
    desk.plant("dec-00000001", BUCKET, valid_until="2026-06-30", review_after="2026-06-01")
    last = desk.ok("context", "leaky bucket", KN_TODAY="2026-06-30").out
    assert "(needs verification)" in last
    fresh = desk.ok("context", "leaky bucket", KN_TODAY="2026-06-01").out
    assert BUCKET in fresh and "needs verification" not in fresh
    assert BUCKET not in desk.ok("context", "leaky bucket", KN_TODAY="2026-07-01").out
    desk.ok("verify", "dec-00000001", KN_TODAY="2026-06-02")
    looked_at = desk.ok("context", "leaky bucket", KN_TODAY="2026-06-30").out
    assert BUCKET in looked_at and "needs verification" not in looked_at


def test_an_anchor_that_changed_marks_the_item(desk: Desk) -> None:
    (desk.root / "limits.py").write_text("RATE = 50\n")
    item = desk.add("decision", BUCKET, "--path", "limits.py")
    desk.ok("verify", item)
    assert "needs verification" not in desk.ok("context", "leaky bucket").out
    (desk.root / "limits.py").write_text("RATE = 60\n")
    assert "(needs verification)" in desk.ok("context", "leaky bucket").out
    findings = desk.ok("check", "--json").json["findings"]
    assert [f["code"] for f in findings] == ["KN030"]
    (desk.root / "limits.py").unlink()
    assert "(needs verification)" in desk.ok("context", "leaky bucket").out
    (desk.root / "limits.py").write_text("RATE = 60\n")
    desk.ok("verify", item)
    assert "needs verification" not in desk.ok("context", "leaky bucket").out


def test_two_files_with_one_id_are_served_once_and_check_says_so(desk: Desk) -> None:
    desk.plant("dec-00000001", BUCKET, name="a")
    desk.plant("dec-00000001", "Use tokens for rate limiting.", name="b")
    assert desk.ok("context", "rate limiting", "--json").ids == ["dec-00000001"]
    checked = desk("check", "--json")
    assert [f["code"] for f in checked.json["findings"]] == ["KN003"]
    assert json.dumps(checked.json).count(".knowledge/decisions/a-00000001.yaml") == 1


UNSETTLED = "(conflicts with dec-0000000{}; a person must settle it)"


@pytest.fixture
def forked(desk: Desk, git: Git) -> Desk:
    """Two branches have replaced the same decision, and git merged that without a word."""
    for n, text in ((1, BUCKET), (2, "Use a sliding window."), (3, "Let the proxy limit.")):
        older: dict[str, Any] = {"supersedes": ["dec-00000001"]} if n > 1 else {}
        desk.plant(f"dec-0000000{n}", text, scope=SCOPE, **older)
    git("add", "-A")
    git("commit", "-q", "-m", "Know")
    return desk


@pytest.mark.parametrize("who", [PERSON, AGENT], ids=["person", "agent"])
def test_both_of_a_fork_are_marked_by_every_door(forked: Desk, who: dict[str, Any]) -> None:
    file = "src/gateway/limits.py"
    for words in (
        ("context", "sliding window proxy limit"), ("context", "--file", file),
        ("context", "--file", file, "--format", "xml"), ("context", "--file", file, "--at", "HEAD"),
    ):  # fmt: skip
        said = forked.ok(*words, KN_TODAY=TODAY, **who).out
        assert f"[dec-00000002] {UNSETTLED.format(3)}" in said, words
        assert f"[dec-00000003] {UNSETTLED.format(2)}" in said, words
    for listing in (("search", "sliding window proxy limit"), ("why", file), ("list",)):
        plain = forked.ok(*listing, KN_TODAY=TODAY, **who).out
        assert "conflicts with dec-00000003; a person must settle it" in plain, listing
        found = forked.ok(*listing, "--json", KN_TODAY=TODAY, **who).json["items"]
        assert {i["id"]: i["conflicts_with"] for i in found} == {
            "dec-00000002": ["dec-00000003"], "dec-00000003": ["dec-00000002"]
        }, listing  # fmt: skip


@pytest.mark.parametrize("budget", range(40, 260, 20))
def test_the_mark_of_a_fork_is_in_the_budget(forked: Desk, budget: int) -> None:
    from kn.adapters.tokens import count

    asked = ("context", "sliding window proxy limit", "--budget", str(budget), "--json")
    served = forked.ok(*asked, KN_TODAY=TODAY).json
    assert served["spent"] == count(served["text"]) <= budget
    for item in served["items"]:
        assert item["conflicts_with"] and "a person must settle it" in served["text"]


def test_a_fork_that_is_settled_is_marked_no_more(forked: Desk) -> None:
    asked = ("context", "--file", "src/gateway/limits.py", "--json")
    assert "conflicts with" in forked.ok(*asked, KN_TODAY=TODAY).json["text"]
    forked.plant(
        "dec-00000003", "Let the proxy limit.", scope=SCOPE,
        supersedes=["dec-00000001"], relates=["dec-00000002"],
    )  # fmt: skip
    served = forked.ok(*asked, KN_TODAY=TODAY).json
    assert "conflicts with" not in served["text"]
    assert [i["conflicts_with"] for i in served["items"]] == [[], []]
