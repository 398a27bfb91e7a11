"""Item files: what is written is read, what is wrong is said, all of it and where."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tests.core.strategies import (
    NASTY,
    ORDINARY,
    SCHEMA,
    items,
    laws,
    lines,
    read_line,
    texts,
    unknown_values,
    values,
)

from kn.core.codec import MOST, decode, encode, plain_fields
from kn.core.model import Evidence, Item, Rejected, Scope, Verified
from kn.core.schema import SIMPLE_SHAPES, Field, default_schema
from kn.core.yaml.read import read_yaml

FROM_THE_DESIGN = b"""\
id: dec-7k3m9qzt
kind: decision
statement: Use a leaky bucket for rate limiting at the API gateway.
because: It shapes traffic smoothly; token-bucket bursts overran the payment API.
rejected:
  - option: token bucket
    because: allows bursts
scope:
  paths: [src/gateway/**]
  tags: [rate-limiting, api-gateway]
status: accepted
supersedes: [dec-2f8c0v1p]
evidence:
  - commit: 4f2c1e9b7a
    quote: leaky bucket instead of token bucket, because bursts overran payments
recorded: 2026-05-18
verified:
  on: 2026-05-18
  anchors: {src/gateway/limits.py: 1a2b3c4d5e6f}
document: docs/adr/0012-rate-limiting.md
details: |
  The gateway is the only place that sees all callers.

  Bursts:
    - payments: 40 a second
"""
HEAD = "id: {prefix}-7k3m9qzt\nkind: {kind}\nstatement: S\nstatus: accepted\nrecorded: 2026-05-18\n"


def _head(kind: str) -> str:
    return HEAD.format(prefix=SCHEMA.kinds[kind].prefix, kind=kind) + (
        "alarm: A\n" if kind == "runbook" else ""
    )


def _read(text: str | bytes) -> Item:
    item, faults = decode(text.encode() if isinstance(text, str) else text, SCHEMA)
    assert item is not None, faults
    return item


def _faults(text: str) -> list[tuple[int, str]]:
    item, faults = decode(text.encode(), SCHEMA)
    assert item is None or all(f.severity == "warning" for f in faults)
    return [(f.line, f.place) for f in faults]


# --- the two directions


@laws
@given(items())
def test_what_is_written_is_read(item: Item) -> None:
    raw = encode(item, SCHEMA)

    again, faults = decode(raw, SCHEMA)

    assert again == item, (raw.decode(), faults)
    assert all(f.severity == "warning" for f in faults)


@laws
@given(items())
def test_canonical_bytes_are_written_again_as_they_are(item: Item) -> None:
    raw = encode(item, SCHEMA)

    assert encode(_read(raw), SCHEMA) == raw
    assert raw.endswith(b"\n")
    assert not raw.endswith(b"\n\n")
    assert b"\r" not in raw


@laws
@given(items())
def test_another_reader_of_yaml_sees_the_same_texts(item: Item) -> None:
    """PyYAML's own scanner and resolver stand for every reader that is not kn."""
    seen = yaml.load(encode(item, SCHEMA), Loader=_DatesAreTexts)

    assert _without_block_ends(seen) == plain_fields(item, SCHEMA)


class _DatesAreTexts(yaml.SafeLoader):
    """Only dates and the key `on` are written plain: the DESIGN's example has them so."""

    yaml_implicit_resolvers = {  # noqa: RUF012 (PyYAML's own attribute)
        first: [(tag, pattern) for tag, pattern in rows if not tag.endswith(":timestamp")]
        for first, rows in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def _without_block_ends(value: Any) -> Any:
    match value:
        case str():
            return value.removesuffix("\n")
        case list():
            return [_without_block_ends(v) for v in value]
        case dict():
            return {"on" if k is True else k: _without_block_ends(v) for k, v in value.items()}
    return value


def test_the_design_s_example_is_canonical() -> None:
    item = _read(FROM_THE_DESIGN)

    assert encode(item, SCHEMA) == FROM_THE_DESIGN
    assert item.rejected == (Rejected("token bucket", "allows bursts"),)
    assert item.scope == Scope(("src/gateway/**",), ("rate-limiting", "api-gateway"))
    assert item.verified == Verified("2026-05-18", {"src/gateway/limits.py": "1a2b3c4d5e6f"})
    assert item.details.endswith("callers.\n\nBursts:\n  - payments: 40 a second")


@laws
@given(items(unknown=False), st.data())
def test_a_change_of_one_field_is_a_diff_of_one_line(item: Item, data: st.DataObject) -> None:
    line = data.draw(lines)
    before = encode(item, SCHEMA).decode().splitlines(keepends=True)
    after = encode(replace(item, statement=line), SCHEMA).decode().splitlines(keepends=True)

    assert len(before) == len(after)
    assert sum(one != other for one, other in zip(before, after, strict=True)) <= 1


@laws
@given(items())
def test_the_form_is_read_the_same_with_windows_line_ends(item: Item) -> None:
    raw = b"\xef\xbb\xbf" + encode(item, SCHEMA).replace(b"\n", b"\r\n")

    assert _read(raw) == item


@pytest.mark.parametrize("text", [*filter(bool, map(read_line, NASTY)), "a b" * 300, "x" * 900])
def test_every_nasty_text_comes_back_from_every_place(text: str) -> None:
    item = replace(
        ORDINARY,
        statement=text, because=f"{text}\n{text}", rejected=(Rejected(text, text),),
        scope=Scope(() if ".." in text else (text, "b"), ("b", text)), deciders=(text, "b c"),
        verified=Verified("2026-05-18", {text: "1234567"}),
        own={"later": {text: [text, {text: text}, [text]]}},
    )  # fmt: skip
    raw = encode(item, SCHEMA)

    assert _read(raw) == item
    assert _without_block_ends(yaml.load(raw, Loader=_DatesAreTexts)) == plain_fields(item, SCHEMA)


# --- what is wrong


def test_every_problem_of_a_file_is_told_at_once_with_line_and_field() -> None:
    text = (
        "id: dec-ILOU1234\n"
        "kind: decision\n"
        "statement: [a, list]\n"
        "status: acepted\n"
        "rejected:\n"
        "  - because: no option\n"
        "  - option: x\n"
        "    why: y\n"
        "scope:\n"
        "  paths: [ok, ../etc]\n"
        "  tags: word\n"
        "evidence:\n"
        "  - source_tokens: many\n"
        "verified: {anchors: {a.py: xyz}}\n"
        "valid_until: 2026-02-30\n"
    )

    assert _faults(text) == [
        (1, "id"),
        (1, "recorded"),
        (3, "statement"),
        (4, "status"),
        (6, "rejected[0].option"),
        (8, "rejected[1].why"),
        (10, "scope.paths[1]"),
        (11, "scope.tags"),
        (13, "evidence[0].source_tokens"),
        (14, "verified.anchors.a.py"),
        (15, "valid_until"),
    ]


@pytest.mark.parametrize("name", ["id", "kind", "statement", "status", "recorded"])
def test_a_required_field_is_missed_when_absent_empty_or_null(name: str) -> None:
    rows = _head("fact").splitlines(keepends=True)
    without = [row for row in rows if not row.startswith(f"{name}:")]

    for text in ("".join(without), "".join([*without, f"{name}:\n"])):
        item, faults = decode(text.encode(), SCHEMA)
        assert item is None
        assert [f.place for f in faults] == [name]


def test_a_team_s_required_field_is_missed_too() -> None:
    assert _faults(_head("runbook").replace("alarm: A\n", "")) == [(1, "alarm")]


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("kind: decisio", "did you mean decision?"), ("status: acceptd", "did you mean accepted?")],
)
def test_a_slip_of_the_pen_is_answered_with_the_nearest_word(wrong: str, right: str) -> None:
    key = wrong.partition(":")[0]
    rows = [wrong if r.startswith(f"{key}:") else r for r in _head("decision").splitlines()]

    _, faults = decode("\n".join(rows).encode(), SCHEMA)

    assert any(right in f.message for f in faults)


WRONG: dict[str, tuple[str, ...]] = {
    "id": ("dec-7k3m9qz", "dec-7k3m9qzi", "7k3m9qzt", "[dec-7k3m9qzt]", '""'),
    "ids": ("dec-7k3m9qzt", "[nope]", "{a: b}", "[[dec-7k3m9qzt]]"),
    "line": ("[a]", "{a: b}", '"\\x07"', "x" * (MOST["line"] + 1)),
    "lines": ("word", "{a: b}", "[[a]]", "[~]", '["\\x1b"]', "[" + "a," * 201 + "]"),
    "text": ("[a]", "{a: b}", '"\\x85"', "x" * (MOST["text"] + 1)),
    "date": ("2026-5-1", "2026-02-30", "20260518", "2026-W20-1", "soon", "[2026-05-18]"),
    "choice": ("nothing-of-the-kind", "[high]", "{a: b}"),
    "rejected": ("word", "[word]", "[{because: x}]", "[{option: x, y: z}]", '[{option: " "}]'),
    "scope": ("word", "[a]", "{path: [a]}", "{paths: word}", "{paths: [a/../b]}", "{paths: [..]}"),
    "evidence": ("word", "[word]", "[{source_tokens: -1}]", "[{author: me}]", "[{commit: [a]}]"),
    "verified": ("word", "{}", "{anchors: {a: 1234567}}", "{on: soon}", "{on: 2026-05-18, x: y}",
                 "{on: 2026-05-18, anchors: [a]}", "{on: 2026-05-18, anchors: {a.py: head}}"),
}  # fmt: skip


def _every_field() -> list[tuple[str, Field]]:
    return [(k, f) for k in SCHEMA.kinds for f in SCHEMA.fields_of(k) if f.name != "kind"]


@pytest.mark.parametrize(("kind", "field"), _every_field(), ids=lambda x: getattr(x, "name", x))
def test_every_field_of_every_kind_refuses_what_is_not_of_its_shape(
    kind: str, field: Field
) -> None:
    for wrong in WRONG[field.shape]:
        rows = [r for r in _head(kind).splitlines() if not r.startswith(f"{field.name}:")]
        item, faults = decode("\n".join([*rows, f"{field.name}: {wrong}"]).encode(), SCHEMA)

        assert item is None, wrong
        assert {f.place.partition(".")[0].partition("[")[0] for f in faults} == {field.name}
        assert {f.line for f in faults} <= {len(rows) + 1, 1}, wrong


@laws
@given(st.sampled_from(_every_field()), st.data())
def test_every_field_of_every_kind_takes_what_is_of_its_shape(
    which: tuple[str, Field], data: st.DataObject
) -> None:
    kind, field = which
    if field.name == "id":
        return
    value = data.draw(values(field))
    base = _read(_head(kind))
    if field.name in Item.__slots__:
        item = replace(base, **{field.name: value})
    else:
        item = replace(base, own={**base.own, field.name: value})

    again = _read(encode(item, SCHEMA))

    assert plain_fields(again, SCHEMA) == plain_fields(item, SCHEMA)


def test_the_id_s_prefix_belongs_to_the_kind() -> None:
    assert _faults(_head("fact").replace("fac-", "dec-")) == [(1, "id")]


@pytest.mark.parametrize("text", ["", "# only a comment\n", "~", "[]", "a", "- a"])
def test_a_file_that_is_no_mapping_is_refused(text: str) -> None:
    assert _faults(text) == [(1, "")]


# --- what nobody here knows


def test_an_unknown_field_is_a_warning_and_is_kept() -> None:
    text = _head("fact") + "becuase: x\n"

    item, faults = decode(text.encode(), SCHEMA)

    assert item is not None
    assert item.own == {"becuase": "x"}
    assert [(f.severity, f.line, f.place) for f in faults] == [("warning", 6, "becuase")]
    assert "did you mean because?" in faults[0].message
    assert b"becuase: x" in encode(item, SCHEMA)


@pytest.mark.parametrize("name", ["rejected", "severity", "instead", "own", "alarm"])
def test_a_field_of_another_kind_is_unknown_and_kept_as_it_is(name: str) -> None:
    item = _read(_head("fact") + f"{name}: [{{option: x}}]\n")

    assert item.rejected == ()
    assert item.own == {name: [{"option": "x"}]}
    assert _read(encode(item, SCHEMA)) == item


@laws
@given(unknown_values)
def test_whatever_an_unknown_field_holds_comes_back(value: Any) -> None:
    item = replace(ORDINARY, own={"later": value})

    assert _read(encode(item, SCHEMA)) == item


def test_nothing_is_written_for_what_is_empty() -> None:
    bare = _read(_head("incident"))

    assert encode(replace(bare, own={"cause": "", "follow_ups": ()}), SCHEMA) == encode(
        bare, SCHEMA
    )


# --- what reading makes of texts


@laws
@given(texts)
def test_reading_a_text_twice_changes_nothing_more(text: str) -> None:
    once = _read(encode(replace(ORDINARY, details=text), SCHEMA))

    assert once.details == text


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("because: >\n  two\n  rows\n", "two rows"),
        ("because: |\n  two  \n   rows\n\n\n", "two\n rows"),
        ('because: " a\\tb "\n', "a\tb"),
        ("because: no\n", "no"),
        ("because: 010\n", "010"),
        ("because: 2026-05-18\n", "2026-05-18"),
        ("because: 'it''s'\n", "it's"),
    ],
)
def test_a_text_is_what_it_looks_like(written: str, read: str) -> None:
    assert _read(_head("fact") + written).because == read


def test_a_list_of_ids_holds_each_once() -> None:
    text = _head("fact") + "supersedes: [fac-00000000, fac-00000001, fac-00000000]\n"

    assert _read(text).supersedes == ("fac-00000000", "fac-00000001")


def test_the_evidence_s_size_is_a_number() -> None:
    item = _read(_head("fact") + "evidence:\n  - {session: 'claude:1', source_tokens: 3018776}\n")

    assert item.evidence == (Evidence(session="claude:1", source_tokens=3_018_776),)


# --- the table


def test_every_kind_has_the_shared_fields_in_one_order() -> None:
    schema = default_schema()
    names = [[f.name for f in schema.fields_of(kind)] for kind in schema.kinds]
    shared = [n for n in names[0] if all(n in other for other in names)]

    assert shared[:3] == ["id", "kind", "statement"]
    assert all([n for n in other if n in shared] == shared for other in names)


def test_a_team_s_fields_stand_before_the_scope() -> None:
    names = [f.name for f in SCHEMA.fields_of("runbook")]

    at = names.index("alarm")
    assert names[at : at + 5] == ["alarm", "steps", "story", "drilled", "scope"]
    assert set(SIMPLE_SHAPES) == {f.shape for f in SCHEMA.kinds["runbook"].own}


def test_lines_are_where_the_reader_says_they_are() -> None:
    loaded = read_yaml(FROM_THE_DESIGN)

    assert loaded.lines[("rejected", 0, "because")] == 7
    assert loaded.lines[("verified", "anchors", "src/gateway/limits.py")] == 19
