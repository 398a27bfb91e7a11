"""Programs of others that read what kn writes: where they are, and what if they are not there."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

_BESIDE = str(Path(sys.executable).parent)


def path_with_tools() -> str:
    """The PATH, with what lies beside this Python and below `KN_TOOLS` in front of it."""
    named = os.environ.get("KN_TOOLS")
    below = [f"{named}/node_modules/.bin", f"{named}/bin"] if named else []
    return os.pathsep.join([_BESIDE, *below, os.environ["PATH"]])


def own_tool(name: str) -> str:
    """A program that the extra `dev` installs: without it the test fails."""
    found = shutil.which(name, path=_BESIDE)
    assert found, f"{name} is not beside {sys.executable}: pip install -e '.[dev]'"
    return found


def foreign_tool(name: str, where: str = "make tools") -> str:
    """A program that `make tools` installs; skips the test where nobody did.

    With `KN_TOOLS`, as `make test-all` sets it, a program that is missing fails the test.
    """
    found = shutil.which(name, path=path_with_tools())
    if found is None and os.environ.get("KN_TOOLS"):
        pytest.fail(f"{name} is not below KN_TOOLS: {where}")
    if found is None:
        pytest.skip(f"{name} is not installed: {where}, and KN_TOOLS=FOLDER")
    return found
