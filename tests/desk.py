"""kn at work on a real repository, in the test's own process: twenty times faster than starting it.

What only a process shows (start-up, signals, hooks, terminals) is tested with the fixture `kn`.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from kn.cli.boundary import run
from kn.core.yaml.write import write_field

SOURCE = str(Path(__file__).parent.parent / "src")


def begin_knowledge(seed: Path, root: Path) -> Path:
    """A copy of `seed` in which kn was begun without hooks, with its files committed.

    Made once and copied for every test: a third of a second is saved each time.
    """
    shutil.copytree(seed, root)
    sealed = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "HOME": str(root.parent)}
    for role in ("AUTHOR", "COMMITTER"):
        sealed |= {f"GIT_{role}_NAME": "Test", f"GIT_{role}_EMAIL": "test@example.com"}
    path = os.pathsep.join([str(Path(__file__).parent / "guard"), SOURCE])
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": path, **sealed}
    for words in (
        (sys.executable, "-m", "kn", "init", "--no-hooks"),
        ("git", "add", "-A"),
        ("git", "commit", "-q", "-m", "Begin knowledge"),
    ):
        subprocess.run(words, cwd=root, check=True, env=environment, capture_output=True)
    return root


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def ids(self) -> list[str]:
        """The ids of the items in a `--json` answer, in its order."""
        return [item["id"] for item in self.json["items"]]


@contextlib.contextmanager
def _streams(given: str | bytes) -> Iterator[tuple[io.BytesIO, io.BytesIO]]:
    raw = given.encode() if isinstance(given, str) else given
    out, err = io.BytesIO(), io.BytesIO()
    shown, talk = (io.TextIOWrapper(b, "utf-8", write_through=True) for b in (out, err))
    stdin = io.TextIOWrapper(io.BytesIO(raw), "utf-8")
    with (
        patch.object(sys, "stdin", stdin),
        patch.object(sys, "stdout", shown),
        patch.object(sys, "stderr", talk),
    ):
        yield out, err
    for stream in (shown, talk):
        stream.detach()  # else its end closes what it wrote to


@dataclass(frozen=True, slots=True)
class Desk:
    """A repository, and kn run in it."""

    root: Path

    def __call__(
        self,
        *words: str,
        given: str | bytes = "",
        cwd: Path | str | None = None,
        **environment: Any,
    ) -> Ran:
        """Run kn and return what it said, whatever its exit code."""
        before = Path.cwd()
        os.chdir(cwd or self.root)
        code = 0
        try:
            with (
                _streams(given) as (out, err),
                patch.dict(os.environ, environment),
                patch.object(sys, "argv", ["kn", *words]),
            ):
                try:
                    run(list(words))
                except SystemExit as ended:
                    code = int(ended.code or 0)
        finally:
            os.chdir(before)
        said = (s.getvalue().decode("utf-8", "surrogateescape") for s in (out, err))
        return Ran(code, *said)

    def ok(self, *words: str, given: str | bytes = "", **environment: Any) -> Ran:
        """Run kn; anything but exit code 0 fails the test."""
        ran = self(*words, given=given, **environment)
        assert ran.code == 0, f"kn {words}: exit {ran.code}\n{ran.out}{ran.err}"
        return ran

    def add(self, *words: str, given: str | bytes = "", **environment: Any) -> str:
        """`kn add`; returns the new id."""
        return self.ok("add", *words, given=given, **environment).out.split("\n")[1]

    def plant(self, item_id: str, statement: str, *, name: str = "", **fields: Any) -> Path:
        """Write an item's file as its author might, without kn."""
        prefixes = {"dec": "decision", "con": "convention", "got": "gotcha", "inc": "incident",
                    "own": "owner", "fac": "fact"}  # fmt: skip
        kind = prefixes[item_id[:3]]
        whole = {"id": item_id, "kind": kind, "statement": statement, "status": "accepted",
                 "recorded": "2026-01-05", **fields}  # fmt: skip
        folder = self.root / ".knowledge" / f"{kind}s"
        folder.mkdir(exist_ok=True)
        path = folder / f"{name or 'item'}-{item_id[4:]}.yaml"
        path.write_text("".join(write_field(n, v) for n, v in whole.items()), "utf-8")
        return path
