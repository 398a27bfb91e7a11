"""Where contexts are asked for, the next one is built ahead after HEAD moved or kn wrote."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from tests.e2e.watched import Watched

CODE = "import sys\nfrom kn.cli import main\nmain()\nprint('click' in sys.modules)"


def _ask(world: Watched, *words: str) -> tuple[str, bool]:
    """What is said, and whether it came from what was kept, that is: without click."""
    said = world.run(sys.executable, "-c", CODE, "context", *words).stdout
    return said, said.endswith("False\n")


def _settle(root: Path) -> None:
    """Wait until nothing has been written for half a second, fifteen seconds at most."""
    before = [0]
    for _ in range(30):
        time.sleep(0.5)
        now = sorted(p.stat().st_mtime_ns for p in root.glob(".git/kn/answers/*"))
        if now == before:
            return
        before = now


def test_after_a_commit_the_branchs_context_is_there(world: Watched) -> None:
    world.kn("context", "anything")
    world.write("more.txt")
    world.git("commit", "-q", "-m", "Tidy up")
    _settle(world.root)

    assert _ask(world)[1]
    assert _ask(world, "a task never asked before")[1]


def test_after_kn_wrote_an_item_the_next_context_is_ready_and_has_it(world: Watched) -> None:
    world.kn("context", "anything")
    world.kn("add", "fact", "The gateway allows fifty requests.")
    _settle(world.root)
    said, kept = _ask(world, "gateway requests")

    assert "fifty requests" in said
    assert kept


def test_where_nobody_asks_for_contexts_none_is_built(world: Watched) -> None:
    world.write("more.txt")
    world.git("commit", "-q", "-m", "Tidy up")
    time.sleep(0.5)

    assert not (world.root / ".git/kn/answers").exists()


def test_where_the_mark_cannot_be_written_the_command_does_its_work_all_the_same(
    world: Watched,
) -> None:
    world.kn("context", "anything")
    world.kn("add", "fact", "The gateway allows fifty requests.")
    _settle(world.root)
    (mark,) = world.root.glob(".git/kn/answers/ahead-*")
    mark.unlink()
    mark.mkdir()  # like a disk that is full or read-only

    done = world.run("kn", "add", "fact", "The gateway answers in JSON.")

    assert done.returncode == 0 and done.stderr == "", done.stderr
    assert list(world.root.glob(".git/kn/answers/ahead-*")) == [mark]
