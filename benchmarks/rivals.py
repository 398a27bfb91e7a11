"""The same question put to kn and to what people use instead, side by side in one run.

    python benchmarks/rivals.py [SIZE ...] [--runs 11] [--without NAME]… --tools DIR

The items of a made repository are given to each tool in its own form, which is not timed, and
then every tool looks for the same words, in turn with `python -c pass`: whole processes, medians
of the pairs' ratios. `--tools` names the folder into which mulch (npm) and basic-memory (PyPI, a
virtual environment) are installed when they are not there; without it they are left out. What a
tool answers is not compared here: only kn's answer is current, scoped and within a budget.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from commands import KN, ratio, seconds
from made import make_items, make_question, make_repository

from kn.core.model import Item

BUILD = """
import json, sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("CREATE VIRTUAL TABLE items USING fts5(id UNINDEXED, statement, because, details, tags,"
           " tokenize='porter unicode61')")
db.executemany("INSERT INTO items VALUES (?, ?, ?, ?, ?)", json.load(sys.stdin))
db.commit()
"""
ASK = """
import sqlite3, sys
words = " OR ".join('"%s"' % w.replace('"', '""') for w in sys.argv[2].split())
db = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
for row in db.execute("SELECT id, statement, because FROM items WHERE items MATCH ?"
                      " ORDER BY bm25(items, 0, 3, 1, 1, 2) LIMIT 20", (words,)):
    print(*row)
"""

Asker = Callable[[str], Sequence[str]]


class Missing(Exception):
    """A tool is not here, and why."""


def run(*words: str, cwd: Path, given: str = "", seconds: float = 900) -> str:
    done = subprocess.run(
        words, cwd=cwd, input=given, capture_output=True, text=True, timeout=seconds, check=False
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise Missing(f"`{' '.join(words[:4])} …` failed: {said[-1] if said else done.returncode}")
    return done.stdout.strip()


def ripgrep(root: Path, items: list[Item], tools: Path | None) -> tuple[str, dict[str, Asker]]:
    program = shutil.which("rg") or (tools and shutil.which("rg", path=str(tools / "bin")))
    if not program:
        raise Missing("rg is not on the PATH")
    version = run(program, "--version", cwd=root).split("\n")[0]

    def ask(words: str) -> list[str]:
        patterns = [part for word in words.split() for part in ("-e", word)]
        return [program, "-i", *patterns, str(root / ".knowledge")]

    return version, {"rg over the YAML": ask}


def sqlite(root: Path, items: list[Item], tools: Path | None) -> tuple[str, dict[str, Asker]]:
    database = str(root / ".git/baseline.db")
    rows = [(i.id, i.statement, i.because, i.details, " ".join(i.scope.tags)) for i in items]
    run(sys.executable, "-c", BUILD, database, cwd=root, given=json.dumps(rows))
    version = run(sys.executable, "-c", "import sqlite3; print(sqlite3.sqlite_version)", cwd=root)
    return f"SQLite {version}", {
        "SQLite FTS5, 30 lines of Python": lambda words: [
            sys.executable, "-c", ASK, database, words
        ]
    }  # fmt: skip


def mulch(root: Path, items: list[Item], tools: Path | None) -> tuple[str, dict[str, Asker]]:
    if tools is None:
        raise Missing("no --tools folder")
    programs = tools / "mulch/node_modules/.bin"
    if not (programs / "ml").exists():  # it runs on bun, which npm has as well
        npm = shutil.which("npm")
        if npm is None:
            raise Missing("npm is not on the PATH")
        run(npm, "install", "--prefix", str(tools / "mulch"), "@os-eco/mulch-cli", "bun", cwd=root)
    os.environ["PATH"] = f"{programs}{os.pathsep}{os.environ['PATH']}"
    ml = str(programs / "ml")
    version = run(ml, "--version", cwd=root)
    run(ml, "init", cwd=root)
    run(ml, "add", "made", cwd=root)
    records = [
        {"type": "convention", "content": f"{i.statement} {i.because} {i.details}",
         "tags": list(i.scope.tags)}
        for i in items
    ]  # fmt: skip
    batch = root / ".git/records.json"
    batch.write_text(json.dumps(records), "utf-8")
    run(ml, "record", "made", "--batch", str(batch), cwd=root)
    return f"mulch {version}", {
        "mulch: ml search": lambda words: [ml, "search", words],
        "mulch: ml prime": lambda words: [ml, "prime"],
    }


def basic_memory(root: Path, items: list[Item], tools: Path | None) -> tuple[str, dict[str, Asker]]:
    if tools is None:
        raise Missing("no --tools folder")
    program = tools / "bm/bin/basic-memory"
    if not program.exists():
        python = next((p for n in (12, 13, 14) if (p := shutil.which(f"python3.{n}"))), None)
        if python is None:
            raise Missing("it needs Python 3.12 or newer, which is not on the PATH")
        run(python, "-m", "venv", str(tools / "bm"), cwd=root)
        run(str(tools / "bm/bin/pip"), "install", "-q", "basic-memory", cwd=root)
    home = root / ".git/basic-memory"
    notes = home / "notes"
    notes.mkdir(parents=True)
    os.environ |= {
        "HOME": str(home),
        "BASIC_MEMORY_HOME": str(notes),
        "BASIC_MEMORY_SEMANTIC_SEARCH_ENABLED": "false",  # it would fetch a model
        "BASIC_MEMORY_AUTO_UPDATE": "false",
    }
    for item in items:
        text = f"---\ntitle: {item.id}\ntype: note\n---\n\n{item.statement}\n\n{item.because}\n"
        (notes / f"{item.id}.md").write_text(f"{text}\n{item.details}\n", "utf-8")
    version = run(str(program), "--version", cwd=root).split(": ")[-1]
    run(str(program), "reindex", "--full", "--search", cwd=root)
    found = run(str(program), "tool", "search-notes", items[0].id, "--local", "--plain", cwd=root)
    if items[0].id not in found:
        raise Missing("it does not find what it was given")
    return f"basic-memory {version}", {
        "basic-memory: search-notes": lambda words: [
            str(program), "tool", "search-notes", words, "--local", "--plain"
        ]
    }  # fmt: skip


RIVALS = {"ripgrep": ripgrep, "sqlite": sqlite, "mulch": mulch, "basic-memory": basic_memory}


def kn(root: Path) -> dict[str, Asker]:
    for words in ("first of all", "settle"):
        seconds([KN, "context", words], root)
    return {
        "kn context, a new task": lambda words: [KN, "context", words],
        "kn context, repeated": lambda _: [KN, "context", "settle"],
        "kn search": lambda words: [KN, "search", words],
    }


def compare(size: int, runs: int, tools: Path | None, rivals: Sequence[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        make_repository(root, size)
        items = make_items(size)
        askers, versions = kn(root), [run(KN, "--version", cwd=root)]
        for name in rivals:
            try:
                version, more = RIVALS[name](root, items, tools)
            except (Missing, OSError, subprocess.TimeoutExpired) as reason:
                versions.append(f"{name} left out: {reason}")
                continue
            versions.append(version)
            askers |= more
        sys.stdout.write(f"{size:,} items; {'; '.join(versions)}\n")
        for name, ask in askers.items():
            found, took = ratio(runs, root, lambda n, ask=ask: ask(make_question(items, n)))
            sys.stdout.write(f"{size:>7,}  {name:<34} {found:6.2f} x  {took:7.1f} ms\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sizes", nargs="*", type=int, default=[1000])
    parser.add_argument("--runs", type=int, default=11)
    parser.add_argument("--tools", type=Path)
    parser.add_argument("--without", action="append", default=[], choices=list(RIVALS))
    arguments = parser.parse_args()
    os.environ |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    tools = arguments.tools.absolute() if arguments.tools else None
    for size in arguments.sizes:
        compare(size, arguments.runs, tools, [n for n in RIVALS if n not in arguments.without])


if __name__ == "__main__":
    main()
