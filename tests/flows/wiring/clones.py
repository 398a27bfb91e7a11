"""Clones with every kind of hook in them, and what they hold, byte by byte."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from kn.adapters.git import find_repository
from kn.flows.setup import install, uninstall
from kn.flows.setup.install import Options

PYTHON_HOOK = """#!/usr/bin/env python3
import os, sys
open(os.environ["SEEN"], "a").write(
    " ".join(["theirs", os.path.basename(sys.argv[0]), *sys.argv[1:], sys.stdin.read()]) + "\\n")
"""
SHELL_HOOK = """#!/bin/sh
echo "theirs $(basename "$0") $* $(cat)" >> "$SEEN"
"""


def git(where: Path, *args: str) -> str:
    done = subprocess.run(["git", *args], cwd=where, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def hook(folder: Path, text: str | bytes, name: str = "post-rewrite", mode: int = 0o755) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    path.chmod(mode)


def nothing(root: Path) -> Path:
    return root


def shell(root: Path) -> Path:
    hook(root / ".git/hooks", SHELL_HOOK)
    return root


def shell_without_newline(root: Path) -> Path:
    hook(root / ".git/hooks", SHELL_HOOK.rstrip("\n"))
    return root


def shebang_alone(root: Path) -> Path:
    hook(root / ".git/hooks", "#!/bin/sh")
    return root


def strict_shell(root: Path) -> Path:
    hook(root / ".git/hooks", SHELL_HOOK.replace("/bin/sh", "/bin/sh -eu"))
    return root


def python(root: Path) -> Path:
    hook(root / ".git/hooks", PYTHON_HOOK)
    return root


def python_everywhere(root: Path) -> Path:
    for name in ("post-commit", "post-merge", "post-rewrite"):
        hook(root / ".git/hooks", PYTHON_HOOK, name)
    return root


def binary(root: Path) -> Path:
    hook(root / ".git/hooks", Path("/bin/true").read_bytes())
    return root


def no_shebang(root: Path) -> Path:
    hook(root / ".git/hooks", SHELL_HOOK.partition("\n")[2])
    return root


def switched_off(root: Path) -> Path:
    hook(root / ".git/hooks", SHELL_HOOK, mode=0o644)
    return root


def linked_script(root: Path) -> Path:
    hook(root / "scripts", SHELL_HOOK)
    (root / ".git/hooks").mkdir()
    (root / ".git/hooks/post-rewrite").symlink_to("../../scripts/post-rewrite")
    return root


def pre_commit_like(root: Path) -> Path:
    hook(root / "scripts", SHELL_HOOK)
    hook(root / ".git/hooks", '#!/usr/bin/env bash\nexec scripts/post-rewrite "$@"\n')
    return root


def git_lfs_like(root: Path) -> Path:
    text = "#!/bin/sh\ncommand -v git >/dev/null 2>&1 || { echo >&2 no; exit 2; }\n"
    hook(root / ".git/hooks", text + SHELL_HOOK.partition("\n")[2])
    return root


def relative_hooks_path(root: Path) -> Path:
    hook(root / ".githooks", SHELL_HOOK)
    git(root, "config", "core.hooksPath", ".githooks")
    return root


def husky_like(root: Path) -> Path:
    hook(root / ".husky", SHELL_HOOK.partition("\n")[2], mode=0o644)
    hook(root / ".husky/_", 's=$(dirname "$(dirname "$0")")/$(basename "$0")\n[ ! -f "$s" ] && exit'
         '\nsh -e "$s" "$@"\n', "h")  # fmt: skip
    for name in ("post-commit", "post-merge", "post-rewrite"):
        hook(root / ".husky/_", '#!/usr/bin/env sh\n. "$(dirname "$0")/h"\n', name)
    git(root, "config", "core.hooksPath", ".husky/_")
    return root


def linked_work_tree(root: Path) -> Path:
    hook(root / ".git/hooks", SHELL_HOOK)
    git(root, "worktree", "add", "-q", "../linked")
    return root.parent / "linked"


def submodule(root: Path) -> Path:
    outer = root.parent / "outer"
    outer.mkdir()
    git(outer, "init", "-q", "-b", "main", "--template=")
    git(outer, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(root), "inner")
    hook(outer / ".git/modules/inner/hooks", SHELL_HOOK)
    return outer / "inner"


def config_without_newline(root: Path) -> Path:
    config = root / ".git/config"
    config.write_bytes(config.read_bytes().rstrip(b"\n"))
    return root


SETUPS: list[Callable[[Path], Path]] = [
    nothing, shell, shell_without_newline, shebang_alone, strict_shell, python, python_everywhere,
    binary, no_shebang, switched_off, linked_script, pre_commit_like, git_lfs_like,
    relative_hooks_path, husky_like, linked_work_tree, submodule, config_without_newline,
]  # fmt: skip


def snapshot(root: Path) -> dict[str, tuple[int, bytes]]:
    """Every path below `root` with its mode and its bytes; what git itself rewrites is left out."""
    found = {}
    for path in walk(root):
        mode = path.lstat().st_mode
        data = b""
        if stat.S_ISLNK(mode):
            data = os.fsencode(path.readlink())
        elif stat.S_ISREG(mode):
            data = path.read_bytes()
        found[str(path.relative_to(root))] = (mode, data)
    return found


def walk(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name in ("objects", "logs", "index", "COMMIT_EDITMSG", "ORIG_HEAD", "refs"):
            continue
        yield path
        if path.is_dir() and not path.is_symlink():
            yield from walk(path)


def init(where: Path, options: Options | None = None) -> install.Plan:
    plan = install.plan_install(find_repository(where), options or Options())
    install.apply(plan)
    return plan


def remove(where: Path) -> uninstall.Plan:
    plan = uninstall.plan_uninstall(find_repository(where))
    uninstall.apply(plan)
    return plan
