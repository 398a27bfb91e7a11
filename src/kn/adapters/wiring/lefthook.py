"""kn as a job of lefthook: a block at the end of its configuration, where that is safe."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kn.adapters.wiring.changes import Change, File, look
from kn.core import block
from kn.errors import KnError


def wire(config: Path, events: Sequence[str]) -> list[Change] | None:
    """Plan the jobs into `config`; None when a person has to add them.

    lefthook rewrites its hooks in the hooks folder, so they are no place for us. It is safe to
    append when the file is YAML, names none of our events, and then means what it meant before
    plus our jobs, which is read back to be sure.
    """
    before = look(config)
    if not isinstance(before, File) or config.suffix not in (".yml", ".yaml"):
        return None
    try:
        bare = block.take(before.data)
        after = File(block.put(before.data, jobs(events).encode()), before.mode)
    except KnError as error:
        raise KnError(f"{config}: {error}", hint=error.hint) from error
    old, new, own = (_mapping(text) for text in (bare or b"", after.data, jobs(events).encode()))
    if old is None or own is None or set(old) & set(own) or new != {**old, **own}:
        return None
    if after == before:
        return []
    return [Change(config, f"add kn's jobs to {config.name}", before, after)]


def unwire(config: Path) -> list[Change]:
    """Plan kn's jobs out of `config`."""
    before = look(config)
    if not isinstance(before, File) or block.body_of(before.data) is None:
        return []
    rest = block.take(before.data)
    after = None if rest is None else File(rest, before.mode)
    return [Change(config, f"take kn's jobs out of {config.name}", before, after)]


def jobs(events: Sequence[str]) -> str:
    """The lines that lefthook needs (`commands:` is what every version reads)."""
    return "".join(
        f"{event}:\n"
        "  commands:\n"
        "    kn:\n"
        f"      run: if command -v kn >/dev/null 2>&1; then kn hook {event} {{0}}"
        " </dev/null || :; fi\n"
        for event in events
    )


def _mapping(text: bytes) -> dict[object, object] | None:
    import yaml  # only where lefthook is in use

    try:
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text)):
            return None  # what aliases multiply could take for ever to compare
        found = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    if found is None:
        return {}
    return found if isinstance(found, dict) else None
