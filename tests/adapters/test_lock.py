"""The lock: exclusive, bounded in time, gone with its holder."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kn.adapters.lock import locked
from kn.errors import Busy, KnError

HOLD = """
import sys, time
from pathlib import Path
from kn.adapters.lock import locked
with locked(Path(sys.argv[1]), 5):
    print("held", flush=True)
    time.sleep(60)
"""


COUNT_UP = """
import sys
from pathlib import Path
from kn.adapters.lock import locked
number = Path(sys.argv[1], "number")
for _ in range(25):
    with locked(Path(sys.argv[1], "lock"), 10):
        number.write_text(str(int(number.read_text()) + 1))
"""


def test_writers_take_turns(tmp_path: Path) -> None:
    (tmp_path / "number").write_text("0")
    command = [sys.executable, "-c", COUNT_UP, str(tmp_path)]
    writers = [subprocess.Popen(command) for _ in range(4)]

    assert [writer.wait() for writer in writers] == [0] * 4
    assert (tmp_path / "number").read_text() == "100"


def test_a_held_lock_is_busy_after_the_timeout_and_not_much_later(tmp_path: Path) -> None:
    with locked(tmp_path / "lock", 0):
        start = time.monotonic()
        with pytest.raises(Busy), locked(tmp_path / "lock", 0.1):
            pytest.fail("held twice")
        assert 0.1 <= time.monotonic() - start < 1


def test_an_error_in_the_block_lets_go(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), locked(tmp_path / "lock", 0):
        raise ZeroDivisionError
    with locked(tmp_path / "lock", 0):
        pass


def test_a_killed_holder_holds_nothing(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "lock")], stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    with holder.stdout:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(Busy), locked(tmp_path / "lock", 0):
            pytest.fail("not exclusive")
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
    with locked(tmp_path / "lock", 0):
        pass


def test_a_lock_whose_folder_was_deleted_is_not_taken_for_the_new_one(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    with locked(folder / "lock", 0):
        shutil.rmtree(folder)
        folder.mkdir()
        with locked(folder / "lock", 0), pytest.raises(Busy), locked(folder / "lock", 0):
            pytest.fail("held twice")


def test_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "lock").symlink_to(tmp_path / "precious")

    with pytest.raises(KnError, match="could not be locked"), locked(tmp_path / "lock", 0):
        pytest.fail("through a link")
    assert not (tmp_path / "precious").exists()
