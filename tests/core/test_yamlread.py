"""Reading YAML: never an exception, never a surprise, and the right line."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.strategies import ORDINARY, SCHEMA, items, laws
from tests.rig.pace import takes_at_most

from kn.core.codec import encode
from kn.core.model import Item
from kn.core.yaml.canonical import read_canonical
from kn.core.yaml.loaded import MAX_BYTES, Loaded, show_place
from kn.core.yaml.read import MAX_DEPTH, MOST_FAULTS, find_comments, read_yaml


def _errors(raw: bytes | str) -> list[tuple[int, str]]:
    loaded = read_yaml(raw.encode() if isinstance(raw, str) else raw)
    return [(f.line, f.place) for f in loaded.faults if f.severity == "error"]


# --- any bytes at all


@laws
@given(st.binary(max_size=400))
def test_no_bytes_raise(raw: bytes) -> None:
    assert isinstance(read_yaml(raw), Loaded)


@laws
@given(st.lists(st.sampled_from(list("[]{}-?:&*!|>'\"%@`,#<\n\r\t ax0\x00\x85\u2028\ufeff"))))
def test_no_soup_of_indicators_raises(soup: list[str]) -> None:
    assert isinstance(read_yaml("".join(soup).encode()), Loaded)


@laws
@given(st.data())
def test_no_item_with_a_few_bytes_changed_raises(data: st.DataObject) -> None:
    raw = bytearray(encode(ORDINARY, SCHEMA))
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))

    assert isinstance(read_yaml(bytes(raw)), Loaded)


PIECES = ("[", "{", "- ", "? ", "{a: ", "[{", "- ? ", "!a ", "&a ", "*a ", "a: ", "|\n", "'", '"',
          "%", ": ", ",", "[[],", "- a\n", "a:\n ", "? a\n", "<<: ", "a: b\n", '"a": ', "- |\n ",
          "\t", "#", "\r", "\u2028")  # fmt: skip


@pytest.mark.parametrize("piece", PIECES)
def test_a_bomb_of_the_largest_size_is_read_within_a_second(piece: str) -> None:
    raw = (piece.encode() * MAX_BYTES)[:MAX_BYTES]

    assert takes_at_most(1, lambda: read_yaml(raw))
    loaded = read_yaml(raw)
    assert len(loaded.faults) <= MOST_FAULTS + 1


@pytest.mark.parametrize("piece", ["[", "{a: ", "- ", "? ", "- ? ", "[{a: "])
@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 1_000, 30_000, 100_000])
def test_no_depth_kills_the_interpreter(piece: str, depth: int) -> None:
    assert _errors(piece * depth)


def test_no_depth_kills_a_thread_with_a_small_stack() -> None:
    found: list[list[tuple[int, str]]] = []
    before = threading.stack_size(512 * 1024)
    try:
        thread = threading.Thread(
            target=lambda: found.extend(_errors(p * 100_000) for p in ("[", "{a: ", "- ", "? "))
        )
        thread.start()
    finally:
        threading.stack_size(before)
    thread.join()

    assert len(found) == 4
    assert all(found)


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ("{a: ", "}")])
def test_the_depth_that_is_allowed_is_allowed(opening: str, closing: str) -> None:
    def nest(depth: int) -> str:
        return opening * depth + "x" + closing * depth

    assert _errors(nest(MAX_DEPTH)) == []
    assert _errors(nest(MAX_DEPTH + 1)) == [(1, "")]


def test_one_byte_too_many_is_refused_before_it_is_parsed() -> None:
    assert read_yaml(b"a: " + b"x" * (MAX_BYTES - 3)).data is not None
    assert _errors(b"a: " + b"x" * (MAX_BYTES - 2)) == [(1, "")]


def test_a_thousand_faults_are_told_as_a_hundred() -> None:
    loaded = read_yaml(b"a: &x b\n" * 1_000)

    assert len(loaded.faults) == MOST_FAULTS + 1
    assert "more problems follow" in loaded.faults[-1].message


# --- what is refused


@pytest.mark.parametrize(
    ("text", "errors"),
    [
        ("a: 1\nb: &x 2\nc: *x\n", [(2, "b"), (3, "c")]),
        ("a: 1\nb: &x {c: 1}\n", [(2, "b")]),
        ("a:\n  - &x 1\n  - *x\n", [(2, "a"), (3, "a")]),
        ("*a : b\n", [(1, "")]),
        ("a: !!str 1\n", [(1, "a")]),
        ("a: !!python/object/apply:os.system [x]\n", [(1, "a")]),
        ("a: ! 1\n", [(1, "a")]),
        ("<<: {b: 1}\n", [(1, "")]),
        ("a:\n  b: 1\n  <<: {c: 2}\n", [(3, "a")]),
        ("a: 1\nb: 2\na: 3\n", [(3, "a")]),
        ("a: {b: 1, b: 2}\n", [(1, "a.b")]),
        ('a: 1\n"a": 2\n', [(2, "a")]),
        ("%YAML 1.2\n---\na: 1\n", [(1, "")]),
        ("%TAG ! tag:x,2000:\n---\na: 1\n", [(1, "")]),
        ("a: 1\n---\nb: 2\n", [(2, "")]),
        ("a: 1\n...\n---\nb: 2\n", [(3, "")]),
        ("? [a]\n: b\n", [(1, "")]),
        ("? {a: b}\n: c\n", [(1, "")]),
        ("a: 1\nb: [1, 2\nc: 3\n", [(3, "")]),
        ("a: 1\n b: 2\n", [(2, "")]),
        ("a: 1\nb:\n\t- c\n", [(3, "")]),
        ("a: 1\n\nb: x: y\n", [(3, "")]),
        ("a: 1\nb: @x\n", [(2, "")]),
        ("a: 1\nb: \x00\n", [(2, "")]),
        ("a: 1\n\n\nb: \x1b[31m\n", [(4, "")]),
        ("a: 1\nb: \x7f\n", [(2, "")]),
        ("a: 1\nb: \ufffe\n", [(2, "")]),
    ],
)
def test_what_items_never_need_is_refused_with_its_line(
    text: str, errors: list[tuple[int, str]]
) -> None:
    assert _errors(text) == errors


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        ("a: 1\n".encode("utf-16"), 1),
        ("a: 1\n".encode("utf-16-le"), 1),
        ("a: 1\nb: é\n".encode("latin-1"), 2),
        (b"a: 1\n\nb: \xed\xa0\xbd\n", 3),
        (b"a: 1\nb: \xc0\xaf\n", 2),
    ],
)
def test_only_utf8_is_read(raw: bytes, line: int) -> None:
    assert _errors(raw) == [(line, "")]


def test_a_conflict_is_called_a_conflict() -> None:
    text = "a: 1\n<<<<<<< ours\nb: 2\n=======\nb: 3\n>>>>>>> theirs\n"

    (fault,) = read_yaml(text.encode()).faults

    assert "conflict markers" in fault.message


@pytest.mark.parametrize("text", ["a: 1: 2\n", "a: @x\n", "a: `x`\n", "a: %x\n"])
def test_a_text_that_needs_quotes_is_told_so(text: str) -> None:
    (fault,) = read_yaml(text.encode()).faults

    assert "double quotes" in fault.message


# --- what is read


@pytest.mark.parametrize(
    "word",
    ["no", "yes", "on", "off", "y", "N", "true", "010", "0x1F", "0o17", "1_000", "1e3", ".5",
     "12:30:45", "2026-05-18", "2026-05-18T10:00:00Z", ".inf", ".nan", "=", "1.10"],
)  # fmt: skip
def test_a_plain_word_stays_the_text_it_is(word: str) -> None:
    assert read_yaml(f"a: {word}\n{word}: b\nc: [{word}]\n".encode()).data == {
        "a": word,
        word: "b",
        "c": [word],
    }


@pytest.mark.parametrize("word", ["", "~", "null", "Null", "NULL"])
def test_only_a_plain_null_is_nothing(word: str) -> None:
    loaded = read_yaml(f"a: {word}\nb: '{word}'\nc: \"{word}\"\n".encode())

    assert loaded.data == {"a": None, "b": word, "c": word}


def test_a_quoted_merge_key_is_an_ordinary_key() -> None:
    assert read_yaml(b'"<<": x\na: <<\n').data == {"<<": "x", "a": "<<"}


@pytest.mark.parametrize(
    "raw",
    [b"\xef\xbb\xbfa: x\r\nb:\r\n- y\r\n", b"a: x\rb:\r- y\r", b"---\na: x\nb: [y]\n...\n",
     b"{a: x, b: [y]}", b"# c\na:   x # c\n\n\nb:\n    - y", b"? a\n: x\n? b\n: - y\n"],
)  # fmt: skip
def test_the_same_document_in_another_dress_is_the_same(raw: bytes) -> None:
    loaded = read_yaml(raw)

    assert loaded.faults == ()
    assert loaded.data == {"a": "x", "b": ["y"]}


@pytest.mark.parametrize("raw", [b"", b"\n\n", b"# only\n", b"---\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_nothing_and_no_fault(raw: bytes) -> None:
    loaded = read_yaml(raw)

    assert (loaded.data, loaded.faults) == (None, ())


def test_every_value_has_the_line_on_which_it_begins() -> None:
    text = (
        "a: 1\n\nb:\n  # c\n  - x\n  - c: |\n      one\n      two\n    d: 'q\n      r'\ne: {f: g}\n"
    )

    assert {show_place(p): n for p, n in read_yaml(text.encode()).lines.items()} == {
        "": 1, "a": 1, "b": 3, "b[0]": 5, "b[1]": 6, "b[1].c": 6, "b[1].d": 9, "e": 11, "e.f": 11,
    }  # fmt: skip


# --- comments


@pytest.mark.parametrize(
    ("text", "comments"),
    [
        ("a: b\n", []),
        ("# one\na: b # two\n  # three\n", ["# one", "# two", "# three"]),
        ("a: b#c\n", []),
        ("a: 'x # y' # z\n", ["# z"]),
        ('a: "x # y\n  # z"\n', []),
        ("a: |  # head\n  # text\n  x # text\n# foot\nb: c\n", ["# head", "# foot"]),
        ("a: >-\n  x\n\n  # text\nb: c # d\n", ["# d"]),
        ("a: [x, # one\n  '#y'] # two\n", ["# one", "# two"]),
        ("b: 'q # r'\n# r'\n", ["# r'"]),
        ("\ufeff# one\r\na: b # two\r\n", ["# one", "# two"]),
        ("a: b # ☃ # once\n", ["# ☃ # once"]),
        ("é☃\U0001f600: '#' # here\n", ["# here"]),
    ],
)
def test_a_comment_is_what_stands_outside_every_value(text: str, comments: list[str]) -> None:
    assert find_comments(text.encode()) == comments


# --- the form that kn writes, read without a parser


def _same_or_left_alone(raw: bytes) -> bool:
    """Whether it was read without a parser; then the parser gives the same."""
    fields = read_canonical(raw)
    if fields is not None:
        loaded = read_yaml(raw)
        assert loaded.faults == ()
        assert repr(fields) == repr(loaded.data), "the same, in the same order"
    return fields is not None


@laws
@given(items())
def test_what_kn_writes_is_read_the_same_without_a_parser(item: Item) -> None:
    _same_or_left_alone(encode(item, SCHEMA))


SOUP = [
    "", " ", "  ", "\n", "\n  ", "\n\n", ": ", ":", "- ", "-", " #", "#", "|", "|\n", '"', "'", "[",
    "]", ", ", "{}", "~", "null", "a", "a: b\n", "\n  a", "\n- a", "? ", "*", "&a ", "!", "\t",
    "\\", "\xa0", "<<: ", "---\n", "...", "%", "\u2028", "0", "é",
]  # fmt: skip

MANY = b"""\
id: dec-1
statement: "a: \\"b\\" #c"
rejected:
  - option: x y
    because: z
  - option: w
lines:
  - one two
  - three
scope:
  paths: [src/**, "**/x"]
  tags: []
evidence:
  - quote: |
      Said
        so.
    commit: abcdef0
details: |
  One.

    - two: 2
  # three
on: ~
"""


def test_an_ordinary_item_needs_no_parser() -> None:
    assert _same_or_left_alone(encode(ORDINARY, SCHEMA))
    assert _same_or_left_alone(MANY)


@settings(laws, max_examples=400)
@given(st.data())
def test_an_item_with_a_few_characters_changed_is_read_the_same_or_left_to_the_parser(
    data: st.DataObject,
) -> None:
    text = data.draw(st.sampled_from([encode(ORDINARY, SCHEMA), MANY])).decode()
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        after = text[at + data.draw(st.integers(0, 3)) :]
        text = text[:at] + data.draw(st.sampled_from(SOUP)) + after
    _same_or_left_alone(text.encode())


@settings(laws, max_examples=400)
@given(
    st.lists(st.sampled_from([*SOUP, "key: text\n", "list:\n  - ", "map:\n  a: ", "block: |\n  "]))
)
def test_any_soup_is_read_the_same_or_left_to_the_parser(soup: list[str]) -> None:
    _same_or_left_alone("".join(soup).encode())
