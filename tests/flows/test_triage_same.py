"""A candidate that an item says already gives its evidence to that item."""

from __future__ import annotations

import json
from pathlib import Path

from tests.conftest import Git, Kn


def test_the_evidence_joins_the_item_and_the_candidate_is_settled(
    knowledge_repo: Path, git: Git, kn: Kn
) -> None:
    item = json.loads(
        kn("add", "fact", "The payment API takes 50 requests a second.", "--json").stdout
    )
    message = "Add limits\n\nConstraint: the payment API accepts 50 requests a second"
    git("commit", "-q", "--allow-empty", "-m", message)
    kn("extract", "--since-last")
    candidate = json.loads(kn("inbox", "list", "--json").stdout)["candidates"][0]

    joined = json.loads(
        kn("inbox", "accept", candidate["key"], "--same-as", item["id"], "--json").stdout
    )

    assert candidate["looks_like"][0]["id"] == item["id"]
    assert joined["id"] == item["id"]
    assert joined["evidence"][0]["commit"] == git("rev-parse", "HEAD")
    assert json.loads(kn("inbox", "list", "--json").stdout)["candidates"] == []
    assert len(json.loads(kn("list", "--json").stdout)["items"]) == 1
