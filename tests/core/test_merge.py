"""Merging items field by field: laws over made-up cases, and the cases that people meet."""

from __future__ import annotations

from dataclasses import fields, replace
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.core.merging import Case, cases, check, data, marked_fields, side_of
from tests.core.strategies import SCHEMA, items, laws

from kn.core.codec import encode
from kn.core.merge import markers
from kn.core.merge.clashes import settle_clashes, tear
from kn.core.merge.files import Merged, falls_back, merge_items
from kn.core.model import Item

BASE = """\
# ours to keep
id: dec-7k3m9qzt
kind: decision
statement: Use a leaky bucket.  # since May
because: It shapes traffic.
scope:
  paths: [src/gateway/**]
# not before the audit
status: accepted
recorded: 2026-05-18
"""


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(cases())
def test_no_side_is_lost_and_nothing_comes_back(case: Case) -> None:
    check(case)


@pytest.mark.slow
@settings(max_examples=100_000, suppress_health_check=list(HealthCheck), database=None)
@given(cases())
def test_no_side_is_lost_and_nothing_comes_back_in_a_hundred_thousand(case: Case) -> None:
    check(case)


@settings(laws, max_examples=25)
@given(st.data(), items())
def test_the_laws_hold_for_nasty_items_of_every_kind(drawn: st.DataObject, base: Item) -> None:
    others = [drawn.draw(items((base.kind,))) for _ in range(2)]
    names = [f.name for f in fields(Item) if f.name not in ("id", "kind")]
    sides = []
    for other in others:
        changed = drawn.draw(st.lists(st.sampled_from(names), max_size=4))
        sides.append(replace(base, **{name: getattr(other, name) for name in changed}))
    check(Case(*(encode(item, SCHEMA) for item in (base, *sides))))


@given(st.binary(max_size=60), st.binary(max_size=60), st.binary(max_size=60))
def test_no_bytes_make_it_fail(base: bytes, ours: bytes, theirs: bytes) -> None:
    merged = merge_items(base, ours, theirs)
    assert merged is None or isinstance(merged, Merged)


@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(cases(), st.randoms(use_true_random=False))
def test_each_field_in_conflict_is_settled_as_it_was_chosen(case: Case, chance: Random) -> None:
    merged = merge_items(case.base, case.ours, case.theirs)
    assert merged is not None
    torn = tear(merged.data)
    if torn is None:
        assert not merged.conflicts
        return
    assert {c.name for c in torn.clashes} == marked_fields(merged)
    sides = {"ours": data(torn.ours), "theirs": data(torn.theirs)}
    wanted, chosen = dict(sides["ours"]), {}
    for clash in torn.clashes:
        side = chance.choice(["ours", "theirs", "left"])
        if side == "left":
            continue
        chosen[clash.name] = clash.ours if side == "ours" else clash.theirs
        wanted.pop(clash.name, None)
        if clash.name in sides[side]:
            wanted[clash.name] = sides[side][clash.name]
    settled = settle_clashes(torn, chosen)
    left = {c.name for c in torn.clashes} - set(chosen)
    assert marked_fields(Merged(settled)) == left
    assert data(side_of(Merged(settled), "ours")) == wanted


def merge(ours: str, theirs: str, base: str = BASE) -> str:
    merged = merge_items(base.encode(), ours.encode(), theirs.encode())
    assert merged is not None
    text = merged.data.decode()
    assert bool(merged.conflicts) == markers.has_hunks(text)
    return text


def edit(*changes: tuple[str, str]) -> str:
    text = BASE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


def test_fields_side_by_side_are_no_conflict() -> None:
    """For git they are: it wants an unchanged line in between."""
    ours, theirs = ("leaky", "token"), ("It shapes", "It smoothes")
    assert merge(edit(ours), edit(theirs)) == edit(ours, theirs)


def test_markers_stand_around_the_field_alone() -> None:
    merged = merge(
        edit(("leaky", "token"), ("[src/gateway/**]", "[src/gateway/**, lib/*.py]")),
        edit(("leaky", "fair"), ("It shapes", "It smoothes")),
    )
    hunk = (
        "<<<<<<< ours\nstatement: Use a token bucket.  # since May\n=======\n"
        "statement: Use a fair bucket.  # since May\n>>>>>>> theirs\n"
    )
    assert merged == edit(
        ("statement: Use a leaky bucket.  # since May\n", hunk),
        ("[src/gateway/**]", "[src/gateway/**, lib/*.py]"), ("It shapes", "It smoothes"),
    )  # fmt: skip


def test_what_two_branches_stamped_is_joined() -> None:
    stamp = ("status: accepted\n", "status: superseded\nsuperseded_by: [dec-0000000{}]\n")
    sides = [edit((stamp[0], stamp[1].format(n))) for n in (1, 2)]
    joined = "status: superseded\nsuperseded_by: [dec-00000001, dec-00000002]\n"
    assert merge(*sides) == edit((stamp[0], joined))


@pytest.mark.parametrize("out", ["superseded", "retired"])
def test_status_does_not_fall_back(out: str) -> None:
    """One branch brings it back, the other still has it out, and changed something else."""
    base = edit(("accepted", out))
    merged = merge(base.replace("leaky", "token"), base.replace(out, "accepted"), base)
    assert f"<<<<<<< ours\nstatus: {out}\n=======\nstatus: accepted\n>>>>>>> theirs\n" in merged
    assert "token" in merged


def test_the_stamp_is_in_conflict_as_a_whole() -> None:
    base = edit(("accepted\n", "superseded\nsuperseded_by: [dec-00000001]\n"))
    merged = merge(base.replace("leaky", "token"), BASE, base)
    ours = markers.take_side(merged, "ours")
    assert "status: superseded\nsuperseded_by: [dec-00000001]\n" in ours
    assert markers.take_side(merged, "theirs") == BASE.replace("leaky", "token")


def test_an_item_that_both_sides_took_back_is_in_service() -> None:
    base = edit(("accepted", "retired"))
    assert merge(edit(("leaky", "token")), BASE, base) == edit(("leaky", "token"))


def test_a_field_taken_out_against_its_edit_is_a_conflict() -> None:
    merged = merge(edit(("because: It shapes traffic.\n", "")), edit(("shapes", "smoothes")))
    hunk = "<<<<<<< ours\n=======\nbecause: It smoothes traffic.\n>>>>>>> theirs\n"
    assert merged == edit(("because: It shapes traffic.\n", hunk))


def test_what_one_side_took_out_of_a_list_does_not_come_back() -> None:
    base = edit(("[src/gateway/**]", "[a, b, c]"))
    merged = merge(base.replace("a, b, c", "b, c, d"), base.replace("a, b, c", "a, c, e"), base)
    assert "  paths: [c, d, e]\n" in merged


def test_a_comment_behind_a_list_is_kept_whoever_merges_and_whatever_its_order() -> None:
    ours = edit(("accepted\n", "accepted\nrelates: [dec-00000001, dec-00000002]  # both\n"))
    theirs = edit(("accepted\n", "accepted\nrelates:\n  - dec-00000002\n  - dec-00000001\n"))
    assert merge(ours, theirs) == merge(theirs, ours) == ours


def test_an_option_with_two_new_reasons_is_a_conflict_and_others_are_joined() -> None:
    def rejected(*options: str) -> str:
        rows = "".join(
            f"  - option: {o}\n    because: {b}\n" for o, b in (o.split("/") for o in options)
        )
        return edit(("scope:\n", f"rejected:\n{rows}scope:\n"))

    joined = merge(
        rejected("tokens/bursts", "queue/slow"),
        rejected("tokens/bursts", "none/no limit"),
        rejected("tokens/bursts"),
    )
    assert joined == rejected("tokens/bursts", "queue/slow", "none/no limit")
    clash = merge(rejected("tokens/costs"), rejected("tokens/old"), rejected("tokens/bursts"))
    assert [markers.take_side(clash, s) for s in ("ours", "theirs")] == [
        rejected("tokens/costs"), rejected("tokens/old")
    ]  # fmt: skip


def test_anchors_are_merged_by_file_and_the_day_is_not_guessed() -> None:
    def verified(on: str, anchors: str) -> str:
        return f"{BASE}verified:\n  on: {on}\n  anchors: {{{anchors}}}\n"

    old = verified("2026-05-18", "a: a1b2c3d, b: b2c3d4e")
    merged = merge(
        verified("2026-05-18", "a: c3d4e5f, b: b2c3d4e"),
        verified("2026-05-18", "a: a1b2c3d, c: d4e5f6a"), old,
    )  # fmt: skip
    assert merged == verified("2026-05-18", "a: c3d4e5f, c: d4e5f6a")
    one, two = (verified(f"2026-06-0{n}", "a: a1b2c3d, b: b2c3d4e") for n in (1, 2))
    assert "<<<<<<< ours\nverified:\n  on: 2026-06-01\n" in merge(one, two, old)


def test_a_field_that_this_kn_does_not_know_is_kept_and_not_mixed() -> None:
    one, two = f"{BASE}later: [a]\n", f"{BASE}later: [b]\nother: {{x: 1}}\n"
    assert merge(one, edit(("leaky", "token"))) == edit(("leaky", "token")) + "later: [a]\n"
    merged = merge(one, two)
    assert (
        "<<<<<<< ours\nlater: [a]\n=======\nlater: [b]\n>>>>>>> theirs\nother: {x: 1}\n" in merged
    )


def test_an_item_that_both_sides_added_is_merged_without_a_base() -> None:
    one = edit(("accepted\n", "accepted\nsupersedes: [dec-00000001]\n"))
    two = edit(("accepted\n", "accepted\nsupersedes: [dec-00000002]\n"))
    both = "accepted\nsupersedes: [dec-00000001, dec-00000002]\n"
    assert merge(one, two, "") == edit(("accepted\n", both))


def test_two_different_items_are_not_mixed() -> None:
    one, two = BASE, edit(("7k3m9qzt", "00000001"), ("leaky", "token"))
    merged = merge(one, two, "")
    assert merged == f"<<<<<<< ours\n{one}=======\n{two}>>>>>>> theirs\n"


def test_comments_of_both_sides_are_kept() -> None:
    ours = edit(("# not before the audit", "# not before the audit\n# nor after it"))
    theirs = edit(("since May", "since June"), ("ours to keep", "ours to keep, and theirs"))
    assert merge(ours, theirs) == edit(
        ("# not before the audit", "# not before the audit\n# nor after it"),
        ("since May", "since June"), ("ours to keep", "ours to keep, and theirs"),
    )  # fmt: skip


def test_comments_that_both_sides_put_in_the_same_place_are_kept() -> None:
    audit = "# not before the audit\n"
    ours, theirs = (edit((audit, f"{audit}# {word}\n")) for word in ("ours", "theirs"))
    assert merge(ours, theirs) == edit((audit, f"{audit}# ours\n# theirs\n"))
    moved = edit((audit, ""), ("scope:\n", f"{audit}scope:\n"))
    assert merge(moved, edit(("leaky", "token"))).count(audit) == 1
    added = edit((audit, f"supersedes: [dec-00000001]\n{audit}"))
    assert merge(added, edit((audit, f"relates: [dec-00000002]\n{audit}"))).count(audit) == 1


def test_a_result_that_is_not_what_was_merged_is_not_given_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The proof of the result, held against a merge that loses comments or values."""
    audit = "# not before the audit\n"
    ours = edit((audit, f"{audit}# ours\n"), ("[src/gateway/**]", "[src/gateway/**, a]"))
    theirs = edit((audit, f"{audit}# theirs\n"), ("[src/gateway/**]", "[src/gateway/**, b]"))
    assert "# theirs" in merge(ours, theirs) and ", a, b]" in merge(ours, theirs)
    with monkeypatch.context() as sabotage:
        sabotage.setattr("kn.core.merge.files._join_notes", lambda base, ours, theirs: ours)
        assert merge_items(BASE.encode(), ours.encode(), theirs.encode()) is None
    monkeypatch.setattr("kn.core.merge.files.exchange_value", lambda part, *_: part.body)
    assert markers.has_hunks(merge(ours, theirs)), "what could not be written stands twice"


def test_the_ends_of_lines_are_those_of_the_side_that_changed_them() -> None:
    theirs = edit(("leaky", "token")).replace("\n", "\r\n")
    ours = edit(("shapes", "smoothes"))
    wanted = edit(("leaky", "token"), ("shapes", "smoothes")).replace("\n", "\r\n")
    assert merge(ours, theirs) == wanted
    assert merge("\ufeff" + theirs, ours.replace("\n", "\r\n")) == "\ufeff" + wanted


def test_a_marker_is_as_long_as_git_says() -> None:
    ours, theirs = (edit(("leaky", word)).encode() for word in ("token", "fair"))
    merged = merge_items(BASE.encode(), ours, theirs, size=11)
    assert merged is not None
    assert b"\n<<<<<<<<<<< ours\nstatement" in merged.data and b"\n===========\n" in merged.data


@pytest.mark.parametrize(
    "broken",
    ["id: [\n", "{id: dec-7k3m9qzt, kind: decision}\n", "<<<<<<< x\n", "a: 1\na: 2\n", "- x\n"],
)
def test_what_is_laid_out_otherwise_is_left_to_git(broken: str) -> None:
    three = [BASE.encode(), edit(("leaky", "token")).encode(), broken.encode()]
    for base, ours, theirs in (three, three[::-1], [three[1], three[2], three[0]]):
        assert merge_items(base, ours, theirs) is None


def test_falling_back_is_seen_in_a_file_that_another_merge_made() -> None:
    out = edit(("accepted", "retired")).encode()
    assert falls_back(BASE.encode(), out, BASE.encode())
    assert not falls_back(out, out, BASE.encode())
    assert not falls_back(BASE.encode(), b"id: [", BASE.encode())


def test_markers_are_read_as_git_writes_them() -> None:
    text = "a\n<<<<<<< HEAD\nb\n||||||| 1234567\nc\n=======\nd\n>>>>>>> topic: x\ne\n<<<<<<< f\n"
    pieces = markers.split_hunks(text)
    assert pieces == ["a\n", markers.Hunk("b\n", "d\n", "HEAD", "topic: x"), "e\n<<<<<<< f\n"]
    assert markers.take_side(text, "theirs") == "a\nd\ne\n<<<<<<< f\n"
