"""A made repository with many items: words by Zipf's law, all kinds, scopes and tags."""

from __future__ import annotations

import bisect
import random
import subprocess
import sys
from pathlib import Path

from kn.core.codec import encode
from kn.core.ids import file_name, make_id
from kn.core.model import Item, Scope
from kn.core.schema import default_schema

_SYLLABLES = "ka to mi re su lo pa ne di vo ra zen tor mul qui bra fen gil hop jax".split()


class Vocabulary:
    """Twenty thousand made words; the n-th is n times rarer than the first."""

    def __init__(self, source: random.Random) -> None:
        self.random = source
        made = ("".join(source.choices(_SYLLABLES, k=source.randint(2, 4))) for _ in range(20_000))
        self.words = list(dict.fromkeys(made))
        total = 0.0
        self._sums = [total := total + 1 / (n + 1) for n in range(len(self.words))]

    def text(self, words: int) -> str:
        """So many words."""
        sums = self._sums
        return " ".join(
            self.words[bisect.bisect(sums, self.random.random() * sums[-1])] for _ in range(words)
        )


def make_items(number: int, *, seed: int = 1) -> list[Item]:
    """So many accepted items of about 60 words."""
    source = random.Random(seed)
    vocabulary = Vocabulary(source)
    kinds = list(default_schema().kinds.values())
    return [
        Item(
            make_id(kind := source.choice(kinds), source.randbytes(5)), kind.name,
            vocabulary.text(14) + ".", "accepted", f"2026-{n % 11 + 1:02}-{n % 28 + 1:02}",
            because=vocabulary.text(12) + ".",
            scope=Scope((f"src/{vocabulary.words[n % 200]}/**",), (vocabulary.words[n % 300],)),
            details=vocabulary.text(30),
        )
        for n in range(number)
    ]  # fmt: skip


def make_question(items: list[Item], number: int) -> str:
    """A task of eight words, of two items; another one for every number."""
    one, other = (items[(n * 7919) % len(items)] for n in (number, number + 1))
    return " ".join((*one.statement.split()[:4], *other.details.split()[-4:]))


def make_repository(root: Path, number: int, *, seed: int = 1) -> None:
    """A git repository in `root` in which `kn init` was run and so many items are committed."""
    git(root, "init", "-q", "-b", "main")
    command = [sys.executable, "-m", "kn", "init", "--no-hooks", "--yes"]
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    schema = default_schema()
    for item in make_items(number, seed=seed):
        folder = root / ".knowledge" / schema.kinds[item.kind].folder
        folder.mkdir(parents=True, exist_ok=True)
        (folder / file_name(item.id, item.statement)).write_bytes(encode(item, schema))
    git(root, "add", "-A")
    git(root, "commit", "-q", "--no-verify", "-m", "Items")


def git(root: Path, *words: str) -> None:
    """Run git there, as nobody in particular."""
    who = ("-c", "user.name=Bench", "-c", "user.email=bench@example.org")
    subprocess.run(["git", *who, *words], cwd=root, check=True, capture_output=True)
