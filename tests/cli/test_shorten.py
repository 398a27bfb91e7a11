"""`kn edit --shorten`."""

from __future__ import annotations

import json
from pathlib import Path

from tests.conftest import Kn


def test_a_long_item_becomes_short_and_keeps_its_text(knowledge_repo: Path, kn: Kn) -> None:
    long = "We decided to use zstd for logs. " + "It was measured against gzip and lz4. " * 6
    added = json.loads(kn("add", "decision", long, "--json").stdout)

    shortened = json.loads(kn("edit", added["id"], "--shorten", "--json").stdout)
    again = kn("edit", added["id"], "--shorten")

    assert shortened["statement"] == "Use zstd for logs."
    assert "measured against gzip" in shortened["details"]
    assert "nothing changed" in again.stderr
