"""The loop as a team lives it: two people, hooks, an inbox, review, a newer decision, an agent."""

from __future__ import annotations

import json
from pathlib import Path

from tests.e2e.watched import Watched

AGENT = {"CLAUDECODE": "1"}
ASK = ("context", "change the rate limits of the gateway")


def _ids(w: Watched, **more: str) -> dict[str, str]:
    served = json.loads(w.kn(*ASK, "--json", **more))["items"]
    return {item["id"]: item["trust"] for item in served}


def _share(world: Watched, origin: Path) -> None:
    world.git("clone", "-q", "--bare", str(world.root), str(origin))
    world.git("remote", "add", "origin", str(origin))
    world.git("push", "-q", "-u", "origin", "main")
    world.git("remote", "set-head", "origin", "main")


def _decide_in_a_commit(ann: Watched) -> str:
    """A commit says what was decided, the hook notices it, Ann accepts it; returns the id."""
    ann.git("checkout", "-q", "-b", "limits")
    ann.write("src/gateway/limits.py", "RATE = 50\n")
    message = (
        "Limit the gateway\n\nDecision: Use a leaky bucket for rate limits at the gateway.\n"
        "Rejected: token bucket | bursts overran payments\n"
    )
    said = ann.run("git", "commit", "-q", "-m", message).stderr
    assert said.startswith("kn: 1 candidate from ") and said.count("\n") == 1
    assert _ids(ann) == {}, "a candidate is served to nobody"
    (candidate,) = json.loads(ann.kn("inbox", "list", "--json"))["candidates"]
    first = str(json.loads(ann.kn("inbox", "accept", candidate["key"], "--json"))["id"])
    assert _ids(ann) == {first: "uncommitted"} and _ids(ann, **AGENT) == {}
    ann.git("add", "-A")
    ann.git("commit", "-q", "-m", "Keep what was decided")
    assert _ids(ann, **AGENT) == {first: "local"}
    assert json.loads(ann.kn("inbox", "list", "--json"))["candidates"] == []
    ann.git("push", "-q", "origin", "limits")
    return first


def _decide_anew(ben: Watched, older: str) -> str:
    """Ben replaces the decision and pushes; returns the new id."""
    ben.git("checkout", "-q", "-b", "mesh")
    words = ("add", "decision", "Let the mesh limit rates; the gateway has no limits.")
    newer = str(json.loads(ben.kn(*words, "--supersedes", older[:8], "--json"))["id"])
    ben.git("add", "-A")
    ben.git("commit", "-q", "-m", f"Move limits\n\nItem: {newer}")
    assert _ids(ben) == {newer: "local"}
    ben.git("push", "-q", "origin", "mesh:main")
    return newer


def test_knowledge_goes_from_a_commit_to_a_colleagues_agent(world: Watched, tmp_path: Path) -> None:
    ann, ben = world, Watched(tmp_path / "ben", world.environment)
    origin = tmp_path / "origin.git"
    _share(ann, origin)
    first = _decide_in_a_commit(ann)

    # Ben looks at her branch before it is reviewed: his agent gets nothing of it.
    ann.git("clone", "-q", str(origin), str(ben.root))
    ben.kn("init", "-y")
    assert ben.git("status", "--porcelain") == "", "everything was there already"
    ben.git("checkout", "-q", "limits")
    assert _ids(ben, **AGENT) == {} and _ids(ben) == {first: "unreviewed"}

    # It is reviewed and merged; now it is everybody's.
    ann.git("checkout", "-q", "main")
    ann.git("merge", "-q", "--no-ff", "--no-edit", "limits")
    ann.git("push", "-q", "origin", "main")
    ben.git("checkout", "-q", "main")
    ben.git("pull", "-q")
    assert _ids(ben, **AGENT) == {first: "reviewed"}
    assert first[:8] in ben.kn("why", "src/gateway/limits.py")
    assert json.loads(ben.kn("inbox", "list", "--json"))["candidates"] == []

    # Ben decides anew. From then on the old decision is served by no door.
    newer = _decide_anew(ben, first)
    ann.git("pull", "-q")
    assert _ids(ann) == _ids(ann, **AGENT) == {newer: "reviewed"}
    log = json.loads(ann.kn("log", first, "--json"))["log"]
    assert log[0]["fields"]["status"] == ["accepted", "superseded"]
    assert ann.kn("check") == ""

    # What was is still there for who asks.
    before = json.loads(ann.kn(*ASK, "--at", "HEAD~1", "--json"))["items"]
    assert [i["id"] for i in before] == [first]


def test_after_uninstall_items_stay_and_nothing_watches(world: Watched) -> None:
    item = json.loads(world.kn("add", "fact", "It stays.", "--json"))
    world.kn("uninstall", "-y")
    done = world.run("git", "commit", "-q", "--allow-empty", "-m", "Decision: Nothing reads this.")
    assert done.stderr == ""
    assert (world.root / item["path"]).is_file()
