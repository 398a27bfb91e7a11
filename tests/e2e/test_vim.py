"""The recipe for Vim in `docs/editors.md`, run in a real one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.conftest import Kn

from kn.core.schema import BUILT_IN

PAGE = Path(__file__).resolve().parents[2] / "docs" / "editors.md"
VIM = shutil.which("vim")


@pytest.mark.skipif(VIM is None, reason="vim is not installed")
def test_make_fills_the_quickfix_list_with_findings(
    knowledge_repo: Path, kn: Kn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "kn"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m kn "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    path = Path(kn("add", "fact", "Invoices are kept ten years.").stdout.split("\n")[0])
    path.write_text(path.read_text("utf-8") + "colour: red\n", "utf-8")
    found = re.search(r"```vim\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert found
    recipe = tmp_path / "recipe.vim"
    recipe.write_text(
        found[1] + "make!\n"
        "call writefile(map(filter(getqflist(), 'v:val.valid'), 'bufname(v:val.bufnr) . \"|\" ."
        " v:val.lnum . \"|\" . v:val.type . \"|\" . v:val.text'), 'found')\nqall!\n"
    )  # fmt: skip

    assert VIM is not None
    subprocess.run(
        [VIM, "-Nu", "NONE", "-es", "-S", str(recipe)], timeout=60, check=False,
        stdin=subprocess.DEVNULL, capture_output=True,
    )  # fmt: skip

    rows = (knowledge_repo / "found").read_text("utf-8").splitlines()
    assert len(rows) == 1
    name, line, sort, text = rows[0].split("|")
    assert (name, line, sort) == (str(path), "6", "w")
    assert "colour" in text and "[KN" in text


def test_the_recipe_for_neovim_names_every_kind() -> None:
    found = re.search(r"local kinds = \{(.*?)\}", PAGE.read_text("utf-8"), re.DOTALL)

    assert found
    named = dict(re.findall(r"(\w+) = '(\w+)'", found[1]))
    assert named == {kind.name: kind.folder for kind in BUILT_IN}
