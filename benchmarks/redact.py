"""How well and how fast secrets are taken out of text.

Run `python benchmarks/redact.py [FILE ...]`. It plants secrets of every form in every encoding and
counts what is left to read; redacts hostile shapes of three sizes and prints seconds (of this
process) per MB and how the time grows; and counts the findings in the files that are named, which
should be ordinary text: each one is a false alarm, printed with what stands before it.
"""

from __future__ import annotations

import random
import re
import sys
import time
from collections import Counter
from math import log
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from kn.core.redact import Redactor  # noqa: I001 (the path above comes first)
from tests.core.planted import ENCODINGS, HOSTILE, KNOWN, PASSWORDS, readable

ROUNDS = 10


def leaks() -> None:
    chance = random.Random(20261124)
    redactor = Redactor()
    for name, table in (("known forms", KNOWN), ("free-form passwords", PASSWORDS)):
        left: Counter[str] = Counter()
        planted = 0
        for kind, make in table.items():
            for how, encode in ENCODINGS.items():
                for _ in range(ROUNDS):
                    secret = make(chance)
                    planted += 1
                    if readable(secret, redactor.redact(encode(secret)).text):
                        left[f"{kind}, {how}"] += 1
        print(f"{name}: {sum(left.values())} of {planted} left to read {dict(left)}")


def hostile() -> None:
    redactor = Redactor()
    for name, make in HOSTILE.items():
        seconds = []
        for size in (125_000, 500_000, 2_000_000):
            text = make(size)
            start = time.process_time()
            redactor.redact(text)
            seconds.append(time.process_time() - start)
        growth = log(seconds[-1] / seconds[0]) / log(16)
        print(f"{name}: {seconds[-1] / 2:.2f} s/MB, grows with size to the {growth:.2f}")


def false_alarms(paths: list[str]) -> None:
    redactor = Redactor()
    words = alarms = size = 0
    start = time.process_time()
    for path in paths:
        text = Path(path).read_text("utf-8", "replace")
        size += len(text)
        words += len(re.findall(r"\w+|[^\w\s]", text))
        for one in redactor.find(text):
            alarms += 1
            before = text[max(0, one.start - 40) : one.start]
            print(f"  {path}: {one.kind} {before!r} {text[one.start : one.end][:60]!r}")
    took = time.process_time() - start
    print(f"{alarms} findings in {words} words, {alarms / max(words, 1) * 10_000:.2f} per 10,000; "
          f"{took / max(size, 1) * 1e6:.2f} s/MB")  # fmt: skip


if __name__ == "__main__":
    leaks()
    hostile()
    if sys.argv[1:]:
        false_alarms(sys.argv[1:])
