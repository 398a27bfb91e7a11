"""How good the ranking is, on decision records and the commits that cite them.

    python benchmarks/ranking.py DATA                   the curve, the ranks, the halves
    python benchmarks/ranking.py DATA --leave-one-out   what each part of the scoring is worth
    python benchmarks/ranking.py DATA --set rank.LEADS=0.3 --set analysis.NAME.weight=2

DATA holds one folder a corpus, `corpora.json` (name -> {"directory": of the records}) and
`pairs.jsonl`, each line with `corpus`, `query_subject` (a commit's subject, the task) and
`relevant` (paths of the records that the commit cites). Everything runs in this process, through
the functions that `kn context` calls: what differs from a run of the program is that no item is
from a work tree, so none carries a mark.

Recall is the mean over the corpora with 8 pairs or more, MRR@10 and hit@1 the mean over all pairs.
The halves are two random halves of these corpora: what helps on one alone is fitted, not found.
`foreign` is the share of tasks from other corpora that get an answer: the less, the better, as
long as `empty`, the share of own tasks that get none, stays near nothing.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from kn.adapters.tokens import count
from kn.adapters.words import load_stemmer
from kn.core.adr import NotARecord, link_records, read_record
from kn.core.context import analysis, budget, layout, rank
from kn.core.context.render import Forms, write_forms
from kn.core.ids import ALPHABET
from kn.core.mentions import find_names, names_of, resolve_names
from kn.core.model import Evidence, Item, Scope
from kn.core.view import Links, judge

BUDGETS = (250, 500, 1_000, 2_000)
SMALL = 8
"""A corpus with fewer pairs is not in the mean over corpora."""
TODAY = "2026-01-01"


@dataclass(frozen=True)
class Entry:
    """An item of a corpus, ready to be indexed, ranked and printed."""

    item: Item
    text: str
    forms: Forms
    amended_by: tuple[str, ...]
    current: bool
    leads_to: tuple[str, ...]


@dataclass(frozen=True)
class Pair:
    corpus: str
    task: str
    relevant: frozenset[str]
    """Item ids."""


@dataclass(frozen=True)
class Row:
    """What one pair got."""

    corpus: str
    recall: Mapping[int, float]
    reciprocal: float
    served: int


def read_corpus(top: Path, directory: str) -> dict[str, Entry]:
    """The records of a corpus as `kn import adr --proposed accept` takes them in, by path."""
    texts, records = {}, []
    for path in sorted((top / directory).rglob("*.md")):
        name = path.relative_to(top).as_posix()
        texts[name] = path.read_text("utf-8", "replace")
        record = read_record(name, texts[name])
        if not isinstance(record, NotARecord):
            accept = record.status == "proposed"
            records.append(replace(record, status="accepted") if accept else record)
    records = link_records(records)
    ids = {r.path: _id_of(f"{top.name}/{r.path}") for r in records}

    def linked(paths: Sequence[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(ids[p] for p in paths if p in ids))

    items = {
        r.path: Item(
            id=ids[r.path],
            kind="decision",
            statement=r.statement,
            status=r.status,
            recorded=r.date or TODAY,
            because=r.because,
            rejected=r.rejected,
            scope=Scope(tags=r.tags),
            supersedes=linked(r.supersedes),
            superseded_by=linked(r.superseded_by) if r.status == "superseded" else (),
            amends=linked(r.amends),
            evidence=(Evidence(document=r.path),),
            document=r.path,
        )
        for r in records
    }
    return _judged(items, texts)


def _judged(items: Mapping[str, Item], texts: Mapping[str, str]) -> dict[str, Entry]:
    everything = items.values()
    currency = judge(
        (
            Links(i.id, i.status, i.supersedes, i.superseded_by, i.amends, i.relates, "")
            for i in everything
        ),
        TODAY,
    )
    named = {i.id: find_names(texts[p], i.document.rpartition("/")[0]) for p, i in items.items()}
    found = resolve_names(named, ((i.id, names_of(i.id, i.document)) for i in everything))
    return {
        path: Entry(
            item,
            texts[path],
            write_forms(item, count),
            amended := currency.amended_by.get(item.id, ()),
            currency.standing[item.id] == "current",
            tuple(dict.fromkeys((*item.amends, *amended, *found[item.id]))),
        )
        for path, item in items.items()
    }


def _id_of(key: str) -> str:
    number = int(hashlib.sha256(key.encode()).hexdigest(), 16)
    return "dec-" + "".join(ALPHABET[number >> 5 * n & 31] for n in range(8))


class Corpus:
    """A corpus as the index and the view hold it."""

    def __init__(self, entries: Mapping[str, Entry], stem: analysis.Stem) -> None:
        self._stem = stem
        self.entries = {e.item.id: e for e in entries.values()}
        self._postings: dict[str, dict[str, float]] = defaultdict(dict)
        for entry in self.entries.values():
            weighed = analysis.weigh_item(entry.item, stem, document=entry.text)
            for term, weight in weighed.items():
                self._postings[term][entry.item.id] = weight
        self._subjects = [
            rank.Subject(i, "decision", i, e.item.recorded, (), False, e.leads_to)
            for i, e in self.entries.items()
            if e.current
        ]

    def ask(self, task: str) -> list[rank.Ranked]:
        asked = rank.Task(analysis.weigh_task(task, self._stem))
        postings = {t: self._postings[t] for t in asked.lookups if t in self._postings}
        return rank.rank(self._subjects, postings, asked)

    def serve(self, ranked: Sequence[rank.Ranked], tokens: int) -> list[str]:
        """The ids that fit into the budget."""
        found = [self.entries[r.id] for r in ranked[: tokens // 10 + 1]]
        printable = [
            layout.Printable(
                e.item.id, e.forms.compact, e.forms.line, e.forms.compact_tokens,
                e.forms.line_tokens, (), e.amended_by, e.forms.id_tokens * len(e.amended_by),
            )
            for e in found
        ]  # fmt: skip
        served = len(layout.lay_out(printable, tokens, more=len(ranked) - len(found)).tokens)
        return [e.item.id for e in found[:served]]


def measure(
    data: Mapping[str, Mapping[str, Entry]], pairs: Sequence[Pair], stem: analysis.Stem
) -> dict[str, float]:
    corpora = {name: Corpus(entries, stem) for name, entries in data.items()}
    rows, empty = [], 0
    for pair in pairs:
        corpus = corpora[pair.corpus]
        ranked = corpus.ask(pair.task)
        empty += not ranked
        served = {b: corpus.serve(ranked, b) for b in BUDGETS}
        recall = {
            b: len(pair.relevant.intersection(served[b])) / len(pair.relevant) for b in served
        }
        places = [p for p, i in enumerate(served[500][:10], 1) if i in pair.relevant]
        rows.append(Row(pair.corpus, recall, 1 / places[0] if places else 0.0, len(served[500])))
    return _sum_up(rows) | {"empty": empty / len(pairs), "foreign": _foreign(corpora, pairs)}


def _sum_up(rows: Sequence[Row]) -> dict[str, float]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.corpus].append(row)
    large = sorted(name for name, group in groups.items() if len(group) >= SMALL)
    sums = {
        f"r{b}": _mean(_mean(r.recall[b] for r in groups[name]) for name in large) for b in BUDGETS
    }
    sums["mrr"] = _mean(r.reciprocal for r in rows)
    sums["hit1"] = _mean(r.reciprocal == 1 for r in rows)
    sums["items"] = _mean(r.served for r in rows)
    mixed = random.Random(1).sample(large, len(large))
    for half, names in (("A", mixed[::2]), ("B", mixed[1::2])):
        sums[f"{half} r500"] = _mean(_mean(r.recall[500] for r in groups[n]) for n in names)
        sums[f"{half} mrr"] = _mean(_mean(r.reciprocal for r in groups[n]) for n in names)
    for name in sorted(groups):
        sums[f"{name} ({len(groups[name])}) r500"] = _mean(r.recall[500] for r in groups[name])
        sums[f"{name} ({len(groups[name])}) mrr"] = _mean(r.reciprocal for r in groups[name])
    return sums


def _foreign(corpora: Mapping[str, Corpus], pairs: Sequence[Pair]) -> float:
    return _mean(
        bool(corpus.ask(pair.task))
        for name, corpus in corpora.items()
        for pair in pairs[::5]
        if pair.corpus != name
    )


def _mean(numbers: Any) -> float:
    values = [float(n) for n in numbers]
    return sum(values) / len(values) if values else 0.0


@contextmanager
def changed(**changes: Any) -> Iterator[None]:
    """Set constants of the scoring, as `rank__LEADS=0`, and put them back."""
    modules = {"rank": rank, "analysis": analysis, "layout": layout}
    before = {}
    for name, value in changes.items():
        module, _, attribute = name.partition("__")
        before[name] = getattr(modules[module], attribute)
        setattr(modules[module], attribute, value)
    try:
        yield
    finally:
        for name, value in before.items():
            module, _, attribute = name.partition("__")
            setattr(modules[module], attribute, value)


def _weights(**factors: float) -> dict[str, analysis.FieldWeight]:
    return {
        name: field._replace(weight=field.weight * factors.get(name, 1.0))
        for name, field in analysis.WEIGHTS.items()
    }


def _whole_words(text: str, stem: analysis.Stem) -> Iterator[str]:
    words = (m[0].lower() for m in re.finditer(r"\w+", text))
    return (stem(w) for w in words if w not in analysis.STOP and len(w) > 1)


def _all_words(text: str, stem: analysis.Stem) -> Iterator[str]:
    return map(stem, analysis.split_words(text))


def _variants() -> dict[str, dict[str, Any]]:
    level = {n: f._replace(b=0.0) for n, f in analysis.WEIGHTS.items()}
    return {
        "the document": {"analysis__WEIGHTS": _weights(document=0.0)},
        "the statement": {"analysis__WEIGHTS": _weights(statement=0.0)},
        "the name": {"rank__NAMED": 0.0},
        "what is led to": {"rank__LEADS": 0.0},
        "commit types left out": {"analysis___COMMIT_TYPE": re.compile("(x)(?!x)x")},
        "empty words left out": {"analysis__split_terms": _all_words},
        "identifiers split": {"analysis__split_terms": _whole_words},
        "length": {"analysis__WEIGHTS": level},
        "stems": {},
        "lines after some in full": {"layout__pack": partial(budget.pack, full=99)},
        "the tail cut off": {"rank__TAIL": 0.0},
        "the least share": {"rank__LEAST_SHARE": 0.0},
    }


def _given(settings: Sequence[str]) -> dict[str, Any]:
    """`rank.LEADS=0.3` or `analysis.document.pivot=600` -> changes."""
    changes: dict[str, Any] = {}
    weights = dict(analysis.WEIGHTS)
    for setting in settings:
        name, _, value = setting.partition("=")
        parts = name.split(".")
        if len(parts) == 3:
            field = analysis.NAME if parts[1] == "NAME" else parts[1]
            weights[field] = weights[field]._replace(**{parts[2]: float(value)})
            changes["analysis__WEIGHTS"] = weights
        else:
            changes["__".join(parts)] = float(value) if "." in value else int(value)
    return changes


def show(name: str, sums: Mapping[str, float]) -> None:
    shown = [f"{sums[f'r{b}']:.3f}" for b in BUDGETS]
    shown += [f"{sums[k]:.3f}" for k in ("mrr", "hit1")]
    shown += [f"{sums[f'{h} r500']:.3f} {sums[f'{h} mrr']:.3f}" for h in "AB"]
    shown += [f"{sums[k]:.3f}" for k in ("empty", "foreign")]
    print(f"{name:26}", "  ".join(shown), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--leave-one-out", action="store_true")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    args = parser.parse_args()
    about = json.loads((args.data / "corpora.json").read_text("utf-8"))
    lines = (args.data / "pairs.jsonl").read_text("utf-8").splitlines()
    raw = [json.loads(line) for line in lines if line]
    names = dict.fromkeys(p["corpus"] for p in raw)
    data = {n: read_corpus(args.data / n, about[n]["directory"]) for n in names}
    pairs = [
        Pair(
            p["corpus"],
            p["query_subject"],
            frozenset(_id_of(f"{p['corpus']}/{path}") for path in p["relevant"]),
        )
        for p in raw
    ]
    stem: Callable[[str], str] = load_stemmer()
    heads = [*(f"r@{b}" for b in BUDGETS), "mrr", "hit@1", "A: r500 mrr", "B: r500 mrr"]
    print(f"{'':26} {'  '.join(heads)}  empty  foreign")
    with changed(**_given(args.set)):
        start = time.perf_counter()
        sums = measure(data, pairs, stem)
        show("everything", sums)
        took = time.perf_counter() - start
        if args.leave_one_out:
            for name, changes in _variants().items():
                with changed(**changes):
                    stems = str if name == "stems" else stem
                    show(f"  without: {name}", measure(data, pairs, stems))
    print(f"\n{len(pairs)} pairs, {sums['items']:.1f} items in 500 tokens, {took:.1f} s")
    for name, value in sums.items():
        if name.endswith(" r500") and "(" in name:
            print(f"  {name[:-5]:28} {value:.3f}  {sums[name[:-4] + 'mrr']:.3f}")


if __name__ == "__main__":
    main()
