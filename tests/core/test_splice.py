"""Editing one field: every other byte stays as its author wrote it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.strategies import SCHEMA, dates, id_lists, items, laws, lines, scopes, texts

from kn.core.codec import decode, encode, plain_fields
from kn.core.model import Item, Rejected, Scope
from kn.core.yaml.read import find_comments
from kn.core.yaml.splice import rewrite
from kn.errors import KnError

BY_HAND = """\
# Written by Ada, after the outage.

"id":   dec-7k3m9qzt
kind: decision   # not a convention
statement: 'Use a leaky bucket.'  # short
because: >
  two
  rows

# What else there was:
rejected:
- option: token bucket   # we tried
  because: bursts
status:    accepted
recorded: 2026-05-18

# the end
"""
CHANGES: dict[str, st.SearchStrategy[Any]] = {
    "statement": lines, "because": texts, "status": st.sampled_from(("retired", "superseded")),
    "recorded": dates, "superseded_by": id_lists, "supersedes": id_lists, "details": texts,
    "valid_until": dates, "retired_because": texts, "document": lines, "scope": scopes,
}  # fmt: skip


def _read(raw: bytes) -> Item:
    item, faults = decode(raw, SCHEMA)
    assert item is not None, faults
    return item


def _edit(text: str, **changes: Any) -> str:
    raw = text.encode()
    return rewrite(raw, replace(_read(raw), **changes), SCHEMA).decode()


# --- by example


def test_nothing_is_touched_when_nothing_changes() -> None:
    assert _edit(BY_HAND) == BY_HAND


def test_a_line_is_exchanged_and_its_comment_stays() -> None:
    assert _edit(BY_HAND, statement="Use two.") == BY_HAND.replace(
        "statement: 'Use a leaky bucket.'  # short", "statement: Use two.  # short"
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x  # c", "|  # c\n  a\n  b"),
        ("|2-  # c\n   x", "|  # c\n  a\n  b"),
        (">  # c\n  x\n  y", "|  # c\n  a\n  b"),
        ("'it''s'  # c", "|  # c\n  a\n  b"),
        (" # c\n  x", "|  # c\n  a\n  b"),
    ],
)
def test_the_comment_behind_a_key_stays_when_a_text_gets_longer(before: str, after: str) -> None:
    text = BY_HAND.replace(">\n  two\n  rows", before)

    assert _edit(text, because="a\nb") == text.replace(f"because: {before}", f"because: {after}")


def test_a_folded_text_is_exchanged_and_what_follows_stays() -> None:
    assert _edit(BY_HAND, because="One.") == BY_HAND.replace(
        "because: >\n  two\n  rows\n", "because: One.\n"
    )


def test_a_field_that_goes_leaves_the_comment_above_the_next_one() -> None:
    assert _edit(BY_HAND, because="") == BY_HAND.replace("because: >\n  two\n  rows\n", "")


def test_a_new_field_stands_where_the_canonical_order_has_it() -> None:
    by = ("dec-2f8c0v1p",)

    assert _edit(BY_HAND, status="superseded", superseded_by=by) == BY_HAND.replace(
        "status:    accepted\n", "status: superseded\nsuperseded_by: [dec-2f8c0v1p]\n"
    )


def test_a_new_field_stands_before_the_comment_of_the_next_one() -> None:
    text = BY_HAND.replace("because: >\n  two\n  rows\n", "")

    assert _edit(text, because="One.") == text.replace("# short\n", "# short\nbecause: One.\n")


def test_the_last_line_needs_no_line_end() -> None:
    text = BY_HAND.removesuffix("\n\n# the end\n")

    assert _edit(text, statement="x") == text.replace("'Use a leaky bucket.'", "x")
    assert _edit(text, recorded="2026-06-01") == text.replace("05-18", "06-01")
    assert _edit(text, details="More.") == f"{text}\ndetails: More.\n"


def test_windows_line_ends_and_the_byte_order_mark_stay() -> None:
    text = "\ufeff" + BY_HAND.replace("\n", "\r\n")

    edited = _edit(text, because="a\nb")

    assert edited == text.replace(
        "because: >\r\n  two\r\n  rows\r\n", "because: |\r\n  a\r\n  b\r\n"
    )


def test_mixed_line_ends_stay_mixed() -> None:
    text = BY_HAND.replace("kind: decision   # not a convention\n", "kind: decision\r\n")

    assert _edit(text, statement="x").count("\r\n") == 1


def test_a_null_field_takes_a_value_in_its_place() -> None:
    text = BY_HAND.replace("status: ", "document:\nstatus: ")

    assert "\ndocument: a.md\nstatus:" in _edit(text, document="a.md")


# --- where comments are in the way


@pytest.mark.parametrize(
    "changes",
    [{"rejected": (Rejected("other"),)}, {"rejected": ()}],
)
def test_a_comment_inside_what_changes_is_asked_about(changes: dict[str, Any]) -> None:
    raw = BY_HAND.encode()
    item = replace(_read(raw), **changes)

    with pytest.raises(KnError) as caught:
        rewrite(raw, item, SCHEMA)
    assert "--rewrite" in str(caught.value.hint)

    assert rewrite(raw, item, SCHEMA, lose_comments=True) == encode(item, SCHEMA)


def test_a_comment_whose_words_stand_in_a_value_too_is_still_a_comment() -> None:
    text = "id: fac-7k3m9qzt\nkind: fact\nstatement: 'a # b'\nscope:\n  # b'\n  tags: [x]\n"
    text += "status: accepted\nrecorded: 2026-05-18\n"

    with pytest.raises(KnError):
        _edit(text, scope=Scope(tags=("y",)))


def test_a_file_in_flow_style_is_written_anew() -> None:
    text = "{id: fac-7k3m9qzt, kind: fact, statement: S, status: accepted, recorded: 2026-05-18}\n"

    edited = _edit(text, statement="T")

    assert edited.encode() == encode(replace(_read(text.encode()), statement="T"), SCHEMA)


def test_a_flow_style_file_with_a_comment_is_asked_about() -> None:
    text = (
        "{id: fac-7k3m9qzt, kind: fact, # c\n statement: S, status: accepted, recorded: 2026-01-01}"
    )

    with pytest.raises(KnError):
        _edit(text, statement="T")


def test_a_text_that_looks_like_a_field_is_not_taken_for_one() -> None:
    text = 'id: fac-7k3m9qzt\nkind: fact\nstatement: "one\nbecause: two\nfour: x"\n'
    text += "status: accepted\nrecorded: 2026-05-18\n"
    said = _read(text.encode()).statement

    edited = _read(_edit(text, because="three").encode())

    assert (edited.statement, edited.because) == (said, "three")
    assert said == "one because: two four: x"


def test_an_unreadable_file_is_not_edited() -> None:
    item = _read(BY_HAND.encode())

    with pytest.raises(KnError):
        rewrite(b"id: [", item, SCHEMA)


# --- laws, over files that nobody's tool wrote


@st.composite
def hand_written(draw: st.DrawFn) -> tuple[bytes, str]:
    """A canonical file, made untidy in ways that mean the same; and its line end."""
    rows: list[str] = []
    for row in encode(draw(items()), SCHEMA).decode().splitlines():
        top = bool(row) and not row.startswith(" ")
        if top and draw(st.integers(0, 3)) == 0:
            rows += draw(
                st.lists(st.sampled_from(("", "# a note", "   ", '# it\'s: "so"')), max_size=2)
            )
        key, colon, value = row.partition(": ")
        simple = top and colon and value[0] not in "\"'|[{"
        if simple and draw(st.booleans()):
            gap = draw(st.sampled_from((" ", "   ", "\t")))
            note = draw(st.sampled_from(("", "  # why", " # a # b")))
            if draw(st.booleans()):
                value = "'" + value.replace("'", "''") + "'"
            row = f"{key}:{gap}{value}{note}"
        rows.append(row)
    ending = draw(st.sampled_from(("\n", "\r\n")))
    head = draw(st.sampled_from(("", "\ufeff", "# top\n", "---\n", "---\n# top\n\n")))
    last = draw(st.sampled_from(("", ending, ending * 2, f"{ending}# end{ending}")))
    return (head.replace("\n", ending) + ending.join(rows) + last).encode(), ending


def _rows_of(raw: bytes, name: str) -> tuple[list[bytes], list[bytes]]:
    """The lines of one top-level field, and all other lines, each without its line end."""
    mine: list[bytes] = []
    others: list[bytes] = []
    inside = False
    for row in raw.removeprefix(b"\xef\xbb\xbf").splitlines():
        if row[:1] not in (b" ", b"", b"#", b"\t", b"-"):
            inside = row.startswith((f"{name}:".encode(), f'"{name}":'.encode()))
        if row.strip():  # a blank one may be part of a text; the examples hold those
            (mine if inside and row[:1] != b"#" else others).append(row)
    return mine, others


@laws
@given(hand_written(), st.sampled_from(sorted(CHANGES)), st.data())
def test_an_edit_says_what_it_should_and_leaves_every_other_line(
    written: tuple[bytes, str], name: str, data: st.DataObject
) -> None:
    raw, ending = written
    item = replace(_read(raw), **{name: data.draw(CHANGES[name])})

    try:
        edited = rewrite(raw, item, SCHEMA)
    except KnError:
        assert name not in plain_fields(item, SCHEMA), "only a field that goes takes comments along"
        assert any(b"#" in row for row in _rows_of(raw, name)[0])
        return

    assert plain_fields(_read(edited), SCHEMA) == plain_fields(item, SCHEMA)
    assert find_comments(edited) == find_comments(raw)
    assert _rows_of(edited, name)[1] == _rows_of(raw, name)[1]
    assert edited.startswith(b"\xef\xbb\xbf") == raw.startswith(b"\xef\xbb\xbf")
    if ending == "\r\n":
        assert edited.count(b"\n") == edited.count(b"\r\n")
    else:
        assert b"\r" not in edited


@laws
@given(hand_written(), items(), st.booleans())
def test_any_change_gives_the_right_values_or_is_refused(
    written: tuple[bytes, str], other: Item, lose: bool
) -> None:
    raw, _ = written
    try:
        edited = rewrite(raw, other, SCHEMA, lose_comments=lose)
    except KnError:
        assert find_comments(raw)
        assert not lose
    else:
        assert plain_fields(_read(edited), SCHEMA) == plain_fields(other, SCHEMA)
        assert lose or all(c in find_comments(edited) for c in find_comments(raw))
