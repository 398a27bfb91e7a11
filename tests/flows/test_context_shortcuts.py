"""However a context was come by, it is what opening everything anew would give.

A world of items that supersede, amend and name each other is changed at random, and after every
change the same questions are answered twice: as a command would, from what is kept, and from the
files alone, with kn's own folder empty but for its memory of what this clone wrote.
"""

from __future__ import annotations

import os
import random
import shutil
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Git
from tests.desk import Desk

from kn.adapters.journal import remember_local
from kn.flows.context import build_context
from kn.flows.knowledge import open_knowledge
from kn.flows.serving import renew as renew_flow
from kn.flows.serving.ready import answer_ready
from kn.flows.serving.values import Asked, Context

WORDS = "gateway bucket rate limit billing retry queue ledger payment cache token deploy".split()
IDS = [f"{p}-0000000{n}" for p in ("dec", "con", "got", "fac") for n in range(4)]
QUESTIONS = [
    Asked("retry the payment queue behind the gateway", budget=400),
    Asked("", budget=300),
    Asked("billing ledger", ("src/billing/a.py",), 200, include_proposed=True),
]
STEPS = 20


class World:
    """A repository that changes at random."""

    def __init__(self, desk: Desk, git: Git, seed: int) -> None:
        self.desk, self.git, self.random = desk, git, random.Random(seed)
        self.root = desk.root
        (self.root / "docs").mkdir()
        (self.root / "src").mkdir()
        for n in range(3):
            self.text(self.root / f"docs/000{n}-record.md")
            self.text(self.root / f"src/file{n}.py")
        for item_id in IDS[:12]:
            self.plant(item_id)
        git("add", "-A")
        git("commit", "-q", "-m", "Know")
        git("branch", "other")

    def text(self, path: Path) -> None:
        path.write_text(f"# {self.say(3)}\n\n{self.say(20)} {self.random.choice(IDS)}\n")

    def say(self, words: int) -> str:
        return " ".join(self.random.choices(WORDS, k=words))

    def plant(self, item_id: str) -> None:
        chance = self.random.random
        fields: dict[str, Any] = {"because": f"{self.say(5)}."}
        if chance() < 0.2:
            fields["supersedes"] = [self.random.choice(IDS)]
        if chance() < 0.2:
            fields["amends"] = [self.random.choice(IDS)]
        if chance() < 0.2:
            fields["relates"] = [self.random.choice(IDS)]
        if chance() < 0.3:
            fields["document"] = f"docs/000{self.random.randrange(3)}-record.md"
        if chance() < 0.3:
            fields["details"] = f"See {self.random.choice(IDS)} and ADR-{self.random.randrange(3)}."
        fields["scope"] = {"paths": [f"src/{self.random.choice(WORDS)}/**"]}
        status = self.random.choices(("accepted", "proposed", "retired"), (8, 1, 1))[0]
        self.desk.plant(item_id, f"{self.say(8)}.", status=status, **fields)

    def items(self) -> list[Path]:
        return sorted((self.root / ".knowledge").glob("*s/*-0*.yaml"))

    def item(self) -> Path:
        return self.random.choice(self.items())

    # What may happen

    def reword(self) -> None:
        path = self.item()
        rows = path.read_text("utf-8").split("\n")
        said = [f"statement: {self.say(9)}." if r.startswith("statement:") else r for r in rows]
        if self.random.random() < 0.3:
            said = [f"because: {self.say(4)}." if r.startswith("because:") else r for r in said]
        path.write_text("\n".join(said), "utf-8")

    def retie(self) -> None:
        self.plant(next(i for i in self.random.sample(IDS, len(IDS))))

    def drop(self) -> None:
        self.item().unlink()

    def rename(self) -> None:
        path = self.item()
        path.rename(path.with_name(f"moved-{path.name.rpartition('-')[2]}"))

    def copy(self) -> None:
        path = self.item()
        shutil.copy(path, path.with_name(f"copy-{path.name.rpartition('-')[2]}"))

    def damage(self) -> None:
        self.item().write_text("id: [\n", "utf-8")

    def touch(self) -> None:
        os.utime(self.item())

    def redocument(self) -> None:
        self.text(self.root / f"docs/000{self.random.randrange(3)}-record.md")

    def commit(self) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", self.say(3))

    def switch(self) -> None:
        branch = "other" if self.git("branch", "--show-current") == "main" else "main"
        self.git("stash", "-q", "-u")
        self.git("switch", "-q", branch)

    def add(self) -> None:
        self.desk("add", "fact", f"{self.say(7)}.", "--path", "src/**")

    def own_edit(self) -> None:
        self.desk("retire", self.random.choice(IDS), "--because", "No more.")

    def happen(self) -> str:
        what: list[Callable[[], None]] = [
            self.reword, self.reword, self.reword, self.reword, self.retie, self.drop, self.rename,
            self.copy, self.damage, self.touch, self.redocument, self.commit, self.switch,
            self.add, self.own_edit,
        ]  # fmt: skip
        chosen = self.random.choice(what)
        chosen()
        return chosen.__name__


def _quick(root: Path, asked: Asked, took: Counter[str]) -> Context:
    """As a command does: what is kept, else the long way, which keeps."""
    started = time.time_ns()
    found = answer_ready(asked)
    if found is not None:
        took["short"] += 1
        return found[0]
    took["long"] += 1
    built = build_context(open_knowledge(root, os.environ), asked)
    built.keep(["context"], "", started)
    return built.context


def _anew(root: Path, asked: Asked) -> Context:
    state, aside = root / ".git/kn", root / ".git/kn-aside"
    state.rename(aside)
    try:
        state.mkdir(0o700)
        if (aside / "local").exists():
            shutil.copy(aside / "local", state / "local")
        return build_context(open_knowledge(root, os.environ), asked).context
    finally:
        shutil.rmtree(state)
        aside.rename(state)


@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in (1, 2))])
@pytest.mark.parametrize("agent", [False, True])
def test_every_way_to_a_context_gives_the_same(
    desk: Desk, git: Git, seed: int, agent: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if agent:
        monkeypatch.setenv("CLAUDECODE", "1")
    renewals: list[bool] = []
    world = World(desk, git, seed)
    _watch_renewals(monkeypatch, renewals)
    took: Counter[str] = Counter()
    done = ["begin"]
    for _ in range(STEPS):
        time.sleep(0.06)  # what was touched just now is not kept
        for asked in QUESTIONS:
            here = _quick(world.root, asked, took).to_json()
            assert here == _anew(world.root, asked).to_json(), done
        done.append(world.happen())

    assert took["short"] > STEPS // 2
    assert took["long"] > 0
    assert agent or any(renewals)


def _watch_renewals(monkeypatch: pytest.MonkeyPatch, into: list[bool]) -> None:

    real = renew_flow.renew

    def renew(*given: object) -> object:
        made = real(*given)  # type: ignore[arg-type]
        into.append(made is not None)
        return made

    monkeypatch.setattr(renew_flow, "renew", renew)


def _kept(root: Path, asked: Asked) -> Context:
    """The answer, once a view is ready and was not touched just now."""
    time.sleep(0.06)
    _quick(root, asked, Counter())
    found = answer_ready(asked)
    assert found is not None
    return found[0]


def test_a_change_of_the_other_file_of_an_id_is_not_served(desk: Desk) -> None:
    first = desk.plant("fac-00000001", "The gateway allows fifty requests.", name="a")
    other = first.with_name("b-00000001.yaml")
    shutil.copy(first, other)
    asked = Asked("gateway requests")
    _kept(desk.root, asked)
    other.write_text(first.read_text().replace("fifty", "ninety"))

    found = _quick(desk.root, asked, Counter())

    assert "fifty" in found.text
    assert "ninety" not in found.text


def test_what_this_clone_has_written_counts_for_items_that_did_not_change(
    desk: Desk, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLAUDECODE", "1")
    git("switch", "-q", "-c", "topic")
    path = desk.plant("fac-00000001", "The gateway allows fifty requests.")
    git("add", "-A")
    git("commit", "-q", "-m", "Know")
    asked = Asked("gateway requests")
    assert _kept(desk.root, asked).items == ()
    remember_local(desk.root / ".git/kn", git("hash-object", str(path)))

    assert [i.id for i in _quick(desk.root, asked, Counter()).items] == ["fac-00000001"]
