"""What commits cited is knowledge in use: it leads from files to items and back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.conftest import Git, Kn


@pytest.fixture
def cited(knowledge_repo: Path, git: Git, kn: Kn) -> str:
    """An item without scope, cited by a commit that changed `src/pool.py`; its id."""
    item = json.loads(kn("add", "decision", "One connection for each tenant.", "--json").stdout)
    kn("add", "convention", "Tabs are four blanks.")
    folder = knowledge_repo / "src"
    folder.mkdir()
    for name in ("pool.py", "page.py"):
        (folder / name).write_text("x = 1\n", "utf-8")
    git("add", "-A")
    git("commit", "-q", "-m", "Files")
    (folder / "pool.py").write_text("x = 2\n", "utf-8")
    git("commit", "-q", "-a", "-m", f"Split the pool\n\nItem: {item['id']}")
    return str(item["id"])


def test_a_file_leads_to_the_item_that_its_commits_cited(cited: str, kn: Kn) -> None:
    context = json.loads(kn("context", "--file", "src/pool.py", "--json").stdout)

    assert [i["id"] for i in context["items"]] == [cited]
    assert context["items"][0]["why"] == ["commits about it changed these files"]


def test_another_file_does_not(cited: str, kn: Kn) -> None:
    context = json.loads(kn("context", "--file", "src/page.py", "--json").stdout)

    assert context["items"] == []


def test_an_item_leads_to_the_file_that_was_changed_with_it(cited: str, kn: Kn) -> None:
    context = json.loads(kn("context", "connection for a tenant", "--json").stdout)

    assert [f["path"] for f in context["files"]] == ["src/pool.py"]


def test_a_later_citation_is_read_on_top(
    cited: str, knowledge_repo: Path, git: Git, kn: Kn
) -> None:
    kn("context", "--file", "src/page.py")
    (knowledge_repo / "src/page.py").write_text("x = 3\n", "utf-8")
    git("commit", "-q", "-a", "-m", f"Page by tenant ({cited})")

    context = json.loads(kn("context", "--file", "src/page.py", "--json").stdout)

    assert [i["id"] for i in context["items"]] == [cited]


def test_the_task_is_led_to_what_commits_of_its_words_changed(
    cited: str, knowledge_repo: Path, git: Git, kn: Kn
) -> None:
    (knowledge_repo / "src/page.py").write_text("x = 4\n", "utf-8")
    git("commit", "-q", "-a", "-m", "Show umlauts in invoices")

    context = json.loads(kn("context", "invoices show broken umlauts", "--json").stdout)

    assert [(f["path"], f["why"]) for f in context["files"]] == [
        ("src/page.py", "changed by commits of these words")
    ]


def test_a_history_that_was_rewritten_is_read_anew(
    cited: str, knowledge_repo: Path, git: Git, kn: Kn
) -> None:
    (knowledge_repo / "src/page.py").write_text("x = 4\n", "utf-8")
    git("commit", "-q", "-a", "-m", "Show umlauts in invoices")
    kn("context", "umlauts")
    git("commit", "-q", "--amend", "-m", "Quote the addresses")

    assert json.loads(kn("context", "umlauts", "--json").stdout)["files"] == []
    files = json.loads(kn("context", "quote addresses", "--json").stdout)["files"]
    assert [f["path"] for f in files] == ["src/page.py"]
