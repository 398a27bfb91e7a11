"""The programs: this kn, the one that hooks find, git, and the data that travels with kn."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from kn import __version__
from kn.adapters import git
from kn.errors import KnError
from kn.flows.doctor.site import Site, Told, told_error

GIT_LEAST = (2, 30)
"""What kn asks for when there is no git; it is tested with 2.39."""


def check_kn(site: Site) -> Iterator[Told]:
    """This kn, and the one that hooks, tasks and agents call by its name."""
    python = ".".join(map(str, sys.version_info[:3]))
    yield Told("ok", f"kn {__version__}, Python {python}, {Path(__file__).parents[2]}")
    found = shutil.which("kn", path=site.environment.get("PATH"))
    if found is None:
        yield Told(
            "warn",
            "kn is not on the PATH; hooks fall back to the path of the kn that ran `kn init`, "
            "and what is committed (editors' tasks, husky, lefthook) does not find it.",
            "Put the folder of kn on the PATH, or install it with `uv tool install` or `pipx`.",
        )
        return
    done = subprocess.run(
        [found, "--version"], capture_output=True, text=True, check=False, timeout=20
    )
    said = done.stdout.strip()
    if said != f"kn {__version__}":
        yield Told(
            "warn",
            f"The kn on the PATH is another one: {found} says {said or done.stderr.strip()!r}.",
            "Install this version there, or put this kn first on the PATH.",
        )


def check_git(site: Site) -> Iterator[Told]:
    """git, as new as kn needs it."""
    try:
        version = git.git_version()
    except KnError as error:
        yield told_error(error)
        return
    shown = ".".join(map(str, version))
    if version < GIT_LEAST:
        least = ".".join(map(str, GIT_LEAST))
        yield Told("fail", f"git {shown} is too old.", f"Install git {least} or newer.")
    else:
        yield Told("ok", f"git {shown}")


def check_data(site: Site) -> Iterator[Told]:
    """The token table and the templates of the wheel."""
    from kn.adapters import bundled, tokens

    try:
        counted = tokens.count("\u2603 counts")  # what is not plain needs the whole table
        bundled.template(), bundled.hook_text("event.sh")
    except KnError as error:
        yield told_error(error)
        return
    state = "ok" if counted else "fail"
    yield Told("ok" if state == "ok" else "fail", f"{tokens.TOKENIZER} table and templates")


EXTRAS = {"mcp": "mcp", "llm": "litellm"}
"""Extra of kn -> the distribution that it brings."""


def check_extras(site: Site) -> Iterator[Told]:
    """Which extras are installed; none is needed."""
    from importlib import metadata

    shown = []
    for extra, distribution in EXTRAS.items():
        try:
            shown.append(f"kn[{extra}]: {distribution} {metadata.version(distribution)}")
        except metadata.PackageNotFoundError:
            shown.append(f"kn[{extra}] is not installed")
    yield Told("ok", "; ".join(shown))
