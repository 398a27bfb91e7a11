"""A team's own kind: its items are checked, shown and described to editors like all others."""

from __future__ import annotations

import json
from pathlib import Path

from tests.conftest import Git, Kn

KIND = """kind: contract
prefix: ctr
folder: contracts
doc: What another system promises us.
fields:
  partner: {shape: line, required: true, doc: Who promises it.}
  since: date
"""


def test_items_of_a_teams_kind_are_kept_checked_and_served(
    knowledge_repo: Path, git: Git, kn: Kn
) -> None:
    (knowledge_repo / ".knowledge/kinds/contract.yaml").write_text(KIND, "utf-8")
    item = "statement: The bank answers within two seconds.\npartner: Bank of Examples\n"

    added = json.loads(kn("add", "contract", "-", "--json", given=item).stdout)
    lacking = kn("add", "contract", "The bank is closed on Sundays.", check=False)

    assert added["id"].startswith("ctr-")
    assert added["path"].startswith(".knowledge/contracts/")
    assert added["partner"] == "Bank of Examples"
    assert lacking.returncode == 2
    assert "partner" in lacking.stderr
    assert added["id"] in kn("context", "answers of the bank").stdout
    assert kn("check").stderr == "kn: no findings.\n"


def test_init_again_gives_a_new_kind_its_schema(knowledge_repo: Path, git: Git, kn: Kn) -> None:
    (knowledge_repo / ".knowledge/kinds/contract.yaml").write_text(KIND, "utf-8")
    git("add", "-A")
    git("commit", "-q", "-m", "A kind of ours")
    schema = knowledge_repo / ".knowledge/schema/contract.json"

    kn("init", "--no-hooks")
    described = json.loads(schema.read_text("utf-8"))
    again = kn("init", "--no-hooks").stdout

    assert described["properties"]["partner"]["description"] == "Who promises it."
    assert "partner" in described["required"]
    assert again == "Everything is set up already.\n"


def test_fields_of_a_teams_kind_are_options_once_the_kind_is_named(
    knowledge_repo: Path, kn: Kn
) -> None:
    (knowledge_repo / ".knowledge/kinds/contract.yaml").write_text(
        KIND + "  clauses: {shape: lines, doc: What it says.}\n", "utf-8"
    )
    said = kn("add", "contract", "--help").stdout
    done = kn(
        "add", "--json", "--tag", "bank", "contract", "The bank answers within two seconds.",
        "--partner", "Bank of Examples", "--since=2026-01-05", "--clauses", "a", "--clauses", "b",
    )  # fmt: skip
    item = json.loads(done.stdout)

    assert "--partner TEXT" in said and "Who promises it. (contract)" in said
    assert (item["partner"], item["since"]) == ("Bank of Examples", "2026-01-05")
    assert item["clauses"] == ["a", "b"]
    other = kn("add", "fact", "It is so.", "--partner", "x", check=False)
    assert other.returncode == 2 and "No such option" in other.stderr
    wrong = kn("add", "contract", "It is so.", "--partner", "x", "--since", "May", check=False)
    assert wrong.returncode == 2 and "since" in wrong.stderr
    assert kn("complete", "--", "add", "contract", "--par").stdout.split("\t")[1] == "--partner"
