"""The rules of `kn check`: each finds what it is for, and is silent otherwise."""

from __future__ import annotations

import pytest

from kn.core.check import RULES, Finding
from kn.core.check.links import check_links
from kn.core.check.places import check_places
from kn.core.check.wording import STATEMENT_WORDS, judge_wording
from kn.core.view import Links, judge

A, B, C = "dec-0000000a", "dec-0000000b", "dec-0000000c"


def _links(*items: Links) -> list[tuple[str, str]]:
    by_id = {item.id: (f".knowledge/decisions/{item.id}.yaml", item) for item in items}
    found = check_links(by_id, judge(items, "2026-06-15"))
    assert all(f.path.startswith(".knowledge/") and f.id in f.path for f in found)
    return [(f.code, f.id) for f in found]


def _places(*places: tuple[str, str, str]) -> list[tuple[str, str]]:
    return [(f.code, f.path) for f in check_places(places)]


def test_an_id_in_two_files_is_found_in_the_second() -> None:
    found = check_places([("k/decisions/b-0000000a.yaml", A, "decisions"),
                          ("k/decisions/a-0000000a.yaml", A, "decisions")])  # fmt: skip

    assert [(f.code, f.path, f.id) for f in found] == [("KN003", "k/decisions/b-0000000a.yaml", A)]
    assert "k/decisions/a-0000000a.yaml" in found[0].message


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("k/decisions/slug-0000000a.yaml", False),
        ("k/decisions/slug-0000000a.yml", False),
        ("k/decisions/0000000a.yaml", False),
        ("decisions/slug-0000000a.yaml", False),
        ("k/facts/slug-0000000a.yaml", True),
        ("k/decisions/slug-0000000b.yaml", True),
        ("k/decisions/slug.yaml", True),
    ],
)
def test_a_file_that_lies_or_is_called_wrong_is_found(path: str, found: bool) -> None:
    assert _places((path, A, "decisions")) == ([("KN004", path)] if found else [])


@pytest.mark.parametrize(
    "broken",
    [
        Links(A, "accepted", supersedes=(B,)),
        Links(A, "accepted", superseded_by=(B,)),
        Links(A, "accepted", amends=(B,)),
        Links(A, "accepted", relates=(B,)),
    ],
)
def test_a_link_to_nothing_is_found(broken: Links) -> None:
    assert ("KN010", A) in _links(broken)
    assert ("KN010", A) not in _links(broken, Links(B, "accepted"))


def test_a_circle_is_found_once() -> None:
    ring = [Links(A, "superseded", (B,), (B,)), Links(B, "superseded", (A,), (A,))]

    assert _links(*ring) == [("KN011", A)]


def test_an_item_that_supersedes_itself_is_a_circle() -> None:
    assert ("KN011", A) in _links(Links(A, "accepted", (A,)))


def test_a_fork_is_found_until_it_is_settled() -> None:
    old = Links(A, "superseded", superseded_by=(B, C))
    one, other = Links(B, "accepted", (A,)), Links(C, "accepted", (A,))

    assert _links(old, one, other) == [("KN012", A)]
    assert _links(old, one._replace(relates=(C,)), other) == []


def test_a_missing_stamp_is_found_and_a_right_one_is_not() -> None:
    newer = Links(B, "accepted", (A,))

    assert _links(Links(A, "accepted"), newer) == [("KN013", A)]
    assert _links(Links(A, "superseded"), newer) == [("KN013", A)]
    assert _links(Links(A, "superseded", superseded_by=(B,)), newer) == []
    assert _links(Links(A, "retired", superseded_by=(B,)), newer) == []


def test_a_proposal_asks_for_no_stamp() -> None:
    assert _links(Links(A, "accepted"), Links(B, "proposed", (A,))) == []


def test_superseded_by_nothing_is_found() -> None:
    assert _links(Links(A, "superseded")) == [("KN014", A)]
    assert _links(Links(A, "accepted")) == []


def test_a_long_statement_is_found_at_the_limit() -> None:
    def found(length: int) -> list[str]:
        return [code for code, _ in judge_wording("word " * length)]

    assert found(STATEMENT_WORDS) == []
    assert found(STATEMENT_WORDS + 1) == ["KN020"]


def test_sound_knowledge_has_no_findings() -> None:
    assert _links(
        Links(A, "superseded", superseded_by=(B,)),
        Links(B, "accepted", (A,), relates=(C,)),
        Links(C, "accepted", amends=(B,)),
    ) == []  # fmt: skip


def test_a_finding_says_what_others_rely_on() -> None:
    assert Finding("KN012", "x.yaml", 1, "said", A).to_json() == {
        "code": "KN012", "severity": "warning", "path": "x.yaml", "line": 1, "col": 1,
        "message": "said", "id": A,
    }  # fmt: skip
    assert {rule.severity for rule in RULES.values()} <= {"error", "warning", "info"}
