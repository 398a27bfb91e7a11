"""Does knowledge compound? A thousand made sessions, each adding what it learned, asked on the way.

    python benchmarks/sessions.py [--sessions 1000] [--plot docs/compounding.svg]

Each session records two items about a part of a made system; one in five replaces what an earlier
session said of the same part and aspect. Tasks ask for old and new ones alike. Printed at sessions
1, 10, 100, 1,000: the share of tasks that get the item that holds now, items served that do not
hold any more, tokens a task pays, those of all sessions' transcripts so far (at 50,000 each, the
article's figure), and seconds of a whole `kn context` process. Everything is made: the figures say
how kn scales, not how good it is on real text (that is what the records in `ranking.py` are for).
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from kn.adapters.words import load_stemmer
from kn.core.codec import encode
from kn.core.ids import file_name, make_id
from kn.core.model import Item, Scope
from kn.core.plot import Series, draw_chart
from kn.core.schema import default_schema
from kn.flows.context import make_ready
from kn.flows.knowledge import open_knowledge
from kn.flows.serving.lookup import search_terms
from kn.flows.serving.serve import serve
from kn.flows.serving.values import Asked, Tools
from kn.flows.views.view import open_view

TRANSCRIPT = 50_000
"""Tokens of a session's transcript: the article's figure."""
PARTS = (
    "gateway billing search checkout inventory accounts mailer scheduler importer exporter reports "
    "catalogue payments shipping sessions notifications uploads translations permissions audit "
    "webhooks feeds recommendations reviews invoices refunds taxes coupons warehouses carriers "
    "support chat profiles devices backups metrics tracing rollout experiments imaging"
).split()
ASPECTS = (
    "rate limiting|retries|caching|pagination|timeouts|locking|validation|serialization|logging|"
    "error format|idempotency|batching|queueing|encryption|naming|indexing|compression|ordering|"
    "deduplication|migration|testing|deployment|monitoring|access control|rounding"
).split("|")
CHOICES = (
    "a leaky bucket|exponential backoff|a write-through cache|keyset cursors|a hard deadline|"
    "optimistic versions|JSON Schema|protocol buffers|structured events|problem details|"
    "request keys|fixed windows|a single consumer|envelope keys|snake case|partial indexes|zstd|"
    "vector clocks|content hashes|expand and contract|contract tests|blue-green switches|"
    "percentile alerts|scoped tokens|banker's rounding|a token bucket|jittered delays|"
    "an LRU cache|offset pages|a soft deadline|row locks|hand-written checks|CBOR|plain text logs"
).split("|")
KINDS = ("decision", "decision", "convention", "gotcha")


class World:
    """The made system: what holds now of each part and aspect."""

    def __init__(self, root: Path, seed: int) -> None:
        self.root = root
        self.random = random.Random(seed)
        self.schema = default_schema()
        self.current: dict[tuple[str, str], Item] = {}
        self.gone: set[str] = set()
        self.free = [(p, a) for p in PARTS for a in ASPECTS]
        self.random.shuffle(self.free)

    def learn(self) -> None:
        """One session's items."""
        for _ in range(2):
            again = self.current and (self.random.random() < 0.2 or not self.free)
            about = self.random.choice(list(self.current)) if again else self.free.pop()
            self._record(about)

    def _record(self, about: tuple[str, str]) -> None:
        part, aspect = about
        kind = self.schema.kinds[self.random.choice(KINDS)]
        choice, other = self.random.sample(CHOICES, 2)
        before = self.current.get(about)
        item = Item(
            make_id(kind, self.random.randbytes(5)), kind.name,
            f"The {part} service uses {choice} for {aspect}.", "accepted", "2026-05-18",
            because=f"{other.capitalize()} failed under the load of the {part} service.",
            scope=Scope((f"src/{part}/**",), (part,)),
            supersedes=(before.id,) if before else (),
        )  # fmt: skip
        self._write(item)
        if before is not None:
            self._write(replace(before, status="superseded", superseded_by=(item.id,)))
            self.gone.add(before.id)
        self.current[about] = item

    def _write(self, item: Item) -> None:
        folder = self.root / ".knowledge" / self.schema.kinds[item.kind].folder
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / file_name(item.id, item.statement)
        path.write_bytes(encode(item, self.schema))

    def tasks(self, most: int) -> list[tuple[str, str]]:
        """Task and the id that must be served, old ones and new ones alike."""
        chosen = self.random.sample(sorted(self.current), min(most, len(self.current)))
        verbs = ("Change the", "Fix the", "Add", "Rework")
        return [
            (f"{self.random.choice(verbs)} {aspect} in the {part} service",
             self.current[part, aspect].id)
            for part, aspect in chosen
        ]  # fmt: skip


def run(root: Path, sessions: int, seed: int) -> list[dict[str, float]]:
    """Live through the sessions; a row at each power of ten."""
    world = World(root, seed)
    rows = []
    for number in range(1, sessions + 1):
        world.learn()
        if number in (1, 10, 100, 1000, 10_000) or number == sessions:
            _git(root, "add", "-A")
            _git(root, "commit", "-q", "--no-verify", "-m", f"Session {number}")
            rows.append({"session": number, **_ask(root, world), **_time(root, world)})
            print(json.dumps(rows[-1]), file=sys.stderr)
    return rows


def _ask(root: Path, world: World) -> dict[str, float]:
    knowledge = open_knowledge(root, os.environ)
    view = open_view(knowledge)
    ready = make_ready(knowledge, view, own_block=False)
    tools = Tools(
        lambda terms: search_terms(knowledge, view, terms), load_stemmer(), lambda: None,
        lambda lines: [0 for _ in lines],
    )  # fmt: skip
    tasks = world.tasks(200)
    hits = stale = tokens = 0
    for task, expected in tasks:
        context = serve(ready, Asked(task), tools)
        served = [i.id for i in context.items]
        hits += expected in served
        stale += len(world.gone & set(served))
        tokens += context.spent
    return {
        "items": len(view.rows), "recall": round(hits / len(tasks), 3), "stale": stale,
        "tokens": round(tokens / len(tasks)),
    }  # fmt: skip


def _time(root: Path, world: World) -> dict[str, float]:
    seconds = []
    for task, _ in world.tasks(12):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "kn", "context", task], cwd=root, check=True,
                       stdout=subprocess.DEVNULL)  # fmt: skip
        seconds.append(time.perf_counter() - start)
    return {"ms": round(1000 * sorted(seconds)[len(seconds) // 2])}


def _git(root: Path, *words: str) -> None:
    who = ("-c", "user.name=Bench", "-c", "user.email=bench@example.org")
    subprocess.run(["git", *who, *words], cwd=root, check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sessions", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--plot", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        _git(root, "init", "-q", "-b", "main")
        subprocess.run([sys.executable, "-m", "kn", "init", "--no-hooks", "--yes"], cwd=root,
                       check=True, capture_output=True)  # fmt: skip
        rows = run(root, arguments.sessions, arguments.seed)
    print("| session | items | recall | stale served | tokens a task | transcripts so far | ms |")
    print("|---:|---:|---:|---:|---:|---:|---:|")
    for r in rows:
        print(f"| {r['session']:,} | {r['items']:,} | {r['recall']:.3f} | {r['stale']} "
              f"| {r['tokens']} | {r['session'] * TRANSCRIPT:,} | {r['ms']} |")  # fmt: skip
    if arguments.plot:
        labels = [f"{r['session']:,}" for r in rows]
        series = [
            Series("tokens", tuple(r["tokens"] for r in rows)),
            Series("budget", tuple(500.0 for _ in rows)),
            Series("milliseconds", tuple(r["ms"] for r in rows)),
        ]
        arguments.plot.write_text(
            draw_chart("What a task pays after so many sessions", labels, series)
        )


if __name__ == "__main__":
    main()
