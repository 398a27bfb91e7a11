"""The manual pages: all commands are there, no formatter complains, and the wheel has them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from kn.cli.boundary import COMMANDS

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted((ROOT / "docs" / "man").glob("*.1"))


def _formatter(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_groff_renders_a_page_without_a_warning(page: Path) -> None:
    done = subprocess.run(
        [_formatter("groff"), "-man", "-ww", "-Tutf8", "-rLL=78n", str(page)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stderr == ""
    shown = re.sub(r".\x08|\x1b\[[0-9;]*m", "", done.stdout)  # struck twice, or by a sequence
    hidden = ("hook", "merge-driver", "textconv", "complete")
    for name in (n for n in COMMANDS if n not in hidden):
        assert f"kn {name}" in shown
    assert not any(f"kn {name}\n" in shown for name in hidden)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_mandoc_has_no_warning_either(page: Path) -> None:
    done = subprocess.run(
        [_formatter("mandoc"), "-T", "lint", "-W", "warning", str(page)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = [row for row in done.stdout.splitlines() if "missing date" not in row]
    assert said == [], "a date would change with every build"


def test_every_option_of_a_command_is_on_the_page() -> None:
    page = (ROOT / "docs" / "man" / "kn.1").read_text("ascii")
    part = page.partition('.SS "kn doctor"')[2].partition(".SS")[0]

    assert r"\fB\-\-fix\fR" in part and r"\fB\-\-json\fR" in part
    assert '.SS "kn inbox accept"' in page
    assert r"kn.context.budget, KN_CONTEXT_BUDGET" in page


def test_man_finds_the_pages_where_the_wheel_puts_them(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    (path,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(path) as wheel:
        for page in PAGES:
            (name,) = [n for n in wheel.namelist() if n.endswith(f"share/man/man1/{page.name}")]
            assert wheel.read(name) == page.read_bytes()
            (tmp_path / "man" / "man1").mkdir(parents=True, exist_ok=True)
            (tmp_path / "man" / "man1" / page.name).write_bytes(wheel.read(name))
    found = subprocess.run(
        [_formatter("man"), "-P", "cat", "git-kn"], capture_output=True, text=True, check=True,
        env={**os.environ, "MANPATH": str(tmp_path / "man"), "MANWIDTH": "78", "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    assert found.stderr == ""
    assert "git kn context" in found.stdout, "what `git kn --help` shows"
