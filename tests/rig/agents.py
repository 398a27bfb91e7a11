"""Real coding agents as test clients: install them, and run one turn of them offline.

    python -m tests.rig.agents FOLDER [claude] [codex] …   # 100 to 400 MB each

A turn gets a HOME of its own and an environment built from nothing, so that no key, setting or
login of the person who runs the test reaches it. Its proxy variables point at the model server,
which refuses and records whatever tries to leave the machine.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.rig.known_agents import AGENTS, Place

__all__ = ["AGENTS", "Place", "Turn", "find_binary", "install", "run_turn"]


@dataclass(frozen=True, slots=True)
class Turn:
    """What a turn printed, and how it ended."""

    code: int
    """124 when it ran past the time allowed."""
    out: str
    err: str
    seconds: float = 0.0


def install(name: str, folder: Path) -> Path:
    """Install an agent below `folder` with npm; returns its binary."""
    agent = AGENTS[name]
    base = folder / f"{name}-{agent.version}"
    base.mkdir(parents=True, exist_ok=True)
    (base / "package.json").write_text('{"private": true}\n')
    package = f"{agent.package}@{agent.version}"
    flags = ("--no-audit", "--no-fund", "--loglevel=error")
    subprocess.run(["npm", "install", *flags, package], cwd=base, check=True)
    binary = find_binary(name, folder)
    assert binary is not None, f"{package} brought no {name}"
    return binary


def find_binary(name: str, folder: Path | None = None) -> Path | None:
    """The agent below `folder`, else below `KN_REAL_AGENTS`, else on the PATH, else None."""
    named = os.environ.get("KN_REAL_AGENTS")
    folder = folder or (Path(named) if named else None)
    if folder is not None:
        agent = AGENTS[name]
        program = agent.program(folder / f"{name}-{agent.version}" / "node_modules")
        if program.exists():
            return program.absolute()
    found = shutil.which(name)
    return Path(found) if found else None


def run_turn(
    name: str,
    place: Place,
    prompt: str,
    *,
    binary: Path,
    again: bool = False,
    extra: Sequence[str] = (),
    prepare: Callable[[], object] = lambda: None,
    timeout: float = 120,
    environment: Mapping[str, str] | None = None,
) -> Turn:
    """Let an agent answer one prompt.

    Args:
        name: Which.
        place: Where.
        prompt: What the user says.
        binary: The agent's program.
        again: Its last session in the repository goes on.
        extra: More arguments for the agent.
        prepare: Runs when its home is furnished, right before it starts.
        timeout: Seconds after which it and all that it started are ended.
        environment: More variables for it.
    """
    agent = AGENTS[name]
    (place.home / "temp").mkdir(parents=True, exist_ok=True)
    agent.prepare(place)
    prepare()
    words = [*agent.words(prompt, again=again), *extra]
    whole = _bare_environment(place) | agent.environment(place) | dict(environment or {})
    return _bounded([str(binary), *words], place.repo, whole, timeout)


def _bare_environment(place: Place) -> dict[str, str]:
    identity = {
        f"GIT_{role}_{part}": text
        for role in ("AUTHOR", "COMMITTER")
        for part, text in (("NAME", "Me"), ("EMAIL", "me@example.com"))
    }
    proxies = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
    return {
        "HOME": str(place.home),
        "PATH": os.environ.get("PATH", os.defpath),
        "TMPDIR": str(place.home / "temp"),
        "LANG": "C.UTF-8",
        "TERM": "dumb",
        "DO_NOT_TRACK": "1",
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
        **identity,
        **dict.fromkeys(proxies, place.server),
    }


def _bounded(command: list[str], cwd: Path, environment: Mapping[str, str], timeout: float) -> Turn:
    """Run to the end, or until the time is over; agents leave children, so the group ends."""
    started = time.monotonic()
    process = subprocess.Popen(
        command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, errors="replace", start_new_session=True,
    )  # fmt: skip
    try:
        out, err = process.communicate(timeout=timeout)
        return Turn(process.returncode, out, err, time.monotonic() - started)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        out, err = process.communicate()
        return Turn(124, out, err, time.monotonic() - started)
    except BaseException:  # the test itself was interrupted
        os.killpg(process.pid, signal.SIGKILL)
        raise


if __name__ == "__main__":
    target, *names = sys.argv[1:]
    for wanted in names or AGENTS:
        print(install(wanted, Path(target)))  # noqa: T201 -- a small tool for people
