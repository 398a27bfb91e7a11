"""Broken logs are read to the end, and what was skipped is counted (hazards H21)."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kn.core.sessions import READERS, TOO_LONG, Format, Heading, Session, collect_session

LOGS = Path(__file__).parent.parent / "fixtures" / "sessions"


def line(text: str, uuid: str | None = None) -> bytes:
    record = {"parentUuid": None, "isSidechain": False, "type": "user",
              "message": {"role": "user", "content": text}, "uuid": uuid or text,
              "sessionId": "s"}  # fmt: skip
    return json.dumps(record, separators=(",", ":")).encode() + b"\n"


def read(lines: list[bytes], form: Format = "claude") -> Session:
    heading = Heading()
    return collect_session(READERS[form](iter(lines), heading), heading)


def said(lines: list[bytes]) -> list[str]:
    return [t.text for t in read(lines).turns]


HOSTILE = [
    b"[" * 100_000, b'{"a":' * 50_000, b"\xff\xfe\x00{", b"\0" * 4096, b"nul", b"NaN", b"-", b'"',
    b"{" + b'"type":"user",' * 1000, b'{"type":' * 2000, b"1" * 10_000, b"\xef\xbb\xbf{}",
    b'{"type":"user","message":{"content":"\\ud800"}',
]  # fmt: skip


@pytest.mark.parametrize("bad", HOSTILE, ids=range(len(HOSTILE)))
def test_a_line_that_cannot_be_read_is_counted_and_the_rest_is_read(bad: bytes) -> None:
    session = read([line("before"), bad + b"\n", line("after")])
    assert [t.text for t in session.turns] == ["before", "after"]
    assert session.skipped == 1


def test_a_record_glued_to_a_torn_one_is_read() -> None:
    for cut in range(1, len(line("torn")) - 1):
        session = read([line("torn")[:cut] + line("whole"), line("after")])
        assert [t.text for t in session.turns][-2:] == ["whole", "after"]
        assert session.skipped == 1


def test_a_record_glued_to_a_torn_one_that_would_be_skipped_is_read() -> None:
    blob = b'{"type":"api-request-blob","sessionId":"s","message":"abc'
    assert said([blob + line("whole"), line("after")]) == ["whole", "after"]


def test_a_record_after_a_long_torn_one_is_read_and_a_hostile_line_takes_no_time() -> None:
    many = b'{"type":"user","x":[' + b'{"type":"text","id":1},' * 5000
    assert said([many + line("whole")]) == ["whole"]
    deep = b'{"type":' * 400 + b"[" + b"1," * 500_000
    started = time.process_time()
    assert said([deep + b"\n", line("after")]) == ["after"]
    assert time.process_time() - started < 5


def test_two_records_on_one_line_are_both_read() -> None:
    assert said([line("one").rstrip() + line("two")]) == ["one", "two"]


def test_nul_bytes_before_a_record_do_not_hide_it() -> None:
    session = read([b"\0" * 512 + line("kept")])
    assert [t.text for t in session.turns] == ["kept"]
    assert session.skipped == 1


def test_a_line_that_is_still_being_written_does_not_count() -> None:
    session = read([line("one"), line("two")[:-20]])
    assert [t.text for t in session.turns] == ["one"]
    assert session.skipped == 0


def test_a_last_line_without_its_newline_is_read_when_it_is_whole() -> None:
    assert said([line("one"), line("two").rstrip()]) == ["one", "two"]


def test_a_line_too_long_to_hold_is_counted() -> None:
    assert read([line("one"), TOO_LONG, line("two")]).skipped == 1


def test_half_a_surrogate_pair_can_be_printed() -> None:
    (turn,) = read([line("x").replace(b'"x"', b'"\\ud83d broken"', 1)]).turns
    assert turn.text.encode("utf-8").decode() == "\N{REPLACEMENT CHARACTER} broken"


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_later_valid_lines_are_always_read(data: st.DataObject) -> None:
    lines = [line(f"turn {n}") for n in range(8)]
    broken: list[bytes] = []
    for one in lines:
        bad = data.draw(
            st.one_of(st.none(), st.binary(max_size=60), st.integers(1, len(one) - 2)), label="bad"
        )
        if isinstance(bad, int):
            broken.append(one[:bad] + b"\n")
        elif isinstance(bad, bytes):
            broken.append(bad.replace(b"\n", b"") + b"\n")
        broken.append(one)
    session = read(broken)
    assert [t.text for t in session.turns if t.text.startswith("turn")] == [
        f"turn {n}" for n in range(8)
    ]


@pytest.mark.parametrize("path", sorted(LOGS.iterdir()), ids=lambda p: p.name)
def test_no_cut_of_a_real_log_crashes_its_reader(path: Path) -> None:
    whole = path.read_bytes()
    name = path.name.partition("-")[0]
    form = next(f for f in READERS if f == name)
    for at in range(0, len(whole), max(len(whole) // 40, 1)):
        cut = whole[:at] + b"\0" * 7 + whole[at + 50 :]
        read(cut.splitlines(keepends=True), form)
