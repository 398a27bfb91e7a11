"""What a command does not need is not imported: git runs kn at every commit."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
from tests.conftest import Git, Kn
from tests.desk import Desk

HEAVY = {"litellm", "git", "whoosh", "tiktoken", "click", "yaml", "pathspec", "subprocess",
         "asyncio", "hashlib", "importlib.metadata", "pathlib", "re", "argparse"}  # fmt: skip
ALWAYS_TOO_MUCH = {"litellm", "git", "asyncio", "importlib.metadata"}


def _loaded(desk: Desk, *words: str) -> set[str]:
    """Those of the heavy modules that kn had imported when it ended."""
    code = (
        "import sys\nbefore = set(sys.modules)\n"
        "import atexit\n"
        "atexit.register(lambda: print(*(set(sys.modules) - before), file=sys.stderr))\n"
        "from kn.cli import main\nmain()"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys\nsys.path.insert(0, {_source()!r})\n{code}",
         *words], cwd=desk.root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    modules = done.stderr.split()
    assert "kn.cli" in modules
    return {name for name in modules if name in HEAVY}


def _source() -> str:
    from tests.desk import SOURCE

    return SOURCE


@pytest.fixture
def stocked(desk: Desk, git: Git) -> Desk:
    desk.plant("dec-00000001", "Use a leaky bucket for rate limiting.")
    git("add", "-A")
    git("commit", "-q", "-m", "Know")
    git("config", "kn.initialized", "true")
    desk.ok("extract", "--since-last")
    return desk


def test_a_hook_with_nothing_to_do_imports_next_to_nothing(stocked: Desk) -> None:
    loaded = _loaded(stocked, "hook", "post-commit")
    assert not loaded & {"click", "yaml", "whoosh", "tiktoken", "pathlib", "subprocess", "re"}
    assert not loaded & ALWAYS_TOO_MUCH


def test_a_hook_of_an_ordinary_commit_loads_no_rules(stocked: Desk, git: Git) -> None:
    """The rules compile forty expressions, five times what Python takes to start."""
    git("commit", "-q", "--allow-empty", "-m", "Add retry to the client")
    head = git("rev-parse", "HEAD")
    loaded = _loaded(stocked, "hook", "post-commit")
    assert not loaded & {"click", "yaml", "whoosh", "tiktoken", "pathlib", "subprocess", "re"}
    assert head in (stocked.root / ".git/kn/seen").read_text("ascii")


def test_help_and_version_import_no_outside_world(stocked: Desk) -> None:
    assert not _loaded(stocked, "--version") & HEAVY
    helped = _loaded(stocked, "--help")
    assert not helped & {*ALWAYS_TOO_MUCH, "yaml", "whoosh", "tiktoken", "pathspec"}


def test_a_context_imports_what_it_uses(stocked: Desk, kn: Kn) -> None:
    first = _loaded(stocked, "context", "rate limiting")
    assert not first & ALWAYS_TOO_MUCH
    time.sleep(0.12)
    kn("context", "rate limiting")
    kn("context", "rate limiting")
    repeated = _loaded(stocked, "context", "rate limiting")
    assert not repeated & {*ALWAYS_TOO_MUCH, "click", "yaml", "whoosh", "tiktoken", "subprocess",
                           "pathspec"}  # fmt: skip
    other_words = _loaded(stocked, "context", "the bucket")
    assert not other_words & {*ALWAYS_TOO_MUCH, "tiktoken"}, "nothing is counted anew"


@pytest.mark.parametrize("typed", [("sho",), ("show", "dec-"), ("add", "--tag", ""), ("add", "")])
def test_a_tab_imports_nothing_heavy(stocked: Desk, typed: tuple[str, ...]) -> None:
    loaded = _loaded(stocked, "complete", "--", *typed)
    assert not loaded & {*ALWAYS_TOO_MUCH, "tiktoken", "pathspec"}
    if typed[0] == "show":
        assert not loaded & {"click", "yaml", "whoosh", "subprocess", "hashlib"}


@pytest.mark.parametrize(
    "words", [("list",), ("show", "dec-00000001"), ("check",), ("inbox", "list"), ("why", "a.py")]
)
def test_reading_commands_import_neither_models_nor_gitpython(
    stocked: Desk, words: tuple[str, ...]
) -> None:
    assert not _loaded(stocked, *words) & ALWAYS_TOO_MUCH
