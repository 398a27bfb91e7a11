"""A repository that holds modules with the names of kn's libraries never has them run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.conftest import Kn


@pytest.mark.parametrize("name", ["click", "yaml", "subprocess", "json", "dataclasses", "whoosh"])
def test_a_module_of_the_repository_is_not_imported(
    knowledge_repo: Path, kn: Kn, name: str
) -> None:
    (knowledge_repo / f"{name}.py").write_text("open('ran', 'w').close()\n", "utf-8")

    done = subprocess.run(
        [sys.executable, "-m", "kn", "context", "anything"], cwd=knowledge_repo, check=False,
        capture_output=True, text=True, env={**os.environ},
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert not (knowledge_repo / "ran").exists()
