"""How many merges of an item are clean by kn's driver, and how many by git's own line merge?

    python benchmarks/merge.py [--pairs 2000] [--seed 1]

Made items; on each side one to three edits as people and kn make them: a stamp by a newer item, a
path or tag added or taken out, a verification, another wording, an option that was rejected, a
piece of evidence. Every pair of sides differs. Git merges with `git merge-file`, as it does without
a driver; a clean result that no longer reads as an item is counted apart. Then the driver is timed,
as git starts it.
"""

from __future__ import annotations

import argparse
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from made import Vocabulary, make_items

from kn.core.codec import decode, encode
from kn.core.ids import make_id
from kn.core.merge.files import merge_items
from kn.core.model import Evidence, Item, Rejected, Scope, Verified
from kn.core.schema import default_schema
from kn.core.yaml.splice import rewrite

SCHEMA = default_schema()
Edit = Callable[[Item, random.Random, Vocabulary], Item]


def new_id(chance: random.Random) -> str:
    return make_id(SCHEMA.kinds["decision"], chance.randbytes(5))


def stamp(item: Item, chance: random.Random, _: Vocabulary) -> Item:
    """Another item replaces this one."""
    return replace(
        item, status="superseded", superseded_by=(*item.superseded_by, new_id(chance))
    )  # fmt: skip


def retire(item: Item, chance: random.Random, words: Vocabulary) -> Item:
    return replace(item, status="retired", retired_because=words.text(6) + ".")


def add_path(item: Item, chance: random.Random, words: Vocabulary) -> Item:
    path = f"src/{chance.choice(words.words[:200])}/**"
    return replace(item, scope=Scope((*item.scope.paths, path), item.scope.tags))


def drop_path(item: Item, chance: random.Random, words: Vocabulary) -> Item:
    return replace(item, scope=Scope(item.scope.paths[1:], item.scope.tags))


def add_tag(item: Item, chance: random.Random, words: Vocabulary) -> Item:
    tag = chance.choice(words.words[:300])
    return replace(item, scope=Scope(item.scope.paths, (*item.scope.tags, tag)))


def verify(item: Item, chance: random.Random, _: Vocabulary) -> Item:
    """Held against the code, on one of the days of a sprint."""
    known = dict(item.verified.anchors) if item.verified else {}
    known[f"src/part{chance.randrange(4)}.py"] = f"{chance.getrandbits(48):012x}"
    return replace(item, verified=Verified(f"2026-06-{chance.randint(1, 10):02}", known))


def reword(item: Item, chance: random.Random, words: Vocabulary) -> Item:
    return replace(item, statement=words.text(12) + ".")


def give_reason(item: Item, chance: random.Random, words: Vocabulary) -> Item:
    return replace(item, because=words.text(12) + ".")


def reject(item: Item, chance: random.Random, words: Vocabulary) -> Item:
    return replace(item, rejected=(*item.rejected, Rejected(words.text(2), words.text(5))))


def prove(item: Item, chance: random.Random, words: Vocabulary) -> Item:
    found = Evidence(commit=f"{chance.getrandbits(40):010x}", quote=words.text(9))
    return replace(item, evidence=(*item.evidence, found))


def relate(item: Item, chance: random.Random, _: Vocabulary) -> Item:
    return replace(item, relates=(*item.relates, new_id(chance)))


def tell_more(item: Item, chance: random.Random, words: Vocabulary) -> Item:
    """A line more at the end of the details."""
    return replace(item, details=f"{item.details}\n{words.text(10)}.")


EDITS: dict[Edit, int] = {
    stamp: 3, retire: 1, add_path: 3, drop_path: 1, add_tag: 3, verify: 4, reword: 2,
    give_reason: 2, reject: 2, prove: 3, relate: 2, tell_more: 2,
}  # fmt: skip
"""Edit -> its weight; guesses."""


def make_pair(base: Item, chance: random.Random, words: Vocabulary) -> tuple[bytes, bytes, bytes]:
    """A base and two sides that both differ from it, and from each other."""
    raw = encode(base, SCHEMA)
    while True:
        sides = []
        for _ in range(2):
            item = base
            for edit in chance.choices(list(EDITS), list(EDITS.values()), k=chance.randint(1, 3)):
                item = edit(item, chance, words)
            sides.append(rewrite(raw, item, SCHEMA))
        if len({raw, *sides}) == 3:
            return raw, sides[0], sides[1]


def merge_by_git(folder: Path, pair: tuple[bytes, bytes, bytes]) -> str:
    """`clean`, `conflict`, or `broken` for a clean result that is no item."""
    paths = [folder / name for name in ("base", "ours", "theirs")]
    for path, raw in zip(paths, pair, strict=True):
        path.write_bytes(raw)
    base, ours, theirs = paths
    done = subprocess.run(
        ["git", "merge-file", "-p", "-q", ours, base, theirs], capture_output=True, check=False
    )
    if done.returncode:
        return "conflict"
    return "clean" if decode(done.stdout, SCHEMA)[0] is not None else "broken"


def time_driver(
    folder: Path, pair: tuple[bytes, bytes, bytes], times: int = 15
) -> tuple[float, float]:
    """Median seconds of an empty Python process, and of one merge as a process of its own."""
    paths = [folder / name for name in ("base", "ours", "theirs")]
    for path, raw in zip(paths, pair, strict=True):
        path.write_bytes(raw)
    merge = ["-m", "kn", "merge-driver", *map(str, paths), "x", "7", str(folder / "merged")]
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(times):
        for words, into in zip((["-c", "pass"], merge), taken, strict=True):
            began = time.perf_counter()
            subprocess.run([sys.executable, *words], check=False)
            into.append(time.perf_counter() - began)
    return statistics.median(taken[0]), statistics.median(taken[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    words = Vocabulary(chance)
    items = [replace(i, kind="decision", id=new_id(chance)) for i in make_items(200)]
    found: Counter[tuple[str, str]] = Counter()
    fields: Counter[str] = Counter()
    spent = 0.0
    with tempfile.TemporaryDirectory() as name:
        for _ in range(arguments.pairs):
            pair = make_pair(chance.choice(items), chance, words)
            began = time.perf_counter()
            merged = merge_items(*pair)
            spent += time.perf_counter() - began
            assert merged is not None
            by_git = merge_by_git(Path(name), pair)
            found[by_git, "conflict" if merged.conflicts else "clean"] += 1
            fields.update(merged.conflicts)
        starts = time_driver(Path(name), pair)
    show(found, fields, spent / arguments.pairs, starts)


def show(
    found: Counter[tuple[str, str]], fields: Counter[str], merge: float, starts: tuple[float, float]
) -> None:
    """Print the figures."""
    total = found.total()
    git = Counter(by_git for (by_git, _), n in found.items() for _ in range(n))
    clean = sum(n for (_, by_kn), n in found.items() if by_kn == "clean")
    won = found["conflict", "clean"]
    rows = [
        ("clean by git's line merge", git["clean"], total),
        ("clean by git, and no item any more", git["broken"], total),
        ("clean by kn", clean, total),
        ("conflicts by git", git["conflict"], total),
        ("  of these clean by kn", won, git["conflict"]),
        ("clean by git, marked by kn", found["clean", "conflict"], total),
    ]
    print(f"{total} pairs of sides that both changed an item, and not alike")
    for name, number, of in rows:
        print(f"{name:<36} {number:6}  {number / max(of, 1):4.0%}")
    print("marked by kn: " + ", ".join(f"{f} {n}" for f, n in fields.most_common()))
    empty, driver = starts
    print(
        f"one merge {merge * 1000:.1f} ms; as git starts it {driver / empty:.1f} x an empty Python"
    )


if __name__ == "__main__":
    main()
