"""`kn eval`, as a team runs it in CI."""

from __future__ import annotations

import json
from pathlib import Path

from tests.conftest import Kn


def _tasks(path: Path, *rows: dict[str, object]) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return str(path)


def test_known_tasks_are_scored_and_thresholds_decide(knowledge_repo: Path, kn: Kn) -> None:
    bucket = json.loads(
        kn("add", "decision", "Use a leaky bucket for rate limits.", "--json").stdout
    )
    redis = json.loads(kn("add", "gotcha", "Redis TTLs are whole seconds.", "--json").stdout)
    file = _tasks(
        knowledge_repo / "tasks.jsonl",
        {"task": "rate limits", "expect": [bucket["id"]], "never": [redis["id"]]},
        {"task": "redis expiry", "expect": [redis["id"][:8]]},
    )

    good = kn("eval", file, "--json", "--min-recall", "1", "--max-wrong", "0")
    bad = kn("eval", file, "--budget", "20", "--min-recall", "0.9", check=False)

    assert json.loads(good.stdout)["score"]["recall"] == 1.0
    assert bad.returncode == 1
    assert "missed" in bad.stdout


def test_a_line_that_is_no_task_is_named(knowledge_repo: Path, kn: Kn) -> None:
    file = knowledge_repo / "tasks.jsonl"
    file.write_text('{"task": "x"}\n{"expect": []}\n', "utf-8")

    done = kn("eval", str(file), check=False)

    assert done.returncode == 2
    assert "Line 2" in done.stderr
