"""Claude Code and Codex as test clients: install them, and run one turn of them offline.

    python -m tests.rig.agents FOLDER [claude] [codex]     # install below FOLDER, 400 MB each

A turn gets a HOME of its own and an environment built from nothing, so that no key, setting or
login of the person who runs the test reaches it. Its proxy variables point at the model server,
which refuses and records whatever tries to leave the machine.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

NO_KEY = "dummy-not-a-key"
VERSIONS = {"claude": "2.1.330", "codex": "0.169.0"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a turn happens."""

    repo: Path
    home: Path
    server: str
    """The address of the model server."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What a turn printed, and how it ended."""

    code: int
    """124 when it ran past the time allowed."""
    out: str
    err: str


def install(name: str, folder: Path) -> Path:
    """Install an agent below `folder` with npm; returns its binary."""
    base = folder / f"{name}-{VERSIONS[name]}"
    base.mkdir(parents=True, exist_ok=True)
    (base / "package.json").write_text('{"private": true}\n')
    package = f"{_package(name)}@{VERSIONS[name]}"
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
        modules = folder / f"{name}-{VERSIONS[name]}" / "node_modules"
        program = modules / (f"{_package(name)}/claude" if name == "claude" else ".bin/codex")
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
    timeout: float = 120,
    environment: Mapping[str, str] | None = None,
) -> Turn:
    """Let an agent answer one prompt; with `again` its last session in the repository goes on."""
    (place.home / "temp").mkdir(parents=True, exist_ok=True)
    if name == "codex":
        _configure_codex(place)
        flags = ["--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox"]
        words = ["exec", *flags, *(["resume", "--last"] if again else []), prompt]
        own = {"MOCK_KEY": NO_KEY}
    else:
        words = ["-p", prompt, "--output-format", "json", "--allowedTools", "Bash"]
        words += ["--continue"] if again else []
        own = {
            "ANTHROPIC_BASE_URL": place.server,
            "ANTHROPIC_API_KEY": NO_KEY,
            "DISABLE_AUTOUPDATER": "1",
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "IS_SANDBOX": "1",  # else it refuses to run as root
        }
    whole = _bare_environment(place) | own | dict(environment or {})
    return _bounded([str(binary), *words], place.repo, whole, timeout)


def _package(name: str) -> str:
    if name == "codex":
        return "@openai/codex"
    # The plain package refuses older Nodes; the native one needs none.
    machine = "x64" if platform.machine().lower() in ("x86_64", "amd64") else "arm64"
    return f"@anthropic-ai/claude-code-{platform.system().lower()}-{machine}"


def _configure_codex(place: Place) -> None:
    (place.home / ".codex").mkdir(exist_ok=True)
    (place.home / ".codex" / "config.toml").write_text(f"""\
model = "mock-model"
model_provider = "mock"
check_for_update_on_startup = false
[analytics]
enabled = false
[features]
plugins = false
apps = false
[model_providers.mock]
name = "mock"
base_url = {json.dumps(place.server + "/v1")}
env_key = "MOCK_KEY"
wire_api = "responses"
request_max_retries = 2
stream_max_retries = 2
[projects.{json.dumps(str(place.repo))}]
trust_level = "trusted"
""")


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
    process = subprocess.Popen(
        command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, errors="replace", start_new_session=True,
    )  # fmt: skip
    try:
        out, err = process.communicate(timeout=timeout)
        return Turn(process.returncode, out, err)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        out, err = process.communicate()
        return Turn(124, out, err)
    except BaseException:  # the test itself was interrupted
        os.killpg(process.pid, signal.SIGKILL)
        raise


if __name__ == "__main__":
    target, *names = sys.argv[1:]
    for wanted in names or VERSIONS:
        print(install(wanted, Path(target)))  # noqa: T201 -- a small tool for people
