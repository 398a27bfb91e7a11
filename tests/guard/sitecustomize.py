"""The guard at every Python of the tests: nothing but this machine is talked to.

Python imports a module of this name when it starts, wherever PYTHONPATH leads to it. So a process
that a test starts is guarded like the test itself, down to hooks that git runs. What it tries is
written to the file that `KN_GUARD_LOG` names, as the process may swallow what is raised here.
"""

from __future__ import annotations

import os
import sys

LOG = "KN_GUARD_LOG"
_CALLS = frozenset(
    {"socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo"}
    | {"socket.gethostbyname", "socket.gethostbyaddr"}
)


class NetworkUsed(Exception):
    """A test, or kn under test, tried to leave the machine."""


def refuse(event: str, given: tuple[object, ...]) -> None:
    """Let a call through that stays on this machine.

    Raises:
        NetworkUsed: It does not.
    """
    if event not in _CALLS:
        return
    told = given[1] if event.split(".")[1] in ("connect", "bind", "sendto", "sendmsg") else given
    # A path is a Unix socket; other families than the internet's have numbers in the first place.
    host = told[0] if isinstance(told, tuple) and told else None
    if isinstance(host, bytes | bytearray):
        host = host.decode("utf-8", "replace")
    if not isinstance(host, str) or _is_here(host):
        return
    said = f"{event} {told!r} in {sys.argv[:3]!r}"
    if path := os.environ.get(LOG):
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(handle, said.replace("\n", " ").encode("utf-8", "replace") + b"\n")
        os.close(handle)
    raise NetworkUsed(said)


def _is_here(host: str) -> bool:
    return host in ("localhost", "::1") or (host.startswith("127.") and host[4:5].isdigit())


sys.addaudithook(refuse)
