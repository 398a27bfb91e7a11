"""A whole history: read batch by batch, in little memory, and from where it was interrupted."""

from __future__ import annotations

import os
import subprocess
import tracemalloc
from collections.abc import Iterable
from pathlib import Path

import pytest
from tests.conftest import Git
from tests.desk import Desk
from tests.rig.terminal import Terminal

from kn.adapters import git as adapter
from kn.flows.capture import ranges as read_range
from kn.flows.capture.keep import Captured
from kn.flows.knowledge import open_knowledge


def _import(root: Path, messages: Iterable[bytes]) -> None:
    """A commit on top of `main` for each message."""
    start = adapter.resolve(adapter.find_repository(root), "main")
    lines = []
    for number, message in enumerate(messages):
        after = f"from {start}\n".encode() if not number else b""
        who = b"committer T <t@example.com> %d +0000\n" % (1_600_000_000 + number)
        lines.append(b"commit refs/heads/main\n%sdata %d\n%s\n%s" % (who, len(message), message,
                                                                     after))  # fmt: skip
    subprocess.run(["git", "fast-import", "--quiet"], cwd=root, input=b"".join(lines), check=True)


def _message(number: int) -> bytes:
    said = f"\n\nDecision: Use engine {number} for part {number}.\n" if number % 3 == 0 else ""
    return f"Change part {number}{said}".encode()


def _read(root: Path, span: str, *, stop_after: int = 0) -> Captured:
    """Read a range; ^C after so many batches."""
    batches = 0

    def progress(done: int, total: int) -> None:
        nonlocal batches
        batches += 1
        if batches == stop_after:
            raise KeyboardInterrupt

    return read_range.extract_range(open_knowledge(root, os.environ), span, progress=progress)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of ten commits."""
    monkeypatch.setattr(read_range, "BATCH", 10)


def _inbox(desk: Desk) -> list[str]:
    return sorted(c["statement"] for c in desk.ok("inbox", "list", "--json").json["candidates"])


def _expected(*numbers: int) -> list[str]:
    return sorted(f"Use engine {n} for part {n}." for n in numbers if n % 3 == 0)


def test_an_interrupted_reading_goes_on_where_it_stopped(desk: Desk, small: None) -> None:
    _import(desk.root, map(_message, range(45)))
    with pytest.raises(KeyboardInterrupt):
        _read(desk.root, "..HEAD", stop_after=2)
    # The two commits before ours are read as well.
    assert _inbox(desk) == _expected(*range(18))
    found = _read(desk.root, "..HEAD")
    assert (found.before, found.read) == (20, 27)
    assert sorted(c.statement for c in found.candidates) == _expected(*range(18, 45))
    assert _inbox(desk) == _expected(*range(45))
    again = _read(desk.root, "..HEAD")
    assert (again.before, again.read, again.candidates) == (0, 47, ())


def test_it_goes_on_when_the_branch_has_moved_and_after_several_interruptions(
    desk: Desk, git: Git, small: None
) -> None:
    _import(desk.root, map(_message, range(35)))
    git("branch", "side", "main~30")
    with pytest.raises(KeyboardInterrupt):
        _read(desk.root, "..HEAD", stop_after=2)
    git("reset", "-q", "--hard")
    git("checkout", "-q", "side")
    git("commit", "-q", "--allow-empty", "-m", _message(99).decode())
    git("checkout", "-q", "main")
    git("merge", "-q", "--no-edit", "side")  # what comes now does not stand behind all the rest
    with pytest.raises(KeyboardInterrupt):
        _read(desk.root, "..HEAD", stop_after=1)
    found = _read(desk.root, "..HEAD")
    assert (found.before, found.before + found.read) == (30, 39)
    assert _inbox(desk) == _expected(*range(35), 99)
    assert (desk.root / ".git/kn/half-read").read_text() == ""


def test_another_range_begins_at_its_own_beginning(desk: Desk, small: None) -> None:
    _import(desk.root, map(_message, range(45)))
    with pytest.raises(KeyboardInterrupt):
        _read(desk.root, "..HEAD", stop_after=3)
    assert _read(desk.root, "HEAD~45..HEAD").before == 0
    assert _read(desk.root, "..HEAD~25").before == 0
    assert _read(desk.root, "..HEAD").before == 30


@pytest.mark.parametrize("written", [b"", b"\xff\n", b"a b c\n", b"x " * 40 + b"\n"])
def test_a_damaged_note_of_what_was_read_costs_only_time(
    desk: Desk, small: None, written: bytes
) -> None:
    _import(desk.root, map(_message, range(25)))
    (desk.root / ".git/kn").mkdir(exist_ok=True)
    (desk.root / ".git/kn/half-read").write_bytes(written)
    assert _read(desk.root, "..HEAD").read == 27
    assert _inbox(desk) == _expected(*range(25))


def test_a_dry_run_neither_notes_nor_skips_anything(desk: Desk, small: None) -> None:
    _import(desk.root, map(_message, range(25)))
    with pytest.raises(KeyboardInterrupt):
        _read(desk.root, "..HEAD", stop_after=1)
    before = (desk.root / ".git/kn/half-read").read_text()
    shown = desk.ok("extract", "--range", "..HEAD", "--dry-run", "--json").json
    assert (shown["read"], shown["read_before"], len(shown["candidates"])) == (27, 0, 9)
    assert (desk.root / ".git/kn/half-read").read_text() == before
    assert desk.ok("extract", "--range", "..HEAD", "--json").json["read_before"] == 10


def test_many_candidates_are_counted_and_not_all_printed(desk: Desk) -> None:
    _import(desk.root, map(_message, range(90)))
    dry = desk.ok("extract", "--range", "..HEAD", "--dry-run")
    assert dry.out.count("decision:") == 30
    kept = desk.ok("extract", "--range", "..HEAD")
    assert kept.out.count("decision:") == 20 and "10 more are not shown" in kept.err


def test_huge_and_undecodable_messages_are_read_in_little_memory(desk: Desk) -> None:
    huge = b"word " * 4_000_000
    _import(desk.root, [
        b"Say it first\n\nDecision: Use engine 1 for part 1.\n\n" + huge,
        b"Say it in latin-1: \xe9\xff\n\nDecision: Use engine 2 for part 2.\n",
        b"Say it last\n\n" + huge + b"\n\nDecision: Use engine 3 for part 3.\n",
        b"\0no text\xc3", b"", b"Say it\n\nDecision: Use engine 4 for part 4.\n",
    ])  # fmt: skip
    tracemalloc.start()
    try:
        ran = desk.ok("extract", "--range", "..HEAD")
        assert tracemalloc.get_traced_memory()[1] < 15e6  # of which the redactor takes the most
    finally:
        tracemalloc.stop()
    assert "8 commits read" in ran.err
    # What stands behind 64 KiB of a message is not read.
    assert _inbox(desk) == [f"Use engine {n} for part {n}." for n in (1, 2, 4)]


def test_a_stream_that_nobody_reads_on_leaves_no_process(desk: Desk) -> None:
    _import(desk.root, map(_message, range(3000)))
    place = adapter.find_repository(desk.root)
    stream = adapter.read_commits(place, [adapter.resolve(place, "HEAD")])
    first = next(stream)
    del stream
    assert first.message == "Start\n"
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_an_interrupt_on_a_terminal_says_how_to_go_on(desk: Desk) -> None:
    _import(desk.root, map(_message, range(20_000)))
    terminal = Terminal(desk, "extract", "--range", "..HEAD")
    terminal.wait_for("reading commits")
    os.write(terminal.ours, b"\x03")
    assert terminal.end() == 130
    assert "goes on where it stopped" in terminal.said and "Traceback" not in terminal.said
