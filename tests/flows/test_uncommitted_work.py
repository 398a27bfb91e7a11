"""What is being worked on counts, committed or not, and is seen at once."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from tests.conftest import Git, Kn


@pytest.fixture
def worked(knowledge_repo: Path, git: Git, kn: Kn) -> Path:
    """Two conventions for two folders, and a file in each."""
    for part in ("gateway", "billing"):
        kn("add", "convention", f"Errors of {part} are logged once.", "--path", f"src/{part}/**")
        (knowledge_repo / f"src/{part}").mkdir(parents=True)
        (knowledge_repo / f"src/{part}/main.py").write_text("x = 1\n", "utf-8")
    git("add", "-A")
    git("commit", "-q", "-m", "Parts")
    return knowledge_repo


def _first(kn: Kn, *words: str) -> str:
    items = json.loads(kn("context", *words, "--json").stdout)["items"]
    return str(items[0]["statement"])


def test_without_a_task_an_uncommitted_edit_says_what_the_work_is(worked: Path, kn: Kn) -> None:
    (worked / "src/billing/main.py").write_text("x = 2\n", "utf-8")

    items = json.loads(kn("context", "--json").stdout)["items"]

    assert [i["statement"] for i in items] == ["Errors of billing are logged once."]
    assert items[0]["why"] == ["scope: src/billing/**"]


def test_a_kept_answer_gives_way_to_a_new_edit(worked: Path, kn: Kn) -> None:
    time.sleep(0.1)
    (worked / "src/billing/main.py").write_text("x = 2\n", "utf-8")
    before = [_first(kn, "errors logged") for _ in range(3)]

    (worked / "src/billing/main.py").write_text("x = 1\n", "utf-8")
    (worked / "src/gateway/main.py").write_text("x = 2\n", "utf-8")
    after = [_first(kn, "errors logged") for _ in range(3)]

    assert set(before) == {"Errors of billing are logged once."}
    assert set(after) == {"Errors of gateway are logged once."}


def test_an_edited_item_is_no_work_on_code(worked: Path, kn: Kn) -> None:
    path = next((worked / ".knowledge/conventions").glob("*billing*"))
    path.write_text(path.read_text("utf-8").replace("once", "twice"), "utf-8")

    why = [i["why"] for i in json.loads(kn("context", "--json").stdout)["items"]]

    assert why == [["kind: convention"], ["kind: convention"]]
