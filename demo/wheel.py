"""`make wheel`: the built wheel, alone, in an empty environment, does the work.

Builds it, installs it with its dependencies into a new virtual environment, and there runs
`kn init`, a commit with a trailer, and `kn context`: template, hooks and token table must all
have travelled. Exit code 1 when something is missing.
"""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from dataclasses import replace
from pathlib import Path

from stage import Stage, StoryBroken, open_stage

PROJECT = Path(__file__).resolve().parent.parent
MESSAGE = """Slow callers down

Decision: Use a leaky bucket for rate limiting at the gateway, because bursts overran us
"""


def main() -> int:
    """Build, install, use."""
    try:
        with open_stage(keep="--keep" in sys.argv[1:]) as stage:
            wheel = _build(stage)
            _use(replace(stage, path=f"{_install(stage, wheel)}{os.pathsep}{_system_path()}"))
    except StoryBroken as broken:
        print(f"\nThe wheel is not whole: {broken}", file=sys.stderr)
        return 1
    print("The wheel works alone.")
    return 0


def _build(stage: Stage) -> Path:
    """The wheel, built from the source distribution, as an index would get it."""
    _own("-m", "build", "--outdir", str(stage.root / "dist"), str(PROJECT))
    (wheel,) = (stage.root / "dist").glob("*.whl")
    print(f"Built {wheel.name}, {wheel.stat().st_size:,} bytes.")
    return wheel


def _install(stage: Stage, wheel: Path) -> Path:
    """The folder of programs of a new environment that has the wheel and what it asks for."""
    environment = stage.root / "venv"
    venv.create(environment, with_pip=True)
    programs = environment / "bin"
    pip = ("-m", "pip", "install", "-q", "--disable-pip-version-check")
    _own(*pip, str(wheel), python=programs / "python")
    return programs


def _own(*words: str, python: Path = Path(sys.executable)) -> None:
    """Run Python with this user's settings, that say where packages come from."""
    clean = {n: t for n, t in os.environ.items() if n not in ("PYTHONPATH", "PYTHONHOME")}
    done = subprocess.run([str(python), *words], env=clean, capture_output=True, text=True)
    if done.returncode:
        raise StoryBroken(f"{' '.join(words)}\n{done.stdout[-3000:]}{done.stderr[-3000:]}")


def _use(stage: Stage) -> None:
    """From nothing to a context; the environment holds no path to the checkout."""
    stage.run("git", "init", "-q", "shop", show=False)
    version = stage.run("kn", "--version", folder="shop")
    stage.expect(version.out.startswith("kn "), "it says its version")
    place = stage.run(
        "python", "-c", "import kn, pathlib; print(pathlib.Path(kn.__file__).parent)",
        folder="shop", show=False,
    )  # fmt: skip
    stage.expect(place.out.startswith(str(stage.root)), "it is the installed package that runs")
    stage.run("kn", "init", folder="shop", cut=3)
    stage.expect((stage.root / "shop/.knowledge/README.md").is_file(), "the template travelled")
    (stage.root / "shop" / "limits.py").write_text("RATE = 5\n", encoding="utf-8")
    stage.run("git", "add", "-A", folder="shop", show=False)
    said = stage.run("git", "commit", "-q", "-m", MESSAGE, folder="shop")
    stage.expect("kn: 1 candidate from" in said.err, "the hooks travelled, and propose")
    key = stage.run("kn", "inbox", "list", folder="shop").out.split()[0]
    stage.run("kn", "inbox", "accept", key, folder="shop")
    context = stage.run("kn", "context", "rate limiting", folder="shop")
    stage.expect("leaky bucket" in context.out, "the context has it, so the token table travelled")
    stage.run("git", "kn", "check", folder="shop")
    stage.run("kn", "uninstall", folder="shop", cut=3)
    hook = stage.root / "shop/.git/hooks/post-commit"
    stage.expect(not hook.exists(), "uninstall takes the hook out")


def _system_path() -> str:
    """The PATH without this environment's own programs."""
    own = str(Path(sys.executable).parent)
    parts = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(part for part in parts if part != own)


if __name__ == "__main__":
    sys.exit(main())
