"""What travels with kn as data: the template of a knowledge folder, and the hooks' shell."""

from __future__ import annotations

from pathlib import Path

from kn.errors import KnError

_PACKAGE = Path(__file__).resolve().parent.parent


def template() -> dict[str, bytes]:
    """Path inside the knowledge folder -> content of every file that `kn init` lays down."""
    root = _data("knowledge-template", ".knowledge-template")
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def hook_text(name: str) -> str:
    """The text of `hooks/NAME`."""
    return (_data("hooks", "hooks") / name).read_text("utf-8")


def _data(in_wheel: str, in_checkout: str) -> Path:
    """A folder of data: in the wheel it lies inside the package, in a checkout beside `src`."""
    for folder in (_PACKAGE / "_data" / in_wheel, _PACKAGE.parent.parent / in_checkout):
        if folder.is_dir():
            return folder
    raise KnError(
        f"kn was installed without its {in_wheel}.", hint="Install kn again, from its wheel."
    )
