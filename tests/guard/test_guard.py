"""No network: the guard stops whatever leaves the machine, and lets pass what does not."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.guard.leak import ADDRESS
from tests.guard.sitecustomize import LOG, NetworkUsed

ROOT = Path(__file__).parents[2]


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What is refused on purpose is written here, and is no fault of the run."""
    path = tmp_path / "refused"
    monkeypatch.setenv(LOG, str(path))
    return path


def _udp() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.sendto(b"x", ADDRESS)


def _bind() -> None:
    with socket.socket() as one:
        one.bind(("", 0))


def _resolve() -> None:
    socket.getaddrinfo("example.invalid", 80)


def _connect() -> None:
    socket.create_connection(ADDRESS, 0.1)


@pytest.mark.parametrize("leave", [_connect, _bind, _udp, _resolve], ids=lambda f: f.__name__)
def test_what_leaves_the_machine_is_stopped_and_written_down(
    log: Path, leave: Callable[[], None]
) -> None:
    with pytest.raises(NetworkUsed):
        leave()
    assert len(log.read_text().splitlines()) == 1


def test_the_loopback_and_unix_sockets_are_free(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # the path of a Unix socket may have 100 characters
    for family, address in ((socket.AF_INET, ("127.0.0.1", 0)), (socket.AF_UNIX, "here")):
        with socket.socket(family) as server, socket.socket(family) as client:
            server.bind(address)
            server.listen()
            client.connect(server.getsockname())
    assert socket.getaddrinfo("localhost", 80)
    assert not log.exists()


def test_a_process_is_guarded_that_a_process_of_a_test_starts(log: Path) -> None:
    leak = f"import socket; socket.create_connection({ADDRESS!r}, 0.1)"
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {leak!r}])"
    done = subprocess.run([sys.executable, "-c", outer], capture_output=True, text=True, check=True)
    assert "NetworkUsed" in done.stderr
    assert "192.0.2.1" in log.read_text()


def test_git_reaches_no_other_machine(repo: Path) -> None:
    for address in ("https://192.0.2.1/x", "ssh://192.0.2.1/x", "git://192.0.2.1/x"):
        done = subprocess.run(
            ["git", "ls-remote", address], capture_output=True, text=True, check=False
        )
        assert done.returncode and "not allowed" in done.stderr


def test_a_run_fails_whose_tests_did_not_notice() -> None:
    leak = ROOT / "tests" / "guard" / "leak.py"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(leak)],
        cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "2 passed, 1 error" in done.stdout and "The network was used" in done.stdout
    assert done.stdout.count("192.0.2.1") >= 2
