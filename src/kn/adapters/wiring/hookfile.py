"""kn in one hook file, beside whatever is there; and out again.

A shell script takes a block right after its first line. Anything else (another interpreter,
a binary, a link, a script that is switched off) keeps its bytes, its name and its mode in
the folder `kn-host` beside, and a script of ours that takes its place runs it.
"""

from __future__ import annotations

import re
from pathlib import Path

from kn.adapters.wiring.changes import Change, File, Folder, Link, State, look, naming
from kn.core import block
from kn.errors import KnError

HOST = "kn-host"
_SHELL = re.compile(rb"#![ \t]*(?:\S*/)?(?:env[ \t]+(?:-S[ \t]+)?)?(?:ba|da|k|z|a)?sh(?:[ \t]|$)")


def wire(path: Path, event: str, body: bytes, host: bytes, *, always_shell: bool) -> list[Change]:
    """Plan kn's block into the hook `path`.

    Args:
        path: The hook; its folder may be missing.
        event: The name that git gives to it.
        body: The block's lines.
        host: The lines that run a hook that had to make way.
        always_shell: The file is run by a shell whatever it looks like (husky).
    """
    before = look(path)
    kept = path.parent / HOST / event
    if isinstance(before, File) and _takes_block(before, path, always_shell):
        with naming(path):
            old = block.body_of(before.data)
            wanted = body + host if old and HOST.encode() in old else body
            after = File(block.put(before.data, wanted, first=True), before.mode)
        what = f"add kn's block to {path.name}"
        return [] if after == before else [Change(path, what, before, after)]
    if isinstance(before, Folder):
        raise KnError(f"{path} is a folder, where git expects a hook.")
    changes = []
    if before is None and look(kept) is None:
        if always_shell:
            return [Change(path, f"write {path.name}", None, File(block.put(None, body)))]
        after = File(block.put(None, body, first=True), 0o755)
        return [Change(path, f"write {path.name}", None, after)]
    if before is not None:
        changes += _make_way(before, kept)
    after = File(block.put(None, body + host, first=True), 0o755)
    what = f"put a {path.name} that calls kn, then the one that was here ({HOST}/{event})"
    return [*changes, Change(path, what, before, after)]


def unwire(path: Path, event: str) -> list[Change]:
    """Plan kn out of the hook `path`: every byte, mode and link as it was."""
    before = look(path)
    kept = path.parent / HOST / event
    if before is not None and look(kept) == _moved(before, path.parent, kept.parent):
        return [Change(kept, f"remove {HOST}/{event}", look(kept), None)]  # cut off half-way
    if not isinstance(before, File):
        return []
    with naming(path):
        body = block.body_of(before.data)
        rest = block.take(before.data)
    if body is None:
        return []
    host = look(kept) if HOST.encode() in body else None
    if rest is not None:
        what = f"take kn's block out of {path.name}"
        return [Change(path, what, before, File(rest, before.mode))]
    if host is None:
        return [Change(path, f"remove {path.name}", before, None)]
    restored = _moved(host, kept.parent, path.parent)
    return [
        Change(path, f"put the {path.name} back that was here", before, restored),
        Change(kept, f"remove {HOST}/{event}", host, None),
    ]


def _takes_block(file: File, path: Path, always_shell: bool) -> bool:
    with naming(path):
        if always_shell or block.body_of(file.data) is not None:
            return True
    first = file.data.split(b"\n", 1)[0]
    return bool(file.mode & 0o111 and _SHELL.match(first) and b"\0" not in file.data)


def _make_way(before: State, kept: Path) -> list[Change]:
    changes = []
    if look(kept.parent) is None:
        changes.append(Change(kept.parent, f"make the folder {HOST}", None, Folder()))
    there = look(kept)
    moved = _moved(before, kept.parent.parent, kept.parent)
    if there not in (None, moved):
        raise KnError(
            f"{kept} holds an earlier {kept.name}, and another one is in its place now.",
            hint="Put the one that you need into the hooks folder, and the other one away.",
        )
    if there is None:
        what = f"keep the {kept.name} that is here as {HOST}/{kept.name}"
        changes.append(Change(kept, what, there, moved))
    return changes


def _moved(state: State, old: Path, new: Path) -> State:
    """`state` in another folder: a relative link has to point from there."""
    if isinstance(state, Link) and not Path(state.target).is_absolute():
        if new.name == HOST:
            return Link(f"../{state.target}")
        return Link(state.target.removeprefix("../"))
    return state
