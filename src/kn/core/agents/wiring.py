"""kn's entries in the settings of agents: bytes in, bytes out, and back again to the byte.

Only elements and members of kn's own are put in and taken out. What cannot be seen in the text
afterwards (`Note`) is handed back, to be kept by whoever writes the file; without it the same
entries go, with the containers that are empty then.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from kn.core import jsonc
from kn.core.agents.hosts import Host, hook_command, is_hook_command
from kn.errors import KnError

MCP = {
    "claude": ("mcpServers", {"type": "stdio", "command": "kn", "args": ["mcp"], "env": {}}),
    "gemini": ("mcpServers", {"command": "kn", "args": ["mcp"]}),
    "copilot": ("mcpServers", {"type": "local", "command": "kn", "args": ["mcp"], "tools": ["*"]}),
    "opencode": ("mcp", {"type": "local", "command": ["kn", "mcp"], "enabled": True}),
    "cursor": ("mcpServers", {"command": "kn", "args": ["mcp"]}),
}
"""Where each agent lists its MCP servers, and what kn's looks like there."""
OPENCODE_SCHEMA = "https://opencode.ai/config.json"
_COMPANIONS = {"version": 1, "$schema": OPENCODE_SCHEMA}
"""What some agents want beside kn's own; it goes when nothing else is left."""
MCP_TOML = b'[mcp_servers.kn]\ncommand = "kn"\nargs = ["mcp"]\n'
"""The same for Codex."""
_OPTIONS = re.compile(r"( agent hook \w+ [a-z-]+)((?: --(?:max-bytes|budget) \d{1,9})+)(?= )")
_ALL = 99
"""More containers than there are: without notes every one that is empty goes."""


class Entry(NamedTuple):
    """One thing of kn's in a settings file."""

    path: tuple[str, ...]
    """Of the array that it stands in, or of the member that it is."""
    value: Any
    in_array: bool = True


class Note(NamedTuple):
    """What `unwire` needs to know of one insertion, beside the text."""

    path: tuple[str, ...]
    made: int
    inner: str | None


def hook_entries(host: Host, program: str) -> list[Entry]:
    """What an agent's settings need so that it calls kn."""
    entries = []
    if host.form in ("copilot", "cursor"):
        entries.append(Entry(("version",), 1, in_array=False))
    for wired in host.events:
        command = hook_command(host, wired.event, program)
        value: dict[str, Any] = {"command": command}
        if host.form == "copilot":
            value = {"type": "command", "bash": command, "timeoutSec": wired.seconds}
        elif host.form == "groups":
            value = {"type": "command", "command": command, "timeout": wired.seconds}
            if host.name == "gemini":
                value |= {"name": f"kn-{wired.event}", "timeout": wired.seconds * 1000}
            group: dict[str, Any] = {"matcher": wired.matcher} if wired.matcher else {}
            value = group | {"hooks": [value]}
        entries.append(Entry(("hooks", wired.name), value))
    return entries


def with_options(raw: bytes | None, host: Host, entries: Sequence[Entry]) -> list[Entry]:
    """The entries, with the options that somebody has given to kn's commands in this file.

    Raises:
        KnError: It is no JSON.
    """
    given: dict[str, str] = dict(_OPTIONS.findall(json.dumps(_hooks(_decode(raw or b"")))))
    found = []
    for entry in entries:
        text = json.dumps(entry.value)
        for call, options in given.items():
            text = text.replace(f"{call} ", f"{call}{options} ")
        found.append(entry._replace(value=json.loads(text)))
    return found


def mcp_entries(host: Host) -> list[Entry]:
    """What a JSON file of an agent needs to offer kn's MCP server."""
    if host.name not in MCP:
        return []
    holder, value = MCP[host.name]
    server = Entry((holder, "kn"), value, in_array=False)
    if host.name == "opencode":  # it would write this itself, into whatever file lacks it
        return [Entry(("$schema",), OPENCODE_SCHEMA, in_array=False), server]
    return [server]


def wire(raw: bytes | None, host: Host, entries: Sequence[Entry]) -> tuple[bytes, list[Note]]:
    """Put entries into a settings file that has none of kn's (`unwire` first).

    Returns:
        The file, and notes for `unwire`.

    Raises:
        KnError: It is no JSON, or holds something else where kn's entries belong.
    """
    text, notes = _decode(raw or b""), []
    for entry in entries:
        if not entry.in_array and _has(text, entry.path):
            continue  # a version that is there, or another server of that name
        done = (
            jsonc.append(text, entry.path, [entry.value])
            if entry.in_array
            else jsonc.insert(text, entry.path, entry.value)
        )
        notes.append(Note(entry.path, done.made, done.inner))
        text = done.text
    return text.encode("utf-8"), notes


def unwire(raw: bytes, host: Host, notes: Iterable[Note] | None = None) -> bytes:
    """Take every entry of kn's out of a settings file.

    Args:
        raw: The file.
        host: Whose it is.
        notes: Of the `wire` that put them in; None when nobody has kept them.

    Raises:
        KnError: It is no JSON.
    """
    text = _decode(raw)
    for path in _shared(text, host):  # a group that a person has put a hook of their own into
        text = jsonc.remove(text, path, where=lambda v: _calls(v, host))
    known = {n.path: n for n in notes or ()}
    for path in [*reversed(known), *(p for p in _places(text, host) if p not in known)]:
        # What an older kn wired comes without a note of its own.
        note = known.get(path, Note(path, _ALL if notes is None else 0, None))
        if path[0] == "hooks":
            text = jsonc.remove(
                text, path, where=lambda v: is_ours(v, host), made=note.made, inner=note.inner
            )
        # Whatever else stands in a file that we began still needs its version.
        elif _is_server(_get(text, path)) or (
            path[0] in _COMPANIONS and (_is_bare(text) or not note.made)
        ):
            text = jsonc.remove(text, path, made=note.made, inner=note.inner)
    if notes is None and _is_bare(text):
        for name in _COMPANIONS:
            text = jsonc.remove(text, (name,), made=_ALL)
    return text.encode("utf-8")


def missing(raw: bytes | None, entries: Sequence[Entry]) -> list[Entry]:
    """Those entries that a settings file lacks.

    Raises:
        KnError: It is no JSON.
    """
    text = _decode(raw or b"")
    lacking = []
    for entry in entries:
        held = _get(text, entry.path)
        there = isinstance(held, list) and entry.value in held
        if not (there if entry.in_array else _has(text, entry.path)):
            lacking.append(entry)
    return lacking


def settled(raw: bytes, host: Host, entries: Sequence[Entry]) -> bool:
    """Whether a settings file has all of these entries, and no other hook of kn's.

    Raises:
        KnError: It is no JSON.
    """
    text = _decode(raw)
    found = [
        v
        for held in _hooks(text).values()
        if isinstance(held, list)
        for v in held
        if is_ours(v, host)
    ]
    wanted = [e for e in entries if e.path[0] == "hooks"]
    alone = next(_shared(text, host), None) is None
    return alone and len(found) == len(wanted) and not missing(raw, entries)


def has_server(raw: bytes, host: Host) -> bool:
    """Whether kn's MCP server stands in a settings file.

    Raises:
        KnError: It is no JSON.
    """
    return any(p[0] != "hooks" for p in _places(_decode(raw), host))


def has_any(raw: bytes, host: Host) -> bool:
    """Whether something of kn's stands in a settings file.

    Raises:
        KnError: It is no JSON.
    """
    text = _decode(raw)
    return any(True for _ in (*_places(text, host), *_shared(text, host)))


def is_ours(value: Any, host: Host) -> bool:
    """Whether an element of an event's list calls kn and nothing else."""
    if not isinstance(value, dict):
        return False
    handlers = value.get("hooks", [value])
    return isinstance(handlers, list) and bool(handlers) and all(_calls(h, host) for h in handlers)


def _calls(handler: Any, host: Host) -> bool:
    """Whether one handler of a group calls kn."""
    return isinstance(handler, dict) and is_hook_command(
        handler.get("command", handler.get("bash")), host
    )


def _is_bare(text: str) -> bool:
    """Whether nothing is left but what was put there for company."""
    whole = jsonc.read(text)
    return isinstance(whole, dict) and bool(whole) and whole.items() <= _COMPANIONS.items()


def _is_server(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    command, args = value.get("command"), value.get("args", [])
    words = [*command, *args] if isinstance(command, list) else [command, *args]
    return words == ["kn", "mcp"]


def _places(text: str, host: Host) -> Iterator[tuple[str, ...]]:
    """The paths at which something of kn's stands, the last first."""
    whole = jsonc.read(text)
    if not isinstance(whole, dict):
        return
    holder = MCP[host.name][0] if host.name in MCP else ""
    servers = whole.get(holder)
    if isinstance(servers, dict) and _is_server(servers.get("kn")):
        yield holder, "kn"
    hooks = _hooks(text)
    for event in reversed(hooks):
        if isinstance(hooks[event], list) and any(is_ours(v, host) for v in hooks[event]):
            yield "hooks", event


def _shared(text: str, host: Host) -> Iterator[tuple[str, ...]]:
    """The paths of those lists of handlers in which one calls kn, and another does not."""
    for event, groups in _hooks(text).items():
        for at, group in enumerate(groups if isinstance(groups, list) else ()):
            handlers = group.get("hooks") if isinstance(group, dict) else None
            called = isinstance(handlers, list) and any(_calls(h, host) for h in handlers)
            if called and not is_ours(group, host):
                yield "hooks", event, str(at), "hooks"


def _hooks(text: str) -> dict[str, Any]:
    """What stands at an agent's events."""
    return held if isinstance(held := _get(text, ("hooks",)), dict) else {}


def _has(text: str, path: Sequence[str]) -> bool:
    holder = _get(text, path[:-1])
    return isinstance(holder, dict) and path[-1] in holder


def _get(text: str, path: Sequence[str]) -> Any:
    value = jsonc.read(text)
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _decode(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise KnError("It is not UTF-8.", hint="Save it as UTF-8, and run kn again.") from None


def found_hooks(raw: bytes, host: Host) -> set[str]:
    """The agent's events at which kn is called.

    Raises:
        KnError: It is no JSON.
    """
    text = _decode(raw)
    found = (*_places(text, host), *_shared(text, host))
    return {path[1] for path in found if path[0] == "hooks"}
