"""The redactor of this user and this clone, on the only way to rules, models and files."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from kn.adapters import files
from kn.adapters.ownsecrets import own_secrets
from kn.core.redact import Redactor
from kn.errors import KnError
from kn.flows.knowledge import Knowledge


def make_redactor(
    knowledge: Knowledge, environment: Mapping[str, str], *, more: Iterable[str] = ()
) -> Redactor:
    """Known forms of secrets, and the user's own values.

    Args:
        knowledge: The repository, whose `.env` files hold secrets of the user too.
        environment: The process's own; says where home is.
        more: Other values that must not be seen, as the key of a model.
    """
    variables = tuple(sorted(environment.items()))
    kept = tuple(m for m in more if m)
    return _redactor(knowledge.repo.top, variables, kept, _salt(knowledge))


@lru_cache(maxsize=4)
def _redactor(
    top: Path | None, variables: tuple[tuple[str, str], ...], more: tuple[str, ...], salt: bytes
) -> Redactor:
    return Redactor(_own_secrets(top, variables) | set(more), salt)


@lru_cache(maxsize=4)
def _own_secrets(top: Path | None, variables: tuple[tuple[str, str], ...]) -> frozenset[str]:
    """An import writes hundreds of items: what the user's own values are is read once."""
    environment = dict(variables)
    home = Path(environment.get("HOME") or os.devnull)
    return own_secrets(environment, home, top)


def redactor_stamp(knowledge: Knowledge, environment: Mapping[str, str]) -> str:
    """What changes when `make_redactor` would find other secrets; it tells nothing of them.

    All values go into one digest with this clone's salt, so that none can be guessed by itself.
    """
    values = _own_secrets(knowledge.repo.top, tuple(sorted(environment.items())))
    digest = hashlib.sha256(_salt(knowledge))
    for value in sorted(values):
        digest.update(b"\0" + value.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def forget_secrets() -> None:
    """Read the user's own values anew the next time: for a process that lives long."""
    _redactor.cache_clear()
    _own_secrets.cache_clear()


def make_redact(knowledge: Knowledge, environment: Mapping[str, str]) -> Callable[[str], str]:
    """A function that takes the secrets out of a text."""
    redactor = make_redactor(knowledge, environment)

    def redact(text: str) -> str:
        return redactor.redact(text).text

    return redact


def redact_lines(
    knowledge: Knowledge, environment: Mapping[str, str], lines: Sequence[str]
) -> list[str]:
    """Lines without secrets, as many as before; thousands at once take milliseconds."""
    if not lines:
        return []
    redact = make_redact(knowledge, environment)
    whole = redact("\n".join(lines)).split("\n")
    return whole if len(whole) == len(lines) else [redact(line) for line in lines]


def refuse_secrets(knowledge: Knowledge, environment: Mapping[str, str], text: str) -> None:
    """Let a text pass that may be written into an item.

    Raises:
        KnError: It holds what looks like a secret; the message names the kind, never the value.
    """
    found = make_redactor(knowledge, environment).find(text)
    if found:
        line = text.count("\n", 0, found[0].start) + 1
        kinds = ", ".join(dict.fromkeys(f.kind for f in found))
        raise KnError(
            f"Nothing was written: line {line} of the item looks like a secret ({kinds}).",
            hint="Take it out: items are committed, and whoever reads the repository reads them.",
        )


def _salt(knowledge: Knowledge) -> bytes:
    """Random bytes of this clone, so that a marker tells nothing elsewhere."""
    salt = os.urandom(16)
    try:
        path = knowledge.state / "salt"
        try:
            return files.read_regular(path, most=64)
        except FileNotFoundError:
            files.write_atomic(path, salt, mode=0o600)
    except KnError:
        pass  # a disk that takes nothing: then it is this process's own
    return salt
