"""`kn init`: a folder for knowledge, the merge driver, git hooks beside whatever is there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from kn.adapters import bundled
from kn.adapters import git as gitwall
from kn.adapters.git import Repository
from kn.adapters.wiring import hookfile, lefthook
from kn.adapters.wiring.changes import Change, File, Folder, look
from kn.adapters.wiring.place import Place, find_place
from kn.core import gitconfig
from kn.core.schema import FORMAT
from kn.errors import KnError, TooNew
from kn.flows.setup import vscode
from kn.flows.setup.plan import (
    EVENTS,
    FOLDER_NAME,
    FORMAT_LINE,
    Plan,
    apply,
    config_path,
    hooks_path,
    name_place,
    once,
    work_tree,
)
from kn.flows.setup.vscode import Wired

__all__ = ["Options", "Plan", "apply", "plan_install"]

_ITEM = re.compile(rb"^id: ?[\"']?[a-z][a-z0-9]{1,7}-[0-9a-hjkmnp-tv-z]{8}[\"']?\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Options:
    """How to set a clone up."""

    directory: str = ""
    """The knowledge folder; empty for the one that is configured, else `.knowledge`."""
    command: str = ""
    """Absolute path of the kn that runs, for callers whose PATH has none (GUI clients)."""
    extra: Mapping[str, bytes] = field(default_factory=dict)
    """Generated files to lay down with the template: path inside the folder -> content."""
    hooks: bool = True
    commit_template: bool = False
    """Whether the commit editor shows the trailers as comment lines."""
    editors: tuple[str, ...] = ()
    """Editors to wire: `vscode`."""
    kinds: Mapping[str, str] = field(default_factory=dict)
    """Name of each kind -> its folder of items, for the editors."""


def plan_install(repo: Repository, options: Options = Options()) -> Plan:
    """Plan what ties this clone to kn; nothing to do when it is tied already.

    The journal goes first, into the clone's own git config: `kn uninstall` finds there what to
    take out, even when this was interrupted.

    Raises:
        NotARepository: The repository is bare.
        TooNew: The folder is of a newer format.
        KnError: The folder belongs to another tool, or leads out of the work tree.
    """
    top = work_tree(repo)
    config = config_path(repo)
    before = look(config)
    held = before.data if isinstance(before, File) else b""
    known = gitconfig.journal(held)
    folder = _folder_name(repo, options.directory)
    laid = _lay_down(top, folder, options.extra, repo, known)
    place: Place | None = None
    wired: list[Change] = []
    notes: list[str] = []
    if options.hooks:
        place = find_place(top, repo.common_dir, hooks_path(repo), gitwall.git_version())
        wired, notes = _wire(place, options.command)
        if place.manager == "hooks folder" and (top / ".husky").is_dir():
            notes.append("husky is not active in this clone; once it is, run `kn init` again.")
    editor = Wired()
    if "vscode" in options.editors:
        editor = vscode.wire(repo, folder, options.kinds)
        notes += editor.notes
    changes = [*laid, *wired, *editor.changes]
    settings = _settings(folder, options, place)
    settings += _template_setting(repo, options, held, notes)
    made = once([*_journal(repo, known, laid, wired), *editor.journal])
    after = gitconfig.put(held, settings, made)
    mode = before.mode if isinstance(before, File) else 0o644
    if after != held:
        what = "set the merge driver and the diff driver, and note what init made"
        changes.insert(0, Change(config, what, before, File(after, mode), locked=True))
    return Plan(folder, tuple(changes), once(notes), manager=place.manager if place else "")


def _folder_name(repo: Repository, asked: str) -> str:
    name = asked or gitwall.config_value(repo, "kn.dir") or ".knowledge"
    path = PurePosixPath(name)
    if not FOLDER_NAME.fullmatch(name) or not path.parts or {"..", ".git"} & set(path.parts):
        raise KnError(
            f"{name!r} can't be the knowledge folder.",
            hint="Name a folder inside the repository, as in `--dir docs/knowledge`.",
        )
    return path.as_posix()


def _lay_down(
    top: Path, folder: str, extra: Mapping[str, bytes], repo: Repository, known: list[str]
) -> list[Change]:
    """The template, where there is no knowledge yet; newer versions of what nobody touched."""
    root = top
    changes: list[Change] = []
    for part in PurePosixPath(folder).parts:
        root = root / part
        held = look(root)
        if held is None:
            changes.append(Change(root, f"make {root.relative_to(top)}/", None, Folder()))
        elif not isinstance(held, Folder):
            raise KnError(f"{root} is not a folder.", hint="kn init --dir NAME takes another one.")
    files = {**bundled.template(), **extra}
    ours = _is_ours(root)
    made = {Path(c.path) for c in changes}
    for name in sorted(files, key=lambda n: (n == "config.yaml", n)):  # the sign of ours goes last
        path = root / name
        held = look(path)
        untouched = isinstance(held, File) and _laid(repo, path, held.data) in known
        # In knowledge that is there already, what is missing was left out on purpose, but for
        # what is generated: a kind that the team has added since has no schema yet.
        if not untouched and (held is not None or (ours and name not in extra)):
            continue
        wanted = File(files[name], held.mode if isinstance(held, File) else 0o644)
        if held == wanted:
            continue
        for parent in reversed(path.relative_to(root).parents[:-1]):
            if look(root / parent) is None and root / parent not in made:
                made.add(root / parent)
                what = f"make {folder}/{parent}/"
                changes.append(Change(root / parent, what, None, Folder()))
        changes.append(Change(path, f"write {folder}/{name}", held, wanted))
    return changes


def _is_ours(root: Path) -> bool:
    """Whether the folder has our knowledge; False when it is missing or empty."""
    held = look(root / "config.yaml")
    found = FORMAT_LINE.search(held.data) if isinstance(held, File) else None
    if found and int(found[1]) > FORMAT:
        raise TooNew(f"{root / 'config.yaml'}: format {found[1].decode()} is newer than this kn.")
    if found:
        return True
    names = sorted(root.iterdir()) if root.is_dir() else []
    if names and not any(_has_item(path) for path in names) and not _only_ours(root):
        raise KnError(
            f"{root} is there already, and has no config.yaml with kn's `format: 1`: it looks "
            "like another tool's.",
            hint="`kn init --dir NAME` uses another folder.",
        )
    return False


def _has_item(folder: Path) -> bool:
    """Items stay behind when kn is uninstalled: whoever has them has used kn before."""
    return folder.is_dir() and any(
        isinstance(held := look(path), File) and _ITEM.search(held.data[:400])
        for path in sorted(folder.glob("*.yaml"))[:20]
    )


def _only_ours(root: Path) -> bool:
    """Whether all that is there is an init that was interrupted."""
    files = bundled.template()
    present = [path for path in root.rglob("*") if not path.is_dir()]
    return all(
        path.relative_to(root).parts[0] == "schema"
        or look(path) == File(files.get(path.relative_to(root).as_posix(), b""), 0o644)
        for path in present
    )


def _wire(place: Place, command: str) -> tuple[list[Change], list[str]]:
    if place.manager == "git config":
        return _unwired(place), []
    if place.manager == "outside":
        return [], [
            f"core.hooksPath leads to {place.folder}, outside this repository; kn writes nothing "
            f"there. For each of {', '.join(EVENTS)}, add this line near the top of that hook "
            "(EVENT is its name): " + _line("EVENT")
        ]
    if place.config is not None:
        changes = lefthook.wire(place.config, EVENTS)
        if changes is None:
            lines = lefthook.jobs(EVENTS)
            return [], [f"{place.config.name} has to be changed by hand; add:\n{lines}"]
        notes = ["lefthook runs a new hook after its next `lefthook install`."]
        return changes, notes if changes else []
    return _wire_files(place, "" if place.shared else command)


def _wire_files(place: Place, command: str) -> tuple[list[Change], list[str]]:
    changes: list[Change] = []
    notes = []
    if look(place.folder) is None:
        changes.append(Change(place.folder, "make the hooks folder", None, Folder()))
    for event in EVENTS:
        path = place.folder / event
        body = _shell("event.sh", event, command)
        host = _shell("host.sh", event, command)
        held = look(path)
        if isinstance(held, File) and b"File generated by pre-commit" in held.data:
            notes.append("After the next `pre-commit install`, run `kn init` again.")
        for change in hookfile.wire(path, event, body, host, always_shell=place.manager == "husky"):
            if change not in changes:
                changes.append(change)
    return changes, notes


def _unwired(place: Place) -> list[Change]:
    """Since git calls kn by its configuration now, blocks of an earlier init go."""
    found = [hookfile.unwire(place.folder / event, event) for event in EVENTS]
    return [change for changes in found for change in changes]


def _settings(folder: str, options: Options, place: Place | None) -> list[tuple[str, str]]:
    settings = [
        ("merge.kn.name", "kn: items are merged, and what is in doubt is kept twice"),
        ("merge.kn.driver", _command("merge-driver.sh", "", options.command)),
        ("merge.kn.recursive", "binary"),
        ("diff.kn.textconv", _command("textconv.sh", "", options.command)),
    ]
    if place is not None and place.manager == "git config":
        for event in EVENTS:
            text = _command("event.sh", event, options.command)
            settings.append((f"hook.kn-{event}.command", text))
            settings.append((f"hook.kn-{event}.event", event))
    settings.append(("kn.initialized", "true"))
    if folder != ".knowledge":
        settings.append(("kn.dir", folder))
    return settings


TEMPLATE, INCLUDED = "commit-template", "commit.inc"
"""In kn's own folder: the template, and the piece of git config that names it.

Git aborts every commit when `commit.template` names a file that is not there. So it stands in a
piece that is included only while the repository is where it was: when the folder was moved, or
`.git/kn` deleted, git passes over it.
"""


def _template_setting(
    repo: Repository, options: Options, held: bytes, notes: list[str]
) -> list[tuple[str, str]]:
    """The include of `commit.template`, when asked for or there already, and nobody has another."""
    ours = str(repo.state / TEMPLATE)
    current = gitwall.config_value(repo, "commit.template")
    if current not in (None, ours):
        if options.commit_template:
            notes.append(f"commit.template is {current} already; kn leaves it as it is.")
        return []
    if not options.commit_template and f"kn/{INCLUDED}".encode() not in held:
        return []
    folder = re.sub(r"[*?\[\\]", r"\\\g<0>", str(repo.common_dir))
    # The folder itself is the main work tree's; what is below it are the linked ones.
    return [
        (f"includeIf.gitdir:{where}.path", f"kn/{INCLUDED}") for where in (folder, f"{folder}/")
    ]


def _journal(
    repo: Repository, known: list[str], laid: list[Change], wired: list[Change]
) -> list[str]:
    """What this clone's init made: folders, files with their blob id, and blocks."""
    entries = []
    for change in [*laid, *wired]:
        name = name_place(repo, change.path)
        if isinstance(change.after, Folder):
            entries.append(f"folder {name}")
        elif change in laid and isinstance(change.after, File):
            known = [entry for entry in known if not entry.endswith(f" {name}")]
            entries.append(_laid(repo, change.path, change.after.data))
        else:
            entries.append(f"block {name}")
    return list(once([*known, *entries]))


def _laid(repo: Repository, path: Path, data: bytes) -> str:
    return f"file {gitwall.hash_object(data)} {name_place(repo, path)}"


def _shell(name: str, event: str, command: str) -> bytes:
    """A bundled text with its blanks filled in; without a command the line for it goes."""
    lines = bundled.hook_text(name).replace("@EVENT@", event).splitlines(keepends=True)
    quoted = shlex.quote(command)
    kept = [line.replace("@KN@", quoted) for line in lines if command or "@KN@" not in line]
    return "".join(kept).encode("utf-8", "surrogateescape")


def _command(name: str, event: str, command: str) -> str:
    """The same as a setting's value."""
    return _shell(name, event, command).decode("utf-8", "surrogateescape").rstrip("\n")


def _line(event: str) -> str:
    return f'if command -v kn >/dev/null 2>&1; then kn hook {event} "$@" </dev/null || :; fi'
