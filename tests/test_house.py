"""The house as a whole: what is written about it is so, and what travels is all there."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from collections import Counter
from pathlib import Path

import click
import pytest

import kn
from kn.cli.boundary import COMMANDS, group

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "kn"
MODULES = sorted(PACKAGE.rglob("*.py"))
PAGES = [
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / ".knowledge-template").rglob("*.md")),
    ROOT / "hooks" / "README.md",
]
REFUSED = {"utils", "helpers", "common", "manager", "service", "types", "constants"}
LONGEST_FILE, LONGEST_FUNCTION = 400, 50


def test_the_documentation_says_what_the_code_says() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "generate.py"), "--check"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8"))
    inside = [t for t in targets if not re.match(r"[a-z]+:", t)]
    assert [t for t in inside if not (page.parent / t).exists()] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_says_the_same_of_itself_as_the_table_of_commands(name: str) -> None:
    command = group.get_command(click.Context(group), name)
    assert command is not None
    assert command.short_help == COMMANDS[name][1]
    assert command.help, "and its help says more"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_documented(name: str) -> None:
    assert f"\n## kn {name}\n" in (ROOT / "docs" / "commands.md").read_text("utf-8")


def test_no_name_is_defined_that_nobody_uses() -> None:
    words = Counter(w for m in MODULES for w in re.findall(r"\w+", m.read_text("utf-8")))
    unused = []
    for module in MODULES:
        for node in ast.parse(module.read_text("utf-8")).body:
            names = []
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.decorator_list:
                names = [node.name]
            if isinstance(node, ast.Assign | ast.AnnAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                names = [t.id for t in targets if isinstance(t, ast.Name)]
            unused += [f"{module.name}: {n}" for n in names if words[n] == 1]
    # The index's lines were made by it, and a test makes them again.
    assert unused == ["ranks.py: index_lines"]


def test_options_are_described() -> None:
    silent = []
    for name in COMMANDS:
        command = group.get_command(click.Context(group), name)
        assert command is not None
        below = command.commands.values() if isinstance(command, click.Group) else ()
        for one in (command, *below):
            options = [p for p in one.params if isinstance(p, click.Option)]
            silent += [f"kn {name} {o.opts[0]}" for o in options if not (o.help or "").strip()]
    assert silent == []


def test_the_architecture_can_be_read_in_one_sitting() -> None:
    assert len((ROOT / "ARCHITECTURE.md").read_text("utf-8").splitlines()) <= 150


def test_modules_have_names_of_their_own_and_one_sentence() -> None:
    assert [m for m in MODULES if m.stem in REFUSED] == []
    assert [m for m in MODULES if not ast.get_docstring(ast.parse(m.read_text("utf-8")))] == []


def test_files_and_functions_stay_short() -> None:
    long = []
    for module in MODULES:
        text = module.read_text("utf-8")
        if len(text.splitlines()) > LONGEST_FILE:
            long.append(str(module.relative_to(PACKAGE)))
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                if lines > LONGEST_FUNCTION:
                    long.append(f"{module.relative_to(PACKAGE)}: {node.name} has {lines}")
    assert long == []


def test_a_checkout_runs_without_being_installed() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "kn", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"kn {kn.__version__}\n"


def test_version_and_change_log_fit_together() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    heads = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert project["version"] == kn.__version__
    assert heads[0] == "Unreleased" or heads[0].split()[0] == kn.__version__


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    (path,) = folder.glob("*.whl")
    return zipfile.ZipFile(path)


def test_data_travels_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    held = {name: wheel.read(name) for name in wheel.namelist()}
    for inside, outside in (("knowledge-template", ".knowledge-template"), ("hooks", "hooks")):
        for path in (p for p in (ROOT / outside).rglob("*") if p.is_file()):
            name = f"kn/_data/{inside}/{path.relative_to(ROOT / outside).as_posix()}"
            assert held.get(name) == path.read_bytes(), name
    for name in ("_tokens/cl100k_base.tiktoken", "_tokens/LICENSE", "py.typed"):
        assert held.get(f"kn/{name}") == (PACKAGE / name).read_bytes(), name


def test_the_wheel_has_every_module_and_nothing_else_of_ours(wheel: zipfile.ZipFile) -> None:
    names = {n for n in wheel.namelist() if n.endswith(".py")}
    assert names == {f"kn/{m.relative_to(PACKAGE).as_posix()}" for m in MODULES}


def test_both_programs_are_installed(wheel: zipfile.ZipFile) -> None:
    (name,) = [n for n in wheel.namelist() if n.endswith("entry_points.txt")]
    assert wheel.read(name).decode().split() == (
        "[console_scripts] git-kn = kn.cli:main kn = kn.cli:main".split()
    )
