"""Two trees' items compared: what happened to each, told by field, in text and Markdown."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.strategies import words

from kn.core.compare import Change, Version, compare, convert_text, to_markdown, to_text
from kn.core.compare.markdown import escape

A, B, C = "dec-00000001", "dec-00000002", "con-00000003"


def version(item_id: str, path: str = "", **fields: Any) -> Version:
    kind = {"dec": "decision", "con": "convention"}[item_id[:3]]
    whole = {"id": item_id, "kind": kind, "statement": f"Do {item_id}.", "status": "accepted"}
    return Version(path or f"k/{item_id}.yaml", {**whole, **fields})


def only(before: list[Version], after: list[Version], **untouched: Version) -> Change:
    found = compare(before, after, {v.id: v for v in untouched.values()})
    assert len(found) == 1
    return found[0]


CASES: dict[str, tuple[list[Version], list[Version], str]] = {
    "added": ([], [version(A)], "added"),
    "removed": ([version(A)], [], "removed"),
    "renamed": ([version(A)], [version(A, "k/other.yaml")], "renamed"),
    "renamed and edited": ([version(A)], [version(A, "k/o.yaml", because="x")], "changed"),
    "edited": ([version(A)], [version(A, because="x")], "changed"),
    "in form alone": ([version(A)], [version(A)], "changed"),
    "stamped": ([version(A)], [version(A, status="superseded", superseded_by=[B])], "superseded"),
    "retired": ([version(A)], [version(A, status="retired")], "retired"),
    "brought back": ([version(A, status="superseded")], [version(A)], "changed"),
}


@pytest.mark.parametrize("case", CASES)
def test_what_happened_has_a_name(case: str) -> None:
    before, after, sort = CASES[case]
    assert only(before, after).change == sort


def test_an_item_is_told_to_be_superseded_though_its_file_says_nothing() -> None:
    new = version(B, supersedes=[A])
    first, second = compare([], [new], {A: version(A)})
    assert (first.id, first.change) == (B, "added")
    assert (second.id, second.change, second.by, second.fields) == (A, "superseded", (B,), {})


def test_an_amendment_is_told_at_the_item_that_it_amends() -> None:
    found = compare([], [version(B, amends=[A])], {A: version(A)})
    assert [(c.id, c.change, c.by) for c in found] == [(B, "added", ()), (A, "amended", (B,))]


def test_a_proposal_supersedes_nothing_until_it_is_accepted() -> None:
    proposed = version(B, supersedes=[A], status="proposed")
    assert [c.id for c in compare([], [proposed], {A: version(A)})] == [B]
    accepted = version(B, supersedes=[A])
    assert [c.change for c in compare([proposed], [accepted], {A: version(A)})] == [
        "superseded", "changed",
    ]  # fmt: skip


def test_an_old_link_is_no_news() -> None:
    before, after = version(B, supersedes=[A]), version(B, supersedes=[A], because="x")
    assert [c.id for c in compare([before], [after], {A: version(A)})] == [B]


def test_two_files_with_one_id_are_both_told() -> None:
    found = compare([version(A)], [version(A), version(A, "k/twin.yaml", because="x")], {})
    assert sorted(c.change for c in found) == ["added", "changed"]


def test_text_shows_what_went_and_what_came() -> None:
    change = only(
        [version(C, scope={"paths": ["src/**"]}, because="Old " * 12)],
        [version(C, scope={"paths": ["src/**", "web/**"]}, because="New " * 12, status="proposed")],
    )
    lines = to_text([change], {C: "con-0000"})
    assert lines[0] == ("about", "1 changed")
    shown = "\n".join(line for _, line in lines)
    assert "~ con-0000  convention  Do con-00000003." in shown
    assert "+ web/**" in shown and "src/**" not in shown
    assert re.search(r"- Old .*\n.*\+ New ", shown)
    assert "status   accepted → proposed" in shown


@given(st.dictionaries(st.sampled_from(["because", "details", "mood"]), words, max_size=3),
       st.dictionaries(st.sampled_from(["because", "details", "mood"]), words, max_size=3),
       words)  # fmt: skip
def test_fields_are_told_exactly_where_they_differ(
    before: dict[str, str], after: dict[str, str], statement: str
) -> None:
    old, new = version(A, statement=statement, **before), version(A, **after)
    change = only([old], [new])
    for name in {*old.fields, *new.fields}:
        was, now = old.fields.get(name), new.fields.get(name)
        assert (name in change.fields) == (was != now)
        if was != now:
            assert change.fields[name] == (was, now)


HOSTILE = (
    "--> <!-- x", "</details></li>", "@everyone @org/team", "# Title", "[x](javascript:1)",
    "![i](https://e.example/?q)", "a | b | c", "`` ` ```", "see #12 and GH-3", "https://e.example",
    "www.e.example", "\x1b[31mred", "a\u202eb", "x\n\n# y\n- z", ":tada:", "$x^2$", "<script>",
    "*b* _i_ ~~s~~", "1. x", "> q", "a\\", "&lt;b&gt;", "\U000e0041", "mail@e.example",
)  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_a_value_in_markdown_is_text_and_nothing_else(text: str) -> None:
    from markdown_it import MarkdownIt

    change = only([], [version(A, statement=text, because=text, rejected=[{"option": text}])])
    source = "\n".join(to_markdown([change], {A: text}))
    shown = MarkdownIt("gfm-like").render(source)
    tags = set(re.findall(r"<\s*/?\s*([a-zA-Z!][\w-]*)", shown))
    assert tags <= {"p", "strong", "ul", "li", "code", "span"}, shown
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202e\U000e0000-\U000e007f]", shown)
    plain = re.sub(r"<[^>]+>", "\0", shown)
    assert not re.search(r"@\w|#\d|https?:/|www\.\w|GH-\d|:tada:", plain)


@given(st.text(max_size=60))
def test_escaped_text_is_one_line_without_tags_of_its_own(text: str) -> None:
    line = escape(text)
    assert "\n" not in line and "\r" not in line
    assert set(re.findall(r"<[^>]*>", line)) <= {"<span>", "</span>"}


def test_an_item_is_a_fact_a_line_for_git() -> None:
    raw = b"""\
# why we wait
id: dec-00000001
kind: decision
statement: Use a leaky bucket.
rejected:
- option: token bucket
  because: bursts
scope:
  paths: [src/**, web/**]
details: |
  One.

  Two.
"""
    assert convert_text(raw).decode().splitlines() == [
        "dec-00000001 decision: Use a leaky bucket.", "  rejected: token bucket (bursts)",
        "  paths: src/**", "  paths: web/**", "  details: One.", "  details: Two.", "# why we wait",
    ]  # fmt: skip


@pytest.mark.parametrize("raw", [b"", b"\x00\xff", b"id: [", b"kind: x\n", b"<<<<<<< a\nid: x\n"])
def test_what_is_no_item_is_shown_to_git_as_it_is(raw: bytes) -> None:
    assert convert_text(raw) == raw
