"""`kn uninstall`: what `kn init` did in this clone, taken back to the byte."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from kn.adapters import git as gitwall
from kn.adapters.git import Repository
from kn.adapters.wiring import hookfile, lefthook
from kn.adapters.wiring.changes import Change, File, Folder, look
from kn.core import gitconfig
from kn.flows.setup import vscode
from kn.flows.setup.plan import (
    EVENTS,
    Plan,
    apply,
    config_path,
    find_place,
    hooks_path,
    name_place,
    work_tree,
)

__all__ = ["Plan", "apply", "plan_uninstall"]


def plan_uninstall(repo: Repository) -> Plan:
    """Plan the wiring and the template's untouched files out; items and the inbox stay.

    The journal in the clone's git config says what init made. The config goes last, so that an
    interrupted uninstall can be run again.

    Raises:
        NotARepository: The repository is bare.
        KnError: A block begins in some file and does not end.
    """
    top = work_tree(repo)
    config = config_path(repo)
    before = look(config)
    held = before.data if isinstance(before, File) else b""
    entries = gitconfig.journal(held)
    folder = gitwall.config_value(repo, "kn.dir") or ".knowledge"
    notes: list[str] = []
    changes = _unwire(repo, entries)
    changes += vscode.unwire(repo, entries)
    changes += _template(repo, entries, notes)
    changes += _folders(repo, entries, top / folder, changes)
    rest = gitconfig.take(held)
    if isinstance(before, File) and rest != held:
        what = "take kn's settings out of this clone's git config"
        changes.append(Change(config, what, before, File(rest, before.mode), locked=True))
    clear, kept = _derived(repo.state)
    notes += kept + _items(top / folder, changes) + _agents(repo.state)
    if not changes and not clear:
        notes.insert(0, "kn is not set up in this clone.")
    return Plan(folder, tuple(changes), tuple(notes), clear)


def _unwire(repo: Repository, entries: list[str]) -> list[Change]:
    """Every hook that carries our block, also where another tool has moved it since."""
    folders = [repo.common_dir / "hooks"]
    set_path = hooks_path(repo)
    if set_path is not None and (work_tree(repo) / set_path).is_relative_to(repo.common_dir):
        folders.append(work_tree(repo) / set_path)
    found = _places(repo, entries, "block ")
    for folder in folders:
        found += [path for event in EVENTS for path in sorted(folder.glob(f"{event}*"))]
    changes: list[Change] = []
    for path in dict.fromkeys(found):
        event = next((e for e in EVENTS if path.name in (e, f"{e}.legacy", f"{e}.old")), None)
        if event is not None and path.parent.name != hookfile.HOST:
            changes += hookfile.unwire(path, event)
        elif path.suffix in (".yml", ".yaml"):
            changes += lefthook.unwire(path)
    return changes


def _places(repo: Repository, entries: list[str], sort: str) -> list[Path]:
    """The paths of one sort of journal entry (a file's has its blob id before the place)."""
    names = [e.split(" ", 2 if sort == "file " else 1)[-1] for e in entries if e.startswith(sort)]
    return [path for name in names if (path := find_place(repo, name)) is not None]


def _template(repo: Repository, entries: list[str], notes: list[str]) -> list[Change]:
    changes = []
    for path in _places(repo, entries, "file "):
        held = look(path)
        if not isinstance(held, File):
            continue
        if f"file {gitwall.hash_object(held.data)} {name_place(repo, path)}" in entries:
            changes.append(Change(path, f"remove {path.name}", held, None))
        else:
            notes.append(f"{path} has been edited since; it stays.")
    return changes


def _folders(
    repo: Repository, entries: list[str], root: Path, changes: Iterable[Change]
) -> list[Change]:
    """Folders that init made, and those of items in its folder, that will be empty."""
    made = _places(repo, entries, "folder ")
    made.append(repo.common_dir / "hooks" / hookfile.HOST)
    if root in made:
        made += [path for path in root.rglob("*") if path.is_dir() and not path.is_symlink()]
    gone = {change.path for change in changes if change.after is None}
    found = []
    for path in sorted(set(made), key=lambda p: (-len(p.parts), p)):
        if isinstance(look(path), Folder) and set(path.iterdir()) <= gone:
            gone.add(path)
            found.append(Change(path, f"remove the empty folder {path.name}", Folder(), None))
    return found


def _derived(state: Path) -> tuple[tuple[Path, ...], list[str]]:
    """kn's own directory, but for an inbox that holds something."""
    if state.is_symlink() or not state.is_dir():
        return (), []
    inbox = state / "inbox"
    waiting = [p for p in inbox.rglob("*") if p.is_file() and not p.name.startswith(".")]
    if not waiting:
        return (state,), []
    rest = tuple(path for path in sorted(state.iterdir()) if path != inbox)
    return rest, [f"The inbox stays in {inbox}: {len(waiting)} file(s) that nobody accepted."]


def _agents(state: Path) -> list[str]:
    """What agents' settings still hold: it is shared, and taken out by a command of its own."""
    wired = state / "agents" / "wired"
    names = sorted({path.stem for path in wired.glob("*.*")}) if wired.is_dir() else []
    if not names:
        return []
    return [f"Still wired into {', '.join(names)}: run `kn agent uninstall all` before this."]


def _items(root: Path, changes: Iterable[Change]) -> list[str]:
    gone = {change.path for change in changes if change.after is None}
    left = [p for p in root.rglob("*") if p.is_file() and p not in gone] if root.is_dir() else []
    return [f"The knowledge stays in {root}: {len(left)} file(s)."] if left else []
