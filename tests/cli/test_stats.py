"""`kn stats`: the figures are those of the items."""

from __future__ import annotations

import json
from pathlib import Path

from tests.conftest import Git, Kn

from kn.adapters.tokens import count


def test_items_are_counted_and_weighed(knowledge_repo: Path, git: Git, kn: Kn) -> None:
    old = json.loads(kn("add", "decision", "Cache sessions in memory.", "--json").stdout)
    new = json.loads(
        kn("add", "decision", "Cache sessions in Redis.", "--supersedes", old["id"],
           "--because", "Two servers share them.", "--json").stdout
    )  # fmt: skip
    git("add", "-A")
    git("commit", "-q", "-m", "Sessions")

    stats = json.loads(kn("stats", "--model", "openai/gpt-5", "--json").stdout)

    assert stats["kinds"] == {"decision": 1}
    assert stats["standings"] == {"current": 1, "superseded": 1}
    assert stats["health"]["without a reason"] == 0
    assert stats["health"]["without evidence"] == 1
    assert stats["tokens"]["knowledge"] == count((knowledge_repo / new["path"]).read_text("utf-8"))
    assert stats["dollars"]["context"] == round(500 * stats["price"]["per_million"] / 1e6, 6)


def test_the_plot_is_written_and_an_unknown_model_is_said(
    knowledge_repo: Path, git: Git, kn: Kn
) -> None:
    kn("add", "fact", "The payment API takes 50 requests a second.")
    git("add", "-A")
    git("commit", "-q", "-m", "Fact")

    kn("stats", "--plot", "growth.svg")
    unknown = kn("stats", "--model", "no/such-model", check=False)

    assert (knowledge_repo / "growth.svg").read_text("utf-8").startswith("<svg")
    assert unknown.returncode == 2
    assert "no/such-model" in unknown.stderr
