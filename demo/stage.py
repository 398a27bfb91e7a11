"""A sealed room for real commands: its own home, git configuration and clock, gone at the end."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

BOLD, DIM, GREEN, OFF = ("\033[1m", "\033[2m", "\033[32m", "\033[0m")


class StoryBroken(Exception):
    """A step did not do what the story says."""


@dataclass(frozen=True)
class Output:
    """What a command said."""

    words: tuple[str, ...]
    out: str
    err: str
    code: int

    @property
    def both(self) -> str:
        return self.out + self.err


@dataclass
class Stage:
    """Runs commands in a temporary folder, and shows them with their real output."""

    root: Path
    path: str
    """The PATH on which git and kn are found."""
    day: str = ""
    """What kn and git take for today; empty for the real day."""
    checks: int = 0
    colour: bool = field(
        default_factory=lambda: sys.stdout.isatty() and "NO_COLOR" not in os.environ
    )

    def environment(self, person: str, extra: dict[str, str]) -> dict[str, str]:
        """Nothing of whoever runs the demo gets in: no home, no git settings, no agent."""
        made = {
            "PATH": self.path,
            "HOME": str(self.root / "home"),
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
            "TMPDIR": str(self.root),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_AUTHOR_NAME": person,
            "GIT_AUTHOR_EMAIL": f"{person.lower()}@example.com",
            "GIT_COMMITTER_NAME": person,
            "GIT_COMMITTER_EMAIL": f"{person.lower()}@example.com",
        }
        if self.day:
            moment = f"{self.day}T10:00:00+00:00"
            made |= {"KN_TODAY": self.day, "GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment}
        return made | extra

    def run(
        self,
        *words: str,
        folder: str = "",
        person: str = "Ana",
        show: bool = True,
        cut: int = 0,
        code: int = 0,
        extra: dict[str, str] | None = None,
    ) -> Output:
        """Run a command; `cut` shows so many lines of its output at the most.

        Raises:
            StoryBroken: It ended with another exit code than `code`.
        """
        done = subprocess.run(
            words,
            cwd=self.root / folder,
            env=self.environment(person, extra or {}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        output = Output(words, done.stdout, done.stderr, done.returncode)
        if show:
            self._show(output, cut, extra or {})
        if output.code != code:
            raise StoryBroken(f"{shlex.join(words)}: exit code {output.code}\n{output.both}")
        return output

    def _show(self, output: Output, cut: int, extra: dict[str, str]) -> None:
        settings = "".join(f"{name}={shlex.quote(value)} " for name, value in extra.items())
        self.say(f"  $ {settings}{_typed(output.words)}", BOLD)
        lines = output.both.replace(f"{self.root}/", "").splitlines()
        hidden = len(lines) - cut if cut and len(lines) > cut + 1 else 0
        for line in lines[: len(lines) - hidden]:
            print(f"    {line}")
        if hidden:
            self.say(f"    … {hidden} more lines", DIM)
        print()

    def say(self, text: str, style: str = "") -> None:
        """Print a line of the story."""
        print(f"{style}{text}{OFF}" if style and self.colour else text)

    def chapter(self, title: str, *lines: str) -> None:
        """Begin a chapter."""
        print()
        self.say(title, BOLD + GREEN)
        self.say("─" * len(title), GREEN)
        for line in lines:
            print(line)
        print()

    def tell(self, *lines: str) -> None:
        """Say what happens next."""
        for line in lines:
            print(line)
        print()

    def expect(self, truth: bool, what: str) -> None:
        """Hold the story to its word.

        Raises:
            StoryBroken: It is not so.
        """
        if not truth:
            raise StoryBroken(what)
        self.checks += 1


def _typed(words: Sequence[str]) -> str:
    """A command as a person types it: with double quotes where words have blanks."""
    plain = [w if shlex.quote(w) == w else f'"{w}"' for w in words]
    return " ".join(plain)


@contextmanager
def open_stage(*, keep: bool) -> Iterator[Stage]:
    """A stage in a folder of its own; deleted afterwards, unless it is to be kept."""
    root = Path(tempfile.mkdtemp(prefix="kn-demo-")).resolve()
    try:
        (root / "home").mkdir()
        settings = "[init]\n\tdefaultBranch = main\n[advice]\n\tdetachedHead = false\n"
        (root / "home" / ".gitconfig").write_text(settings, encoding="utf-8")
        yield Stage(root, os.environ.get("PATH", os.defpath))
    finally:
        if keep:
            print(f"Kept: {root}")
        else:
            shutil.rmtree(root, ignore_errors=True)
