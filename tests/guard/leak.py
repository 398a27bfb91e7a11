"""Tests that leave the machine and do not notice; `test_guard.py` runs them, and they must fail."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys

ADDRESS = ("192.0.2.1", 80)
"""Nobody's (RFC 5737)."""
_LEAK = f"""
import contextlib, socket
with contextlib.suppress(BaseException):
    socket.create_connection({ADDRESS!r}, 0.1)
"""


def test_a_process_swallows_what_the_guard_raises() -> None:
    subprocess.run([sys.executable, "-c", _LEAK], check=True)


def test_so_does_this_one() -> None:
    with contextlib.suppress(BaseException):
        socket.create_connection(ADDRESS, 0.1)
