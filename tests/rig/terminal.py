"""kn on a terminal of its own, for what only a person is asked."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import subprocess
import sys
import termios
import time

from tests.desk import Desk


class Terminal:
    """kn on a terminal of its own."""

    def __init__(self, desk: Desk, *words: str, **more: str) -> None:
        ours, theirs = pty.openpty()
        environment = {**os.environ, "TERM": "xterm", **more}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "kn", *words], cwd=desk.root, stdin=theirs, stdout=theirs,
            stderr=theirs, env=environment, start_new_session=True,
            preexec_fn=lambda: _control(theirs),
        )  # fmt: skip
        os.close(theirs)
        self.ours = ours
        self.said = ""

    def wait_for(self, text: str, seconds: float = 20) -> None:
        """Read until the text was printed."""
        end = time.monotonic() + seconds
        start = len(self.said)
        while text not in self.said[start:]:
            left = end - time.monotonic()
            assert left > 0, f"never said {text!r}, but {self.said!r}"
            if select.select([self.ours], [], [], min(left, 0.5))[0]:
                self.said += self._read()

    def _read(self) -> str:
        try:
            return os.read(self.ours, 65536).decode("utf-8", "replace")
        except OSError:
            raise AssertionError(f"it ended: {self.said!r}") from None

    def press(self, key: str) -> None:
        """Press a key once kn listens for one: what is typed before is dropped by the terminal."""
        end = time.monotonic() + 20
        while termios.tcgetattr(self.ours)[3] & termios.ICANON and time.monotonic() < end:
            time.sleep(0.01)
        os.write(self.ours, key.encode())

    def type(self, line: str) -> None:
        os.write(self.ours, f"{line}\r".encode())

    def end(self) -> int:
        """Wait until it ends; returns the exit code."""
        end = time.monotonic() + 20
        while self.process.poll() is None and time.monotonic() < end:
            if select.select([self.ours], [], [], 0.1)[0]:
                try:
                    self.said += os.read(self.ours, 65536).decode("utf-8", "replace")
                except OSError:
                    break
        code = self.process.wait(timeout=20)
        os.close(self.ours)
        return code


def _control(handle: int) -> None:
    fcntl.ioctl(handle, termios.TIOCSCTTY, 0)
