"""kn in VS Code: tasks, and the schema of each kind for its YAML language server.

Both files are a person's own and often committed: entries go in beside what is there, an entry of
ours that somebody changed is left as it is, and `kn uninstall` takes out what was put in.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kn.adapters.git import Repository
from kn.adapters.wiring.changes import Change, File, Folder, look, naming
from kn.core import jsonc
from kn.errors import KnError
from kn.flows.setup.plan import find_place, name_place, work_tree

FOLDER, TASKS_FILE, SETTINGS_FILE = ".vscode", "tasks.json", "settings.json"
_EMPTY = "{\n}\n"
_SIGN = "json "

_MATCHER = {
    "owner": "kn",
    "fileLocation": ["relative", "${workspaceFolder}"],
    "pattern": {
        "regexp": r"^(.+?):(\d+):(\d+): (error|warning|info): (.*) \[(KN\d+)\]$",
        "file": 1, "line": 2, "column": 3, "severity": 4, "message": 5, "code": 6,
    },
}  # fmt: skip
"""Reads the lines that `kn check` prints."""


def _task(
    label: str, args: list[str], matcher: Any = None, *, asks: bool = False
) -> dict[str, Any]:
    shown = {"reveal": "always", "panel": "dedicated", "clear": True}
    return {
        "label": label,
        "type": "process",  # a shell would read what was typed or selected
        "command": "kn",
        "args": args,
        "options": {"cwd": "${workspaceFolder}"},
        "presentation": {**shown, "focus": True} if asks else shown,
        "problemMatcher": matcher or [],
    }


TASKS: tuple[dict[str, Any], ...] = (
    _task("kn: context for this file", ["context", "--file", "${relativeFile}"]),
    _task("kn: context for a task", ["context", "--", "${input:kn-task}"]),
    _task("kn: check", ["check"], _MATCHER),
    _task(
        "kn: add decision from the selection",
        ["add", "decision", "--path", "${relativeFile}", "--because", "${input:kn-because}", "--",
         "${selectedText}"],
        asks=True,
    ),
)  # fmt: skip
INPUTS: tuple[dict[str, str], ...] = (
    {"id": "kn-task", "type": "promptString", "description": "What are you about to do?"},
    {"id": "kn-because", "type": "promptString", "description": "Why was it decided so?"},
)


@dataclass(frozen=True, slots=True)
class Wired:
    """What ties an editor to kn: the changes, their journal, and what a person has to know."""

    changes: list[Change] = field(default_factory=list)
    journal: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def wire(repo: Repository, folder: str, kinds: Mapping[str, str]) -> Wired:
    """Plan kn into `.vscode/`; nothing to do when all of it is there.

    Args:
        repo: The clone.
        folder: The knowledge folder.
        kinds: Name of each kind -> its folder of items.

    Raises:
        KnError: A file there is a link, or cannot be read as JSON with comments.
    """
    top, wired = work_tree(repo), Wired()
    home = top / FOLDER
    if look(home) is None:
        wired.changes.append(Change(home, f"make {FOLDER}/", None, Folder()))
        wired.journal.append(f"folder {name_place(repo, home)}")
    elif not isinstance(look(home), Folder):
        raise KnError(f"{home} is not a folder.")
    for name in (TASKS_FILE, SETTINGS_FILE):
        path = home / name
        before = _read(path)
        text, edits = _EMPTY if before is None else before, []
        for one in _wanted(name, folder, kinds):
            text, edit, note = _add(path, text, one)
            edits += [edit] if edit else []
            wired.notes.extend([note] if note else [])
        if edits:
            entry = {"place": name_place(repo, path), "new": before is None, "edits": edits}
            wired.journal.append(_SIGN + json.dumps(entry))
            what = f"{'write' if before is None else 'add kn to'} {FOLDER}/{name}"
            wired.changes.append(_change(path, what, text))
    if wired.changes:
        wired.notes.append("VS Code checks items by its extension YAML (redhat.vscode-yaml).")
    return wired


def is_wired(top: Path, folder: str, kinds: Mapping[str, str]) -> bool | None:
    """Whether VS Code has all that is wanted; None when it has nothing of kn at all.

    Raises:
        KnError: A file there is a link, or cannot be read as JSON with comments.
    """
    found = []
    for name in (TASKS_FILE, SETTINGS_FILE):
        path = top / FOLDER / name
        text = _read(path) or ""
        found += [_add(path, text, w)[1] is None for w in _wanted(name, folder, kinds) if w.own]
    return all(found) if any(found) else None


def unwire(repo: Repository, entries: Sequence[str]) -> list[Change]:
    """Plan out what the journal says was put in, last first.

    Raises:
        KnError: A file there cannot be read any more.
    """
    texts: dict[Path, str] = {}
    ours: set[Path] = set()
    changes = []
    for entry in reversed([e for e in entries if e.startswith(_SIGN)]):
        noted = _noted(entry)
        path = find_place(repo, noted.get("place", ""))
        if path is None or (path not in texts and (held := _read(path)) is None):
            continue
        text = texts.setdefault(path, held or "")
        for edit in reversed(noted["edits"]):
            text = _without(path, text, edit)
        texts[path] = text
        if noted["new"] and "".join(text.split()) == "{}":
            ours.add(path)
    for path, text in sorted(texts.items()):
        if path in ours:
            changes.append(Change(path, f"remove {FOLDER}/{path.name}", look(path), None))
        elif text != _read(path):
            changes.append(_change(path, f"take kn out of {FOLDER}/{path.name}", text))
    return changes


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A member, or with `key` elements that are known by the member `key` of each."""

    path: tuple[str, ...]
    value: Any
    key: str = ""
    own: bool = True
    """Whether it is a sign of kn, and not something that any such file has."""


def _wanted(name: str, folder: str, kinds: Mapping[str, str]) -> Iterable[_Wanted]:
    if name == TASKS_FILE:
        yield _Wanted(("version",), "2.0.0", own=False)
        yield _Wanted(("tasks",), TASKS, "label")
        yield _Wanted(("inputs",), INPUTS, "id")
        return
    for kind, inside in kinds.items():
        schema = f"./{folder}/schema/{kind}.json"
        yield _Wanted(("yaml.schemas", schema), f"{folder}/{inside}/*.yaml")


def _add(path: Path, text: str, wanted: _Wanted) -> tuple[str, dict[str, Any] | None, str]:
    """The text with it, what the journal has to say of that, and what a person has to know."""
    held = _at(_parse(path, text), wanted.path)
    with naming(path):
        if wanted.key:
            there = [_name(one, wanted.key) for one in held] if isinstance(held, list) else []
            new = [one for one in wanted.value if one[wanted.key] not in there]
            if not new:
                return text, None, ""
            done = jsonc.append(text, wanted.path, new)
        else:
            if held is not None:
                other = "" if held == wanted.value else f"{path}: {wanted.path[-1]} stays {held!r}."
                return text, None, other
            new = []
            done = jsonc.insert(text, wanted.path, wanted.value)
    edit: dict[str, Any] = {"path": wanted.path, "made": done.made, "inner": done.inner}
    if wanted.key:
        edit |= {"key": wanted.key, "names": [one[wanted.key] for one in new]}
    return done.text, edit, ""


def _without(path: Path, text: str, edit: Mapping[str, Any]) -> str:
    key = edit.get("key")
    if edit["path"] == ["version"] and _at(_parse(path, text), ["tasks"]):
        return text  # somebody has tasks of their own by now
    where = (lambda one: _name(one, key) in edit["names"]) if key else None
    with naming(path):
        return jsonc.remove(text, edit["path"], where=where, made=edit["made"], inner=edit["inner"])


def _parse(path: Path, text: str) -> Any:
    with naming(path):
        return jsonc.read(text)


def _noted(entry: str) -> dict[str, Any]:
    """An entry of the journal; empty when it was changed by hand into something else."""
    try:
        noted = json.loads(entry.removeprefix(_SIGN))
        whole = isinstance(noted["place"], str) and {"path", "made", "inner"} <= set.intersection(
            *(set(edit) for edit in noted["edits"])
        )
        return noted if whole and isinstance(noted["new"], bool) else {}
    except (ValueError, KeyError, TypeError):
        return {}


def _at(value: Any, path: Iterable[str]) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _name(one: Any, key: str) -> Any:
    return one.get(key) if isinstance(one, dict) else None


def _read(path: Path) -> str | None:
    held = look(path)
    if held is None:
        return None
    if not isinstance(held, File):
        raise KnError(f"{path} is not a regular file; kn writes through no link.")
    try:
        return held.data.decode("utf-8")
    except UnicodeDecodeError:
        raise KnError(f"{path} is not UTF-8.", hint="Save it as UTF-8, and run kn again.") from None


def _change(path: Path, what: str, text: str) -> Change:
    before = look(path)
    mode = before.mode if isinstance(before, File) else 0o644
    return Change(path, what, before, File(text.encode("utf-8"), mode))
