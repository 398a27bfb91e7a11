"""Which globs match no file of a tree any more."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence

_META = frozenset("*?[]\\!")


class Files:
    """The files of a tree, to be asked for globs; each glob is looked for once."""

    def __init__(self, paths: Iterable[str], compile_glob: Callable[[str], str]) -> None:
        """`compile_glob` gives the regular expression that a gitignore-style glob stands for."""
        self._paths: Sequence[str] = sorted(paths)
        self._compile = compile_glob
        self._known: dict[str, bool] = {}
        self._names = {part for path in self._paths for part in path.split("/")}

    def match(self, glob: str) -> bool:
        """Whether the glob matches a file, or a folder that holds one."""
        if glob not in self._known:
            self._known[glob] = self._look(glob)
        return self._known[glob]

    def _look(self, glob: str) -> bool:
        plain = glob.strip("/")
        literal = not set(plain) & _META
        if literal and "/" not in plain and not glob.startswith("/"):
            return plain in self._names
        head = _fixed_head(glob)
        start = bisect_left(self._paths, head)
        if literal:
            return self._holds(plain, start)
        matches = re.compile(self._compile(glob)).match
        for path in self._paths[start:]:
            if not path.startswith(head):
                break
            if matches(path):
                return True
        return False

    def _holds(self, path: str, start: int) -> bool:
        """Whether it is one of the files from `start` on, or a folder of one."""
        if self._paths[start : start + 1] == [path]:
            return True
        start = bisect_left(self._paths, f"{path}/")
        return start < len(self._paths) and self._paths[start].startswith(f"{path}/")


def _fixed_head(glob: str) -> str:
    """What every path that matches begins with."""
    anchored = glob.lstrip("/") if "/" in glob.rstrip("/") else ""
    head = re.split(r"[*?\[\\]", anchored)[0]
    return head.rstrip("/") if head == anchored else head
