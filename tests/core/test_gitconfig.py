"""kn's block in a git config: git reads it, and it comes out again to the byte."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kn.core import gitconfig

SETTINGS = [("merge.kn.name", "a name"), ("kn.initialized", "true")]
configs = st.lists(
    st.sampled_from(['[core]\n\tbare = false\n', '[kn]\n\tbudget = 5\n', "# x\n", "\n", "[a]"]),
    max_size=5,
).map(lambda parts: "".join(parts).encode())  # fmt: skip


@given(configs)
def test_what_is_put_in_comes_out(config: bytes) -> None:
    once = gitconfig.put(config, SETTINGS, ["block git:hooks/post-commit"])

    assert gitconfig.put(once, SETTINGS, gitconfig.journal(once)) == once
    assert gitconfig.journal(once) == ["block git:hooks/post-commit"]
    assert gitconfig.take(once) == config


@pytest.mark.parametrize("value", ['a "b" c', "back\\slash", "two\nlines\n\tand; # a tab", " x "])
def test_git_reads_the_value_that_was_written(tmp_path: Path, value: str) -> None:
    config = tmp_path / "config"
    config.write_bytes(gitconfig.put(b"", [("merge.kn.driver", value)], []))

    done = subprocess.run(
        ["git", "config", "-z", "--file", str(config), "merge.kn.driver"],
        capture_output=True, check=True,
    )  # fmt: skip

    assert done.stdout.decode() == value + "\0"


def test_what_git_adds_to_our_section_is_not_ours() -> None:
    held = gitconfig.put(b"[a]\n\tb = 1\n", SETTINGS, [])
    held = held.replace(b"# --- END", b"\tbudget = 500\n\tnote = a\\\nb = c\n# --- END")

    assert gitconfig.take(held) == b"[a]\n\tb = 1\n[kn]\n\tbudget = 500\n\tnote = a\\\nb = c\n"
