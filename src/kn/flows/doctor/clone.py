"""The wires of a clone: its folder, hooks, merge driver, schema, and kn's own folder."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from kn.adapters import git
from kn.adapters.wiring.changes import Change, File, Folder, look
from kn.adapters.wiring.place import find_place
from kn.core.jsonschema import schema_files
from kn.errors import KnError
from kn.flows.doctor.site import Site, Told, names, told_error
from kn.flows.knowledge import trusted_ref
from kn.flows.setup.clone import plan_setup
from kn.flows.setup.plan import EVENTS, hooks_path
from kn.flows.views.view import fault_lines, open_view

_FAILED = re.compile(r"^\S+ [a-z-]+: [A-Za-z]+: ")
"""A line of the log that tells of an error (`kn.flows.hooks`)."""


def check_repository(site: Site) -> Iterator[Told]:
    """The repository, and whether all of its history is here."""
    repo = site.clone.repo
    error = site.error("clone")
    if error:
        yield told_error(error)
    elif repo.top is None:
        yield Told("fail", f"{repo.git_dir} is bare; knowledge needs a work tree.",
                   "Clone it and run kn there.")  # fmt: skip
    elif (repo.common_dir / "shallow").exists():
        yield Told(
            "warn",
            "The clone is shallow: `kn log` and `kn extract --range` see a part of the history.",
            "git fetch --unshallow",
        )
    else:
        yield Told("ok", f"{repo.top}, {site.clone.branch or 'no branch'}")


def check_knowledge(site: Site) -> Iterator[Told]:
    """The knowledge folder: there, ours, of a format that this kn knows, with usable settings."""
    error = site.error("knowledge")
    if error is not None:
        mend = error.hint or "Look at the file that is named."
        yield Told("fail", str(error), mend)
        return
    settings = site.known.settings
    own = [
        f"{name} = {value} ({settings.origins[name]})"
        for name, value in settings.values.items()
        if settings.origins[name] != "default"
    ]
    yield Told("ok", "; ".join([f"{site.known.folder}/, format 1", *own]))


def check_items(site: Site) -> Iterator[Told]:
    """Every item file can be read, and so can the index of their words."""
    view = open_view(site.known)
    if view.unreadable:
        lines = fault_lines(view.unreadable)
        yield Told("fail", f"{len(view.unreadable)} unreadable: {lines[0]}", "kn check")
    else:
        current = len(view.current)
        yield Told("ok", f"{current} current of {len(view.rows)}")


def check_clone(site: Site) -> Iterator[Told]:
    """Whether `kn init` was run in this clone, and nothing that it does is out of date."""
    error = site.error("setup")
    if error:
        yield told_error(error)
    elif not site.initialized:
        yield Told(
            "warn", "`kn init` was not run in this clone: no git hooks, no merge driver.", "kn init"
        )
    elif any(c.locked for c in _missing(site)):
        yield Told("warn", "kn's settings in this clone's git config are out of date.", "kn init")
    else:
        yield Told("ok", "initialized")


def check_hooks(site: Site) -> Iterator[Told]:
    """Each git hook calls kn, whoever runs them."""
    if not site.initialized or site.plan is None:
        return
    top = site.known_top
    if not site.hooked or site.plan.manager == "outside":  # core.hooksPath may have come later
        yield _by_hand(site, top)
        return
    manager, root = site.plan.manager, top / site.folder
    lost = [c.path for c in _missing(site) if not (c.locked or c.path.is_relative_to(root))]
    if lost:
        yield Told("fail", f"kn is missing in {names(lost, top)} ({manager}).", "kn init")
    elif manager == "lefthook" and not _mention(site, top, b"lefthook"):
        yield Told("warn", "lefthook has not installed its hooks here.", "lefthook install")
    elif manager == "hooks folder" and (asleep := _asleep(site, top)):
        yield Told(
            "fail",
            f"git does not run {names(asleep, top)}: not executable.",
            f"chmod +x {' '.join(shlex.quote(str(path)) for path in asleep)}",
        )
    else:
        yield Told("ok", f"{', '.join(EVENTS)} ({manager})")


def _by_hand(site: Site, top: Path) -> Told:
    """Hooks that init did not touch: because it was told so, or because it could not."""
    plan = plan_setup(site.start, directory=site.folder)
    if plan.manager not in ("outside", "lefthook"):
        return Told("ok", "left alone, as `kn init` was told")
    if _mention(site, top, b"kn hook"):
        return Told("ok", f"added by hand ({plan.manager})")
    return Told("warn", f"kn could not add itself ({plan.manager}).", " ".join(plan.notes))


def _mention(site: Site, top: Path, word: bytes) -> bool:
    """Whether every hook that git would run names `word`."""
    held = [look(path) for path in _files(site, top)]
    return all(isinstance(one, File) and word in one.data for one in held)


def _asleep(site: Site, top: Path) -> list[Path]:
    """The hooks that lost the right to be run, as archives and some file systems take it."""
    found = ((path, look(path)) for path in _files(site, top))
    return [path for path, held in found if isinstance(held, File) and not held.mode & 0o111]


def _files(site: Site, top: Path) -> list[Path]:
    repo = site.clone.repo
    folder = find_place(top, repo.common_dir, hooks_path(repo), git.git_version()).folder
    return [folder / event for event in EVENTS]


def check_merge_driver(site: Site) -> Iterator[Told]:
    """git merges items with kn: the driver is configured, and the files are marked for it."""
    if not site.initialized:
        return
    driver = git.config_value(site.clone.repo, "merge.kn.driver")
    if not driver:
        yield Told("fail", "merge.kn.driver is not configured.", "kn init")
        return
    item = f"{site.folder}/decisions/x-00000000.yaml"
    done = git.attempt(site.clone.repo, "check-attr", "merge", "--", item)
    if not done.stdout.rstrip().endswith(b": merge: kn"):
        yield Told(
            "fail",
            "git does not use kn to merge items: no attribute says so.",
            f"Put the line `*.yaml merge=kn` into {site.folder}/.gitattributes.",
        )
        return
    yield Told("ok", "configured, and items are marked for it")


def check_template(site: Site) -> Iterator[Told]:
    """The JSON Schema of every kind is there, and is this kn's."""
    root = site.known.top / site.known.folder
    stale = [root / name for name in stale_schema(site)]
    if stale:
        yield Told(
            "warn",
            f"Out of date or missing: {names(stale, site.known.top)}.",
            "kn doctor --fix",
        )
        return
    kept = [c.path for c in _missing(site) if c.path.is_relative_to(root)]
    if kept:
        yield Told("warn", f"A newer kn has {names(kept, site.known.top)}.", "kn init")
    else:
        yield Told("ok", f"{len(site.known.schema.kinds)} kinds")


def stale_schema(site: Site) -> dict[str, bytes]:
    """The schema files that are missing or out of date, as they should be."""
    root = site.known.top / site.known.folder
    wanted = {f"schema/{n}": raw for n, raw in schema_files(site.known.schema).items()}
    return {
        name: raw
        for name, raw in wanted.items()
        if not (isinstance(held := look(root / name), File) and held.data == raw)
    }


def check_commit_template(site: Site) -> Iterator[Told]:
    """The commit editor's template is where git was told that it is."""
    if b"kn/commit.inc" not in site.config:
        return
    named = git.config_value(site.clone.repo, "commit.template")
    if named and not Path(named).expanduser().exists():
        yield Told("fail", f"commit.template names {named}, which is not there: git refuses every "
                   "commit.", "kn init --commit-template")  # fmt: skip
    elif not (site.clone.repo.state / "commit.inc").exists():
        yield Told("warn", "The commit template is gone.", "kn init --commit-template")
    else:
        yield Told("ok", "the trailers are shown in the commit editor")


def check_trust(site: Site) -> Iterator[Told]:
    """There is a branch whose items count as reviewed."""
    try:
        name, commit = trusted_ref(site.clone)
    except KnError as error:
        yield Told("fail", str(error), "git config kn.trust.ref BRANCH")
        return
    if name:
        yield Told("ok", f"{name} at {commit[:10]}")
    elif site.clone.head:
        yield Told(
            "warn",
            "No branch counts as reviewed: there is no origin/HEAD, main or master.",
            "git remote set-head origin --auto, or git config kn.trust.ref BRANCH",
        )
    else:
        yield Told("ok", "nothing is committed yet")


def check_state(site: Site) -> Iterator[Told]:
    """kn's own folder is a real one and this user's."""
    from kn.adapters.index import manifest

    state = site.clone.repo.state
    held = look(state)
    if held is None:
        yield Told("ok", "not made yet")
        return
    if not isinstance(held, Folder) or not manifest.is_private(state):
        yield Told("fail", f"{state} is a link, or others can write to it; kn does not use it.",
                   f"Look at what it is; kn makes its own when it is gone ({state}).")  # fmt: skip
        return
    index = state / "index"
    if look(index) is not None and manifest.read_manifest(index) is None:
        yield Told("ok", "the index is of another kn, or damaged; the next search builds it again")
    else:
        yield Told("ok", str(state))


def check_log(site: Site) -> Iterator[Told]:
    """The hooks' log, where errors go that a hook must not make a noise about."""
    try:
        rows = (site.clone.repo.state / "log").read_text("utf-8", "replace").splitlines()
    except OSError:
        return
    failed = [row for row in rows[-50:] if _FAILED.match(row)]
    if rows and failed and failed[-1] == rows[-1]:
        yield Told("warn", f"The last hook failed: {rows[-1]}", "kn extract --since-last")
    else:
        yield Told("ok", f"{len(failed)} errors in the last {len(rows[-50:])} runs of hooks")


def _missing(site: Site) -> list[Change]:
    return list(site.plan.changes) if site.plan else []
