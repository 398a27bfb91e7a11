"""Promise 1: many writers in several work trees lose nothing to each other."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.conftest import Git, Kn

from kn.core.codec import decode
from kn.core.schema import default_schema

WRITER = """
import os, sys
from pathlib import Path
from kn.flows import record
from kn.flows.knowledge import open_knowledge
who, count = sys.argv[1], int(sys.argv[2])
for number in range(count):
    knowledge = open_knowledge(Path.cwd(), os.environ)
    fields = {"statement": f"Writer {who} says rule {number}."}
    if number % 10 == 0:  # a list holds 200 ids at the most
        fields["supersedes"] = sys.argv[3:]
    item = record.draft_item(knowledge, "decision", fields)
    done = record.add_item(knowledge, item)
    print(done.item.id, done.path, flush=True)
"""


def _write_at_once(trees: list[Path], writers: int, each: int) -> dict[str, Path]:
    """Let writers add items, taking turns on the work trees; returns what they acknowledged."""
    running = []
    for number in range(writers):
        tree = trees[number % len(trees)]
        command = [sys.executable, "-c", WRITER, str(number), str(each), "dec-00000001"]
        running.append((tree, subprocess.Popen(command, cwd=tree, text=True,
                                               stdout=subprocess.PIPE)))  # fmt: skip
    acknowledged = {}
    for tree, one in running:
        out, _ = one.communicate(timeout=600)
        assert one.returncode == 0
        for line in out.splitlines():
            item, path = line.split()
            assert item not in acknowledged
            acknowledged[item] = tree / path
    return acknowledged


def _prove(root: Path, tmp_path: Path, git: Git, kn: Kn, writers: int, each: int) -> None:
    kn("add", "decision", "-", given="statement: The old rule.\n")
    old = next((root / ".knowledge/decisions").glob("*.yaml"))
    text = old.read_text()
    item_id = text.split("\n")[0].removeprefix("id: ")
    old.write_text("# To be replaced by all.\n" + text.replace(item_id, "dec-00000001"))
    old = old.rename(old.with_name("the-old-rule-00000001.yaml"))
    git("add", "-A")
    git("commit", "-q", "-m", "Old")
    side = tmp_path / "side"
    git("worktree", "add", "-q", "-b", "side", str(side))
    acknowledged = _write_at_once([root, side], writers, each)
    assert len(acknowledged) == writers * each
    schema = default_schema()
    for item_id, path in acknowledged.items():
        item, faults = decode(path.read_bytes(), schema)
        assert item is not None and item.id == item_id and not faults
    for tree in (root, side):
        stamped, _ = decode((tree / old.relative_to(root)).read_bytes(), schema)
        assert stamped is not None
        mine = {i for i, p in acknowledged.items() if p.is_relative_to(tree / ".knowledge")}
        asked = {i for i in mine if "supersedes" in acknowledged[i].read_text()}
        assert set(stamped.superseded_by) == asked and asked, "every stamp is there"
        assert "# To be replaced by all." in (tree / old.relative_to(root)).read_text()
        assert not list((tree / ".knowledge").rglob(".tmp-*"))
    known = (root / ".git/kn/local").read_text().split()
    assert all(len(line) == 40 for line in known) and len(set(known)) >= writers * each


def test_a_few_writers_in_two_work_trees(
    knowledge_repo: Path, tmp_path: Path, git: Git, kn: Kn
) -> None:
    _prove(knowledge_repo, tmp_path, git, kn, 4, 11)


@pytest.mark.slow
def test_eight_writers_in_two_work_trees(
    knowledge_repo: Path, tmp_path: Path, git: Git, kn: Kn
) -> None:
    _prove(knowledge_repo, tmp_path, git, kn, 8, 200)
