"""Fixtures for every floor. Nothing here, and no test, sees the developer's own machine.

Importing the guard sets it up in this process; PYTHONPATH does in all that it starts.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from tests.guard.sitecustomize import LOG

Git = Callable[..., str]
Kn = Callable[..., "subprocess.CompletedProcess[str]"]

settings.register_profile("kn", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("kn")
"""A busy machine is no failure; what must be fast is measured in `benchmarks/`."""

SOURCE = Path(__file__).parent.parent / "src"
GUARD = Path(__file__).parent / "guard"
_LOCAL = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_CONFIG GIT_CONFIG_PARAMETERS GIT_CONFIG_COUNT "
    "GIT_OBJECT_DIRECTORY GIT_DIR GIT_WORK_TREE GIT_IMPLICIT_WORK_TREE GIT_GRAFT_FILE "
    "GIT_INDEX_FILE GIT_NO_REPLACE_OBJECTS GIT_REPLACE_REF_BASE GIT_PREFIX GIT_SHALLOW_FILE "
    "GIT_COMMON_DIR"
).split()
_AGENTS = (
    "CLAUDECODE CLAUDE_CODE_SESSION_ID CODEX_SESSION_ID CODEX_THREAD_ID CODEX_CI GEMINI_CLI "
    "OPENCODE AGENT AI_AGENT COPILOT_CLI COPILOT_AGENT_SESSION_ID CURSOR_AGENT"
).split()


@pytest.fixture(scope="session", autouse=True)
def _no_network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The run fails if anything in it left the machine, though its test may not have noticed."""
    log = tmp_path_factory.mktemp("guard") / "network"
    before = os.environ.get(LOG)
    os.environ[LOG] = str(log)
    try:
        yield
    finally:
        os.environ.pop(LOG)
        if before is not None:
            os.environ[LOG] = before
    if log.exists():
        pytest.fail(f"The network was used:\n{log.read_text('utf-8', 'replace')}", pytrace=False)


@pytest.fixture(autouse=True)
def sealed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test sees the developer's git settings, home, agent or network."""
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    for name in [*_LOCAL, *_AGENTS, "KN_DEBUG", "KN_INSIDE", "KN_TODAY", "KN_EDITOR", "EDITOR",
                 "VISUAL", "GIT_EDITOR", "XDG_CONFIG_HOME", "CLAUDE_CONFIG_DIR", "CODEX_HOME",
                 "COPILOT_HOME", "XDG_DATA_HOME", "GEMINI_CLI_HOME",
                 "GEMINI_SESSION_ID"]:  # fmt: skip
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        "HOME": str(home),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_AUTHOR_NAME": "Test",
        "GIT_AUTHOR_EMAIL": "test@example.com",
        "GIT_COMMITTER_NAME": "Test",
        "GIT_COMMITTER_EMAIL": "test@example.com",
        "GIT_ALLOW_PROTOCOL": "file",
        "PYTHONPATH": f"{GUARD}{os.pathsep}{SOURCE}",
    }.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="session")
def _seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with one commit, made once: copying it is eight times faster."""
    seed = tmp_path_factory.mktemp("seed")
    environment = {
        "PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"
    }  # fmt: skip
    who = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    for words in (
        ("init", "-q", "-b", "main", "--template="),
        ("commit", "-q", "--allow-empty", "-m", "Start"),
    ):
        subprocess.run(["git", *who, *words], cwd=seed, check=True, env=environment)
    return seed


@pytest.fixture
def repo(_seed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A real repository on `main` with one commit, and the current directory."""
    root = shutil.copytree(_seed, tmp_path / "repo")
    monkeypatch.chdir(root)
    return Path(root)


@pytest.fixture
def git(repo: Path) -> Git:
    """Run git in `repo` and return what it printed."""

    def run(*words: str, cwd: Path = repo, given: str | None = None) -> str:
        done = subprocess.run(
            ["git", *words], cwd=cwd, check=True, capture_output=True, text=True, input=given
        )
        return done.stdout.strip()

    return run


@pytest.fixture
def kn(repo: Path) -> Kn:
    """Run kn as a process of its own, as a user would; `check` demands exit code 0."""

    def run(
        *words: str, cwd: Path = repo, given: str | None = None, check: bool = True,
        environment: dict[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-m", "kn", *words],
            cwd=cwd,
            capture_output=True,
            text=True,
            input=given if given is not None else "",
            env={**os.environ, **(environment or {})},
            check=False,
        )
        if check and done.returncode:
            raise AssertionError(f"kn {words}: exit {done.returncode}\n{done.stderr}")
        return done

    return run


@pytest.fixture
def knowledge_repo(repo: Path, kn: Kn, git: Git) -> Path:
    """A repository in which `kn init` was run and its files are committed."""
    kn("init", "--no-hooks")
    git("add", "-A")
    git("commit", "-q", "-m", "Begin knowledge")
    return repo
