"""`kn search --all-branches`: what a colleague has decided on a branch that is not merged here."""

from __future__ import annotations

import json
from pathlib import Path

from tests.conftest import Git, Kn


def test_an_item_of_another_branch_is_found_and_marked(
    knowledge_repo: Path, git: Git, kn: Kn
) -> None:
    kn("add", "gotcha", "Redis TTLs are whole seconds.")
    git("add", "-A")
    git("commit", "-q", "-m", "Redis")
    git("switch", "-q", "-c", "feature/cache")
    kn("add", "decision", "Cache sessions in Redis for ten minutes.")
    git("add", "-A")
    git("commit", "-q", "-m", "Cache")
    git("switch", "-q", "main")

    here = kn("search", "sessions", "redis").stdout
    everywhere = kn("search", "sessions", "redis", "--all-branches").stdout
    items = json.loads(kn("search", "redis", "--all-branches", "--json").stdout)["items"]

    assert "Cache sessions" not in here
    assert "Cache sessions" in everywhere
    assert "on feature/cache" in everywhere
    assert {i["kind"] for i in items} == {"gotcha", "decision"}


def test_what_a_branch_supersedes_counts_on_that_branch_alone(
    knowledge_repo: Path, git: Git, kn: Kn
) -> None:
    old = json.loads(kn("add", "decision", "Cache sessions in memory.", "--json").stdout)["id"]
    git("add", "-A")
    git("commit", "-q", "-m", "Memory")
    git("switch", "-q", "-c", "redis")
    kn("add", "decision", "Cache sessions in Redis.", "--supersedes", old)
    git("add", "-A")
    git("commit", "-q", "-m", "Redis")
    git("switch", "-q", "main")

    found = json.loads(kn("search", "sessions", "--all-branches", "--json").stdout)["items"]

    assert [i["statement"] for i in found if i["id"] == old] == ["Cache sessions in memory."]
    assert [i["why"][0] for i in found if i["id"] != old] == ["on redis"]
