"""kn's block in a clone's git config, as text, so that it comes out again to the byte.

`git config --unset` leaves empty sections behind; taking out the lines that were put in
does not. In comments of the block stands the journal: what `kn init` made in this clone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from kn.core import block

_SECTION = re.compile(rb'^\s*\[\s*([A-Za-z0-9.-]+)(?:\s+"((?:[^"\\]|\\.)*)")?\s*\]\s*$')
_ENTRY = re.compile(rb"^\s*([A-Za-z][A-Za-z0-9-]*)\s*(?:=|$)")
_JOURNAL = re.compile(rb"^# made: (.+)$", re.MULTILINE)
_OURS = re.compile(
    r"merge\.kn\.(name|driver|recursive)|diff\.kn\.textconv|(?i:includeif)\.gitdir:.*\.path|kn\.(initialized|dir)|hook\.kn-[a-z-]+\.(command|event)"
)


def put(config: bytes, settings: Iterable[tuple[str, str]], journal: Sequence[str]) -> bytes:
    """Return `config` with these settings and this journal in kn's block.

    Args:
        config: The file's content.
        settings: Full name -> value, grouped by section: ``("merge.kn.name", "…")``.
        journal: Lines of text without line breaks.
    """
    lines, last = ["# `kn uninstall` takes this out."], ""
    lines += [f"# made: {entry}" for entry in journal]
    for name, value in settings:
        section, _, key = name.rpartition(".")
        if section != last:
            family, _, own = section.partition(".")
            named = own.replace("\\", "\\\\").replace('"', '\\"')
            lines.append(f'[{family} "{named}"]' if own else f"[{family}]")
            last = section
        lines.append(f"\t{key} = {_quote(value)}")
    body = "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape")
    return block.put(_freed(config), body)


def take(config: bytes) -> bytes:
    """Return `config` without kn's block; settings of others that git put inside stay.

    `git config kn.budget 500` finds our section and adds its line there.
    """
    return block.take(_freed(config)) or b""


def journal(config: bytes) -> list[str]:
    """What `kn init` made in this clone, oldest first; empty without a block."""
    found = _JOURNAL.findall(block.body_of(config) or b"")
    return [entry.decode("utf-8", "surrogateescape") for entry in found]


def has_block(config: bytes) -> bool:
    """Whether `kn init` has run in this clone."""
    return block.body_of(config) is not None


def _freed(config: bytes) -> bytes:
    """`config` with what others wrote into our block moved out of it, to the end."""
    body = block.body_of(config)
    if body is None:
        return config
    ours, theirs = _split(body)
    if not theirs:
        return config
    config = block.put(config, b"".join(ours))
    return config + (b"" if config.endswith(b"\n") else b"\n") + b"".join(theirs)


def _split(body: bytes) -> tuple[list[bytes], list[bytes]]:
    """The block's lines: those of kn's settings, and those of anybody else's."""
    ours: list[bytes] = []
    theirs: list[bytes] = []
    header, section, written, into = b"", "", b"", ours
    for line in body.splitlines(keepends=True):
        goes_on = bool(into) and into[-1].endswith(b"\\\n")
        opened = _SECTION.match(line)
        entry = _ENTRY.match(line)
        if opened and not goes_on:
            header, section = line, ".".join(p.decode() for p in opened.groups() if p is not None)
            into = ours
        elif entry and not goes_on:
            known = _OURS.fullmatch(f"{section}.{entry[1].decode().lower()}")
            into = ours if known else theirs
            if into is theirs and written != header:
                theirs.append(header)
                written = header
        into.append(line)
    return ours, theirs


def _quote(value: str) -> str:
    r"""A value as git reads it back.

    >>> _quote('a "b"\n')
    '"a \\"b\\"\\n"'
    """
    for plain, escaped in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t")):
        value = value.replace(plain, escaped)
    return f'"{value}"'
