"""`make demo`: from a session of work to the context of the next task, with real commands.

Builds a small git history in a temporary folder, tells two days of two people with it, holds
every step to what the story says, and ends with the figures. Exit code 1 when a step did
something else.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from kn.adapters.tokens import count
from stage import DIM, Output, Stage, StoryBroken, open_stage
from transcript import write_transcript

HISTORY = Path(__file__).parent / "history"
TASK = "add rate limiting to the API gateway"
BUDGET = 500


def main() -> int:
    """Tell the story; `--keep` leaves its folder."""
    try:
        with open_stage(keep="--keep" in sys.argv[1:]) as stage:
            before(stage)
            items = monday(stage)
            items |= replace_decision(stage, items)
            context = tuesday(stage, items)
            strangers_branch(stage)
            figures(stage, context)
    except StoryBroken as broken:
        print(f"\nThe story broke: {broken}", file=sys.stderr)
        return 1
    return 0


def before(stage: Stage) -> None:
    """A project with a past, in a shared repository."""
    stage.chapter(
        "A project",
        "Tollgate is the API gateway of a shop: a little Python, four commits of history, and a",
        "repository that Ana and Ben share.",
    )
    stage.run("git", "init", "-q", "--bare", "origin.git", show=False)
    stage.run("git", "clone", "-q", "origin.git", "ana", show=False)
    for step in ("01-start", "02-auth", "03-payments", "04-docs"):
        stage.day = f"2026-04-1{step[1]}"
        _commit(stage, step, show=False)
    stage.run("git", "push", "-q", "-u", "origin", "main", folder="ana", show=False)
    stage.run("git", "log", "--format=%h %as %s", folder="ana")


def monday(stage: Stage) -> dict[str, str]:
    """Ana works; what her commits say is proposed, and she accepts it. Gives ids by kind."""
    stage.day = "2026-05-18"
    stage.chapter("Monday: Ana begins to keep knowledge")
    stage.run("kn", "init", folder="ana", cut=3)
    stage.run("git", "add", ".knowledge", folder="ana", show=False)
    stage.run("git", "commit", "-q", "-m", "Keep knowledge with kn", folder="ana", show=False)

    stage.tell("She slows callers of the payment API down. The message says why, as good ones do:")
    for line in (HISTORY / "05-bucket" / "MESSAGE").read_text("utf-8").splitlines():
        stage.say(f"    │ {line}", DIM)
    print()
    said = _commit(stage, "05-bucket")
    stage.expect("kn: 2 candidates from" in said.err, "the hook proposes two candidates")
    stage.tell("That line is the git hook. A commit that says nothing worth keeping gets none:")
    stage.expect(_commit(stage, "06-typo").err == "", "the hook is silent about a typo")
    said = _commit(stage, "07-config")
    stage.expect("kn: 2 candidates from" in said.err, "the hook proposes a decision and a rule")

    stage.tell("Candidates wait in .git/kn, private. On a terminal `kn inbox` asks one key each.")
    listed = stage.run("kn", "inbox", "list", folder="ana")
    keys = [line.split()[0] for line in listed.out.splitlines()]
    stage.expect(len(keys) == 4, "four candidates wait")
    bucket = next(line.split()[0] for line in listed.out.splitlines() if "leaky bucket" in line)
    shown = stage.run("kn", "inbox", "show", bucket, folder="ana")
    stage.expect("rejected: token bucket" in shown.out, "the rejected option was understood")
    stage.run("kn", "inbox", "accept", *keys, folder="ana")
    stage.run("git", "status", "--short", "--untracked-files=all", folder="ana")
    stage.tell("An item is a YAML file. It is committed, reviewed and merged like code:")
    items = _ids(stage, {"leaky": "leaky bucket", "memory": "memory of each", "rule": "limits.toml",
                         "incident": "Checkout was down"})  # fmt: skip
    stage.run("cat", _file_of(stage, items["leaky"]), folder="ana")
    said = _commit_knowledge(stage, "Record what Monday taught")
    stage.expect("candidates" not in said.err, "committing items proposes nothing")
    return items


def replace_decision(stage: Stage, items: dict[str, str]) -> dict[str, str]:
    """In the afternoon a decision of the morning falls."""
    stage.chapter(
        "Monday afternoon: a decision falls",
        "A second worker was started in each pod: buckets in memory count double. Ana moves them",
        "to Redis, and the hook finds the trap that she fell into.",
    )
    said = _commit(stage, "08-redis")
    stage.expect("kn: 1 candidate from" in said.err, "the hook proposes the gotcha")
    key = stage.run("kn", "inbox", "list", folder="ana", show=False).out.split()[0]
    stage.run("kn", "inbox", "accept", key, folder="ana")
    stage.tell("She records the new decision herself, and says which one it replaces:")
    stage.run(
        "kn", "add", "decision", "Keep the buckets in Redis, shared by all workers.",
        "--because", "With two workers in each pod every client had twice its limit.",
        "--rejected", "memory of each worker: counts double with two workers",
        "--path", "src/gateway/**", "--tag", "rate-limiting", "--supersedes", items["memory"],
        folder="ana",
    )  # fmt: skip
    stage.run(
        "kn", "add", "fact", "The payment API allows 50 calls a second for the whole shop.",
        "--because", "Annex C of the bank's contract.", "--path", "src/payments/**",
        "--tag", "rate-limiting", "--document", "docs/operations.md", folder="ana",
    )  # fmt: skip
    old = stage.run("kn", "show", items["memory"], folder="ana", cut=8)
    stage.expect("status: superseded" in old.out, "the older file says that it is superseded")
    _commit_knowledge(stage, "Redis instead of memory for the buckets")
    stage.run("kn", "check", folder="ana")
    stage.run("git", "push", "-q", folder="ana", show=False)
    return _ids(stage, {"redis": "Redis, shared", "trap": "INCR", "quota": "50 calls"})


def tuesday(stage: Stage, items: dict[str, str]) -> dict[str, Any]:
    """Ben begins the next task in his own clone."""
    stage.day = "2026-05-19"
    stage.chapter(
        f"Tuesday: Ben is to {TASK}",
        "His own clone, a new branch, and he was not there on Monday. The knowledge came with git.",
    )
    stage.run("git", "clone", "-q", "origin.git", "ben", person="Ben")
    stage.run("kn", "init", folder="ben", person="Ben", cut=2)
    stage.run("git", "switch", "-q", "-c", "rate-limiting", folder="ben", person="Ben")
    stage.run("kn", "context", TASK, folder="ben", person="Ben")
    asked = ("kn", "context", TASK, "--json")
    context = _json(stage.run(*asked, folder="ben", person="Ben", show=False))
    served = {item["id"] for item in context["items"]}
    for name in ("leaky", "redis", "rule", "quota"):
        stage.expect(items[name] in served, f"{name} is served")
    stage.expect(items["memory"] not in served, "the superseded decision is not served")
    stage.expect("memory of each worker, because" not in context["text"], "nor are its words")
    stage.expect(context["spent"] <= BUDGET, "the budget holds")
    stage.expect(count(context["text"]) == context["spent"], "the tokens were counted exactly")
    stage.tell(
        f"That is {context['spent']} tokens. Monday morning's decision, buckets in memory, is not",
        "among them. When Ben knows which file he will change, what applies there comes first:",
    )
    file = ("--file", "src/gateway/shared.py", "--budget", "150")
    told = stage.run("kn", "context", TASK, *file, folder="ben", person="Ben")
    stage.expect(items["trap"] in told.out, "the trap of that file is served")
    stage.expect(count(told.out) <= 150, "a smaller budget holds as well")
    stage.tell("The same without a task, and what a word finds:")
    why = stage.run("kn", "why", "src/gateway/shared.py", folder="ben", person="Ben")
    stage.expect(items["redis"] in why.out or "Redis, shared" in why.out, "why knows the decision")
    found = stage.run("kn", "search", "memory", "worker", folder="ben", person="Ben")
    stage.expect("Keep the buckets in the memory" not in found.out, "search serves no old decision")
    stage.tell("The old decision is not lost. It is history, and says so:")
    found = stage.run("kn", "search", "--all", "memory", "worker", folder="ben", person="Ben")
    stage.expect(f"superseded by {items['redis']}" in found.out, "--all says what replaced it")
    return context


def strangers_branch(stage: Stage) -> None:
    """What nobody has reviewed is not served to an agent."""
    stage.chapter(
        "Tuesday, later: somebody's branch",
        "Ben looks at a pull request. Its branch brings an item of its own, that nobody reviewed.",
    )
    stage.run("git", "clone", "-q", "origin.git", "eve", person="Eve", show=False)
    stage.run("git", "switch", "-q", "-c", "faster", folder="eve", person="Eve", show=False)
    stage.run("kn", "add", "convention", "The gateway's limits are switched off in an emergency.",
              "--path", "src/gateway/**", folder="eve", person="Eve", show=False)  # fmt: skip
    burst = stage.root / "eve" / "src" / "gateway" / "burst.py"
    burst.write_text("class TokenBucket:\n    rate = 50\n", "utf-8")
    stage.run("git", "add", "-A", folder="eve", person="Eve", show=False)
    stage.run("git", "commit", "-q", "-m", "Faster", folder="eve", person="Eve", show=False)
    stage.run("git", "push", "-q", "origin", "faster", folder="eve", person="Eve", show=False)
    stage.run("git", "fetch", "-q", folder="ben", person="Ben", show=False)
    stage.run("git", "switch", "-q", "faster", folder="ben", person="Ben")
    stage.tell(
        "Asked by a person, kn shows it and marks it. Run by a coding agent, it holds it back:"
    )
    asked = ("kn", "context", "switch limits off in an emergency")
    told = stage.run(*asked, folder="ben", person="Ben", cut=2)
    stage.expect("(unreviewed)" in told.out, "a person sees it, marked")
    told = stage.run(*asked, folder="ben", person="Ben", extra={"CLAUDECODE": "1"})
    stage.expect("in an emergency" not in told.out, "an agent does not get it")
    stage.expect("held back: not reviewed" in told.out, "and is told so")
    stage.tell("What has Ben to decide? The change is held against what the team knows:")
    told = stage.run("kn", "review", "main...faster", folder="ben", person="Ben", code=1)
    stage.expect("token bucket" in told.out, "the review says that a rejected option comes back")


def figures(stage: Stage, context: dict[str, Any]) -> None:
    """What the context cost against what it stands for."""
    ana = stage.root / "ana"
    log = write_transcript(HISTORY, stage.root / "session.jsonl")
    messages = stage.run("git", "log", "--format=%B", folder="ana", show=False).out
    listed = stage.run("git", "ls-files", folder="ana", show=False).out.split()
    documents = [p for p in listed if p.endswith(".md") and not p.startswith(".knowledge")]
    texts = "".join((ana / path).read_text("utf-8") for path in documents)
    stale = sum(item["status"] != "accepted" for item in context["items"])
    told = log.count("Decision: Keep the buckets in the memory")
    stage.expect(stale == 0 and told == 1, "only the session's log tells the old decision")
    cold, warm = _times(stage)
    session, all_texts, spent = count(log), count(texts + messages), context["spent"]
    shown = len(context["items"])
    stage.chapter("Figures (cl100k tokens, counted in this run)")
    rows = [
        (f"the context of Tuesday's task: {shown} items", f"{spent:,}"),
        ("its budget", f"{BUDGET:,}"),
        ("Monday's session as a log, its text alone (made for this demo)", f"{session:,}"),
        ("every document and commit message of this small project", f"{all_texts:,}"),
        ("so the session is so many times the context", f"{session / spent:.0f}"),
        ("superseded decisions in the context", f"{stale}"),
        ("superseded decisions in the session's log, told as good ones", f"{told}"),
        ("`kn context`: asked for the first time, again (whole processes)",
         f"{cold * 1000:.0f} ms, {warm * 1000:.0f} ms"),
        ("statements of this story that were checked", f"{stage.checks}"),
    ]  # fmt: skip
    for what, figure in rows:
        print(f"  {what:<66} {figure:>14}")
    print(
        "\nThe log is made up from this project's own files, and short, as the project is small.\n"
        "How good the selection is on real projects is measured elsewhere, not by this story."
    )


def _times(stage: Stage) -> tuple[float, float]:
    """Seconds of a context that is asked for the first time, and again."""
    stage.run("git", "switch", "-q", "rate-limiting", folder="ben", person="Ben", show=False)
    shutil.rmtree(stage.root / "ben" / ".git" / "kn" / "answers", ignore_errors=True)
    took = []
    for pause in (2.1, 2.1, 0.0):  # an answer is kept once its files are older than 2 s
        started = time.perf_counter()
        stage.run("kn", "context", TASK, folder="ben", person="Ben", show=False)
        took.append(time.perf_counter() - started)
        time.sleep(pause)
    return took[0], took[-1]


def _commit(stage: Stage, step: str, *, show: bool = True) -> Output:
    """Put the files of a step of the history in place, and commit them with its message."""
    source = HISTORY / step
    skip = shutil.ignore_patterns("MESSAGE", "__pycache__")
    shutil.copytree(source, stage.root / "ana", ignore=skip, dirs_exist_ok=True)
    shutil.copy(source / "MESSAGE", stage.root / "message")
    stage.run("git", "add", "-A", folder="ana", show=False)
    return stage.run("git", "commit", "-q", "-F", "../message", folder="ana", show=show)


def _commit_knowledge(stage: Stage, subject: str) -> Output:
    stage.run("git", "add", ".knowledge", folder="ana")
    return stage.run("git", "commit", "-q", "-m", subject, folder="ana")


def _ids(stage: Stage, wanted: dict[str, str]) -> dict[str, str]:
    """The ids of the items whose statements hold these words."""
    listed = _json(stage.run("kn", "list", "--all", "--json", folder="ana", show=False))["items"]
    found = {n: i["id"] for n, words in wanted.items() for i in listed if words in i["statement"]}
    stage.expect(found.keys() == wanted.keys(), f"the items of {', '.join(wanted)} are there")
    return found


def _file_of(stage: Stage, item_id: str) -> str:
    return str(_json(stage.run("kn", "show", item_id, "--json", folder="ana", show=False))
               ["items"][0]["path"])  # fmt: skip


def _json(output: Output) -> dict[str, Any]:
    loaded = json.loads(output.out)
    assert isinstance(loaded, dict)
    return loaded


if __name__ == "__main__":
    sys.exit(main())
