"""What an agent proposes waits in the inbox, redacted, until a person decides."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conftest import Git
from tests.desk import Desk
from tests.mcp.clients import ERAS, call, data_of, in_process, text_of

DECISION: dict[str, Any] = {
    "kind": "decision",
    "statement": "Use a leaky bucket for rate limiting at the gateway.",
    "quote": "No, take the leaky bucket, bursts overran payments.",
    "because": "Bursts overran the payment API.",
    "rejected": [{"option": "token bucket", "because": "allows bursts"}],
    "paths": ["src/gateway/**"],
    "tags": ["rate-limiting"],
}


def _waiting(desk: Desk) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = desk.ok("inbox", "list", "--json").json["candidates"]
    return found


@pytest.mark.parametrize("mode", ERAS)
def test_a_proposal_waits_and_becomes_an_item_only_by_a_person(desk: Desk, mode: str) -> None:
    result = call("kn_propose", mode, **DECISION)
    data = data_of(result)
    assert data["state"] == "proposed" and "not accepted" in text_of(result)
    (waiting,) = _waiting(desk)
    assert waiting["key"] == data["key"] and waiting["statement"] == DECISION["statement"]
    assert waiting["rejected"] == DECISION["rejected"]
    assert waiting["evidence"][0]["quote"] == DECISION["quote"]
    assert waiting["evidence"][0]["session"].startswith("mcp")
    assert data_of(call("kn_search", words="leaky bucket"))["items"] == []
    assert data_of(call("kn_context", task="leaky bucket", detail=True))["items"] == []

    item = desk.ok(*data["accept"].split()[1:], "--json").json
    assert item["because"] == DECISION["because"] and item["scope"]["paths"] == ["src/gateway/**"]
    again = call("kn_propose", mode, **DECISION)
    assert data_of(again)["state"] == "decided" and "accepted" in text_of(again)


def test_what_was_rejected_is_not_proposed_again(desk: Desk) -> None:
    key = data_of(call("kn_propose", **DECISION))["key"]
    desk.ok("inbox", "reject", key)
    again = call("kn_propose", **DECISION)
    assert data_of(again)["state"] == "decided" and data_of(again)["accept"] == ""
    assert "rejected" in text_of(again) and _waiting(desk) == []


def test_the_same_is_proposed_once_and_another_quote_joins_it(desk: Desk) -> None:
    first = data_of(call("kn_propose", **DECISION))
    again = call("kn_propose", **DECISION)
    assert data_of(again)["state"] == "waiting" and data_of(again)["key"] == first["key"]
    assert DECISION["statement"] in text_of(again)
    other = call("kn_propose", **{**DECISION, "quote": "Yes, the leaky one then."})
    assert data_of(other)["state"] == "joined"
    (waiting,) = _waiting(desk)
    assert len(waiting["evidence"]) == 2


def test_an_item_that_says_so_already_is_pointed_out(desk: Desk, git: Git) -> None:
    desk.plant("dec-0000001d", DECISION["statement"])
    git("add", "-A")
    git("commit", "-q", "-m", "Know")
    result = call("kn_propose", **DECISION)
    assert data_of(result)["state"] == "known" and _waiting(desk) == []
    assert data_of(result)["looks_like"] == [
        {"id": "dec-0000001d", "statement": DECISION["statement"]}
    ]
    assert "[dec-0000001d]" in text_of(result)


def test_secrets_reach_neither_the_inbox_nor_the_answer(desk: Desk) -> None:
    """Also one that the user wrote down while the server was running."""
    token = "ghp_" + "a1B2c3D4e5" * 3 + "f6G7h8"
    own = "correct-horse-battery-staple-4711"

    async def talk(client: Any) -> str:
        await client.call_tool("kn_propose", DECISION)
        (desk.root / ".env").write_text(f"DB_PASSWORD={own}\n")
        said = await client.call_tool(
            "kn_propose",
            {"kind": "gotcha", "statement": f"The job reads {token} twice.",
             "quote": f"use {token}, or {own}", "details": own, "fields": {"instead": own}},
        )  # fmt: skip
        return text_of(said) + str(data_of(said))

    said = in_process(talk)
    kept = "".join(p.read_text() for p in (desk.root / ".git" / "kn" / "inbox").iterdir())
    for text in (said, kept):
        assert token not in text and own not in text and "[redacted:" in text


def test_a_commit_is_evidence_only_of_what_its_message_holds(desk: Desk, git: Git) -> None:
    git("commit", "-q", "--allow-empty", "-m", "Limit by leaky bucket\n\nBursts overran payments.")
    head = git("rev-parse", "HEAD")
    fits = {**DECISION, "quote": "bursts overran\npayments", "commit": "HEAD"}
    assert data_of(call("kn_propose", **fits))["candidate"]["evidence"] == [
        {"commit": head, "quote": "bursts overran\npayments"}
    ]
    wrong = call("kn_propose", **{**fits, "quote": "tokens overran"})
    assert wrong.is_error and "does not hold the quote" in text_of(wrong)
    wrong = call("kn_propose", **{**fits, "commit": "no-such"})
    assert wrong.is_error and "no-such" in text_of(wrong)
    assert len(_waiting(desk)) == 1


def test_what_could_never_be_an_item_is_refused_with_every_reason(desk: Desk) -> None:
    wrong = call("kn_propose", kind="incident", statement="It broke.", quote="it broke",
                 fields={"on": "yesterday", "severity": "terrible", "mood": "bad"})  # fmt: skip
    assert wrong.is_error
    for said in ("'yesterday' is no date", "'terrible' is not one of", "mood"):
        assert said in text_of(wrong)
    wrong = call("kn_propose", **{**DECISION, "kind": "gotcha"})
    assert wrong.is_error and "rejected" in text_of(wrong)
    wrong = call("kn_propose", **{**DECISION, "quote": " … "})
    assert wrong.is_error and "quote is empty" in text_of(wrong)
    assert _waiting(desk) == []
