"""How fast the index is built, brought up to date, opened and searched.

Run `python benchmarks/index.py [VERSIONS ...]` (1,000 and 10,000 unless said otherwise). Every
version has about 75 distinct terms of a Zipf vocabulary, with weights as BM25F gives them.
Whole processes are medians of 15, shown beside `python -c pass`, the yardstick that makes
figures of two machines comparable; the rest are medians of 7 in one process.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path
from statistics import median

from kn.adapters.index import WhooshIndex

QUERY = ["w3", "w10", "w50", "w200", "w1000", "w5000"]
OPEN = "from pathlib import Path; from kn.adapters.index import WhooshIndex as I"
SEARCH = f"{OPEN}; i = I(Path(r'%s')); i.missing(['x']); i.search({QUERY!r})"


def corpus(count: int) -> dict[str, dict[str, float]]:
    chance = random.Random(count)
    vocabulary = 3_000 + 3 * count
    words = [f"w{n}" for n in range(vocabulary)]
    weights = list(accumulate(1 / (n + 1) for n in range(vocabulary)))
    made = {}
    for n in range(count):
        terms: dict[str, float] = {f"only{n}": 1.0}
        length = chance.uniform(0.6, 1.4)
        for word in chance.choices(words, cum_weights=weights, k=95):
            terms[word] = terms.get(word, 0.0) + chance.choice([1, 1, 2, 3]) / length
        made[f"{chance.getrandbits(160):040x}"] = terms
    return made


def process(code: str) -> float:
    def run() -> None:
        subprocess.run([sys.executable, "-c", code], check=True)

    return timed(run, 15)


def timed(run: Callable[[], object], times: int = 7) -> float:
    """Milliseconds, median."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        taken.append((time.perf_counter() - start) * 1e3)
    return median(taken)


def measure(count: int, folder: Path, base: float) -> None:
    made = corpus(count)
    start = time.perf_counter()
    WhooshIndex(folder).sync(made)
    seconds = time.perf_counter() - start
    size = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
    terms = sum(map(len, made.values())) / count
    print(f"\n{count:,} versions of {terms:.0f} terms, {size:.1f} MB")
    print(f"  build          {seconds:8.2f} s  {count / seconds:,.0f} versions/s")
    index = WhooshIndex(folder)
    found = sum(map(len, index.search(QUERY).values()))
    print(f"  open           {timed(lambda: WhooshIndex(folder)):8.1f} ms")
    print(f"  missing (all)  {timed(lambda: index.missing(made)):8.1f} ms")
    print(f"  search 6 terms {timed(lambda: index.search(QUERY)):8.1f} ms  {found:,} postings")
    whole = process(SEARCH % folder)
    print(f"  whole process  {whole:8.1f} ms  {whole / base:.1f} x `python -c pass`")
    numbers = iter(range(1_000_000))
    one = made[next(iter(made))]
    made.clear()  # or the garbage collector walks through it
    taken = []
    for _ in range(60):
        taken.append(timed(lambda: WhooshIndex(folder).sync({f"new{next(numbers)}": one}), 1))
    taken.sort()
    print(f"  open + sync one  {median(taken):8.1f} ms  p95 {taken[56]:.1f}, most {taken[-1]:.1f}")


def main() -> None:
    base = process("pass")
    print(f"python -c pass {base:10.1f} ms")
    for name, code in {"reading": OPEN, "writing": "import kn.adapters.index.writer"}.items():
        took = process(code)
        print(f"import for {name} {took:7.1f} ms  {took / base:.1f} x, {took - base:+.1f} ms")
    for count in [int(n) for n in sys.argv[1:]] or [1_000, 10_000]:
        with tempfile.TemporaryDirectory() as folder:
            measure(count, Path(folder) / "index", base)


if __name__ == "__main__":
    main()
