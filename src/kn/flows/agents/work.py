"""The files of one agent's settings, on their way: changed, and what was there noted beside."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from kn.adapters.wiring.changes import Change, File, Folder, look, naming
from kn.core import block
from kn.core.agents import plugin, wiring
from kn.core.agents.wiring import Entry, Note
from kn.errors import KnError
from kn.flows.agents.places import Spot

_T = TypeVar("_T")


class Work:
    """The changes to one spot, as they come together."""

    def __init__(self, spot: Spot) -> None:
        self._spot = spot
        self._known = read_record(spot)
        self._record: dict[str, Any] = json.loads(
            json.dumps(self._known or {"files": {}, "folders": []})
        )
        self._changes: list[Change] = []

    def has_server(self, path: Path) -> bool:
        """Whether kn's MCP server stands in a JSON file."""
        raw = self._read(path)
        return raw is not None and self._named(
            path, lambda: wiring.has_server(raw, self._spot.host)
        )

    def put(self, path: Path, entries: list[Entry]) -> None:
        """Bring entries into a JSON file; those of an earlier kn go."""
        raw, host = self._read(path), self._spot.host
        entries = self._named(path, lambda: wiring.with_options(raw, host, entries))
        if raw is not None and self._named(path, lambda: wiring.settled(raw, host, entries)):
            return
        base, held = raw, self._notes_of(path)
        if raw is not None and self._named(path, lambda: wiring.has_any(raw, host)):
            base = self._named(path, lambda: wiring.unwire(raw, host, held))
        done, notes = self._named(path, lambda: wiring.wire(base, host, entries))
        self._write(path, done)
        new = raw is None or (held is not None and self._is_new(path))
        self._record["files"][self._key(path)] = {"new": new, "notes": [list(n) for n in notes]}

    def put_plugin(self, text: bytes) -> None:
        """Write the plugin's file."""
        path = self._spot.hooks
        held = self._read(path)
        if held is not None and held != text and not plugin.is_plugin(held):
            raise KnError(
                f"{path} is not kn's, or has been edited.", hint="Move it away, and run kn again."
            )
        if held != text:
            self._write(path, text)

    def put_block(self, path: Path, body: bytes) -> None:
        """Bring a marked block into a TOML file, unless it has a server of that name."""
        raw = self._read(path)
        bare = self._named(path, lambda: block.take(raw)) if raw is not None else b""
        if self._named(path, lambda: _takes_table(bare or b"", body)):
            done = self._named(path, lambda: block.put(raw, body))
            if done != raw:
                self._write(path, done)

    def take(self, path: Path) -> None:
        """Take everything of kn's out of a settings file."""
        raw, host = self._read(path), self._spot.host
        rest: bytes | None
        if raw is None:
            return
        if path.suffix == ".toml":
            rest = self._named(path, lambda: block.take(raw))
        elif self._named(path, lambda: wiring.has_any(raw, host)):
            held = self._notes_of(path)
            rest = self._named(path, lambda: wiring.unwire(raw, host, held))
            if not (rest or b"").strip() and (held is None or self._is_new(path)):
                rest = None
        else:
            return
        if rest != raw:
            self._write(path, rest)

    def take_plugin(self) -> None:
        """Remove the plugin's file."""
        if self._read(self._spot.hooks) is not None:
            self._write(self._spot.hooks, None)

    def finish(self) -> list[Change]:
        """The changes, the note of them first: what was interrupted can be taken back."""
        path = self._spot.record
        held = look(path)
        made = missing_folders(path.parent, but=self._spot.state)
        if self._spot.scope == "user":
            self._record["folders"] += [str(c.path) for c in made]
        text = json.dumps(self._record, indent=1, sort_keys=True).encode("ascii") + b"\n"
        if isinstance(held, File) and held.data == text:
            return self._changes
        noted = Change(path, "note what will be put there", held, File(text, 0o600))
        return [*made, noted, *self._changes]

    def finish_removal(self) -> list[Change]:
        """The changes, then the note of them; `emptied` says what else may go."""
        held = look(self._spot.record)
        if held is not None:
            self._changes.append(Change(self._spot.record, "forget what was put there", held, None))
        return self._changes

    def emptied(self) -> set[Path]:
        """The folders that may have no use when the changes are made."""
        base = self._spot.base
        if self._known is not None:
            return {base / name for name in self._record["folders"]}
        # Nobody knows who made them; an empty one serves no one.
        gone = (c.path for c in self._changes if c.after is None)
        return {f for p in gone for f in p.parents if f != base and f.is_relative_to(base)}

    def _write(self, path: Path, data: bytes | None) -> None:
        before = look(path)
        mode = before.mode if isinstance(before, File) else 0o644
        after = None if data is None else File(data, mode)
        if data is not None:
            for change in missing_folders(path.parent):
                if change.path not in {c.path for c in self._changes}:
                    self._changes.append(change)
                    self._record["folders"].append(self._key(change.path))
        verb = "remove" if data is None else ("write" if before is None else "change")
        what = f"{verb} {path.name} for {self._spot.host.label}"
        self._changes.append(Change(path, what, before, after))

    def _read(self, path: Path) -> bytes | None:
        held = look(path)
        if held is not None and not isinstance(held, File):
            raise KnError(f"{path} is not a regular file.")
        return held.data if isinstance(held, File) else None

    def _notes_of(self, path: Path) -> list[Note] | None:
        file = self._record["files"].get(self._key(path)) if self._known else None
        if file is None:
            return None
        return [Note(tuple(path), made, inner) for path, made, inner in file["notes"]]

    def _is_new(self, path: Path) -> bool:
        return bool(self._record["files"][self._key(path)]["new"])

    def _key(self, path: Path) -> str:
        base = self._spot.base
        return str(path.relative_to(base)) if path.is_relative_to(base) else str(path)

    @staticmethod
    def _named(path: Path, do: Callable[[], _T]) -> _T:
        with naming(path):
            return do()


def missing_folders(folder: Path, *, but: Path | None = None) -> list[Change]:
    """The folders to make so that `folder` is there; `but` is made by other means."""
    missing = []
    while look(folder) is None and folder != but:
        missing.append(folder)
        folder = folder.parent
    return [Change(f, f"make the folder {f.name}", None, Folder()) for f in reversed(missing)]


def empty_folders(folders: Iterable[Path], changes: Iterable[Change]) -> list[Change]:
    """The removal of those folders in which nothing is left after the changes."""
    gone = {c.path for c in changes if c.after is None}
    found = []
    for folder in sorted(set(folders), key=lambda p: (-len(p.parts), p)):
        if isinstance(look(folder), Folder) and set(folder.iterdir()) <= gone:
            gone.add(folder)
            what = f"remove the empty folder {folder.name}"
            found.append(Change(folder, what, Folder(), None))
    return found


def read_record(spot: Spot) -> dict[str, Any] | None:
    """What was noted when this was wired; None when nothing can be relied on."""
    held = look(spot.record)
    if not isinstance(held, File):
        return None
    try:
        known = json.loads(held.data)
        notes = [note for file in known["files"].values() for note in file["notes"]]
        sound = all(len(note) == 3 and isinstance(note[1], int) for note in notes)
        sound &= all(isinstance(file["new"], bool) for file in known["files"].values())
        sound &= all(isinstance(f, str) and ".." not in Path(f).parts for f in known["folders"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return dict(known) if sound else None


def _takes_table(raw: bytes, body: bytes) -> bool:
    """Whether a TOML file can be added to; False where it has a server of our name.

    Raises:
        KnError: It is no TOML, or writes its servers in a form that nothing can be added to.
    """
    import tomllib

    try:
        servers = tomllib.loads(raw.decode("utf-8")).get("mcp_servers", {})
        if isinstance(servers, dict) and "kn" in servers:
            return False
        tomllib.loads((raw + b"\n" + body).decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise KnError(
            f"It can't be added to: {error}.",
            hint="Put it right by hand, or say `--no-mcp` to leave the MCP server out.",
        ) from error
    return True
