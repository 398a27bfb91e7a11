"""Provenance comes from git, whatever an item claims."""

from __future__ import annotations

import json
from pathlib import Path

from tests.conftest import Git, Kn


def test_show_says_who_added_an_item_and_who_changed_it(
    knowledge_repo: Path, git: Git, kn: Kn
) -> None:
    item = json.loads(
        kn("add", "decision", "Use zstd.", "--deciders", "Somebody Else", "--json").stdout
    )
    uncommitted = kn("show", item["id"]).stdout
    git("add", "-A")
    git("commit", "-q", "-m", "zstd", "--author", "Ann <ann@example.com>")
    kn("retire", item["id"], "--because", "Brotli won.")
    git("commit", "-q", "-a", "-m", "brotli", "--author", "Bo <bo@example.com>")

    shown = kn("show", item["id"]).stdout
    provenance = json.loads(kn("show", item["id"], "--json").stdout)["items"][0]["provenance"]

    assert "added by" not in uncommitted
    assert "added by Ann" in shown
    assert "changed by Bo" in shown
    assert provenance["added"]["author"] == "Ann"
    assert provenance["changed"]["commit"] == git("rev-parse", "--short", "HEAD")


def test_explain_says_where_an_item_is_from(knowledge_repo: Path, git: Git, kn: Kn) -> None:
    kn("add", "decision", "Use zstd for logs.")
    git("add", "-A")
    git("commit", "-q", "-m", "zstd", "--author", "Ann <ann@example.com>")

    assert "added by Ann" in kn("context", "zstd logs", "--explain").stderr
