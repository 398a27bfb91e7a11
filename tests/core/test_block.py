"""A block goes in and comes out; what was around it never changes by a byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kn.core import block
from kn.errors import KnError

hosts = st.lists(
    st.sampled_from([b"#!/bin/sh", b"\n", b"\r\n", b"exec x", b"", b"\x00\xff", b"#", b"a=1"]),
    max_size=8,
).map(b"".join) | st.binary(max_size=40).filter(lambda host: b"BEGIN kn" not in host)
bodies = st.lists(st.sampled_from([b"kn hook\n", b"\n", b"# x\n"]), max_size=4).map(b"".join)


@given(hosts, bodies, st.booleans())
def test_what_is_put_in_comes_out_to_the_byte(host: bytes, body: bytes, first: bool) -> None:
    assert block.take(block.put(host, body, first=first)) == host


@given(hosts, bodies, bodies, st.booleans())
def test_putting_twice_leaves_the_last_body_once(
    host: bytes, old: bytes, new: bytes, first: bool
) -> None:
    twice = block.put(block.put(host, old, first=first), new, first=first)

    assert twice == block.put(host, new, first=first)
    assert block.body_of(twice) == new


@pytest.mark.parametrize("first", [True, False])
def test_a_file_that_was_ours_alone_goes_away(first: bool) -> None:
    assert block.take(block.put(None, b"x\n", first=first)) is None


def test_an_empty_file_that_was_there_stays() -> None:
    assert block.take(block.put(b"", b"x\n")) == b""


def test_lines_that_somebody_added_to_our_file_stay() -> None:
    assert block.take(block.put(None, b"x\n", first=True) + b"theirs\n") == b"#!/bin/sh\ntheirs\n"


def test_a_hook_is_entered_before_its_exec() -> None:
    text = block.put(b"#!/bin/bash -e\nexec pre-commit\n", b"kn\n", first=True)

    assert text.startswith(b"#!/bin/bash -e\n# --- BEGIN kn v1 ---\nkn\n")
    assert text.endswith(b"# --- END kn ---\nexec pre-commit\n")


def test_the_end_of_the_file_is_the_place_otherwise() -> None:
    assert block.put(b"a", b"kn\n").startswith(b"a\n# --- BEGIN kn v1 (newline added) ---\n")


def test_a_block_without_an_end_is_said_with_its_line() -> None:
    with pytest.raises(KnError, match="Line 3"):
        block.take(b"a\nb\n# --- BEGIN kn v1 ---\nc\n")


def test_blocks_that_a_merge_doubled_both_go() -> None:
    one = block.put(b"", b"x\n")

    assert block.take(b"a\n" + one + b"b\n" + one) == b"a\nb\n"
