"""A repository with knowledge, and kn run in it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.desk import Desk, begin_knowledge
from tests.e2e.watched import world as world


@pytest.fixture(scope="session")
def _begun(_seed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return begin_knowledge(_seed, tmp_path_factory.mktemp("begun") / "repo")


@pytest.fixture
def desk(_begun: Path, repo: Path) -> Desk:
    shutil.copytree(_begun, repo, symlinks=True, dirs_exist_ok=True)
    return Desk(repo)
