"""Where the agents keep their logs, and which of them are this repository's."""

from __future__ import annotations

import hashlib
import json
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kn.adapters.agentlogs import homes
from kn.adapters.agentlogs.database import list_database
from kn.adapters.agentlogs.opening import peek_log, project_root
from kn.core.sessions import Heading
from kn.errors import KnError

_PEEK = 256 << 10
"""Bytes that tell a session's folder, branch and start; a guess: one attachment may have 60 KB."""
_TOP = 8 << 10
"""Bytes of Markdown that have its title and first heading."""
_FIRST_LINE = 64 << 10
"""Bytes of a rollout's first line, which says all of it (20 KB under 0.169)."""


@dataclass(frozen=True, slots=True)
class Found:
    """A log on this machine, as far as its beginning tells."""

    agent: str
    session: str
    path: Path
    cwd: str
    branch: str
    started: str
    modified: str
    """ISO 8601 in UTC."""
    size: int
    """Bytes of the file; of the whole database where all sessions are in one."""

    def to_json(self) -> dict[str, Any]:
        """A session of `kn sessions list --json` (format 1)."""
        return {
            "agent": self.agent,
            "session": self.session,
            "cwd": self.cwd,
            "branch": self.branch,
            "started": self.started,
            "modified": self.modified,
            "size": self.size,
            "path": str(self.path),
        }


def find_logs(roots: Sequence[Path], environment: Mapping[str, str]) -> list[Found]:
    """The logs of sessions that began inside one of the folders, the newest first.

    Args:
        roots: The tops of a repository's work trees.
        environment: Says where home is, and where the agents were told to keep their logs.
    """
    tops = [str(root.resolve()) for root in roots]
    found = [
        *_claude(tops, environment),
        *_codex(tops, environment),
        *_gemini(tops, environment),
        *_copilot(tops, environment),
        *_opencode(tops, environment),
        *_in_tree(tops),
    ]
    unique = {(f.path, f.session): f for f in found}
    return sorted(unique.values(), key=lambda f: (f.modified, f.session), reverse=True)


def locate_log(session: str, environment: Mapping[str, str], *, agent: str = "") -> Path | None:
    """The log of the session with exactly this id, of any repository; None when there is none."""
    if not homes.is_id(session):
        return None
    patterns = (
        ("claude", homes.claude_home(environment), f"projects/*/{session}.jsonl"),
        ("codex", homes.codex_home(environment), f"sessions/*/*/*/rollout-*-{session}.jsonl"),
        ("codex", homes.codex_home(environment), f"archived_sessions/rollout-*-{session}.jsonl"),
        ("copilot", homes.copilot_home(environment), f"session-state/{session}/events.jsonl"),
        ("gemini", homes.gemini_home(environment), f"tmp/*/chats/session-*-{session[:8]}.json*"),
    )
    for name, home, pattern in patterns:
        if home is not None and agent in ("", name):
            for path in sorted(home.glob(pattern)):
                if name != "gemini" or _peeked(path).session == session:
                    return path
    base = homes.opencode_base(environment)
    if agent in ("", "opencode") and base is not None and session.startswith("ses_"):
        return base if any(row.session == session for row in _rows(base)) else None
    return None


def claude_memory(top: Path, environment: Mapping[str, str]) -> Path | None:
    """The folder in which Claude Code keeps what it remembers of a work tree, when it is there."""
    home = homes.claude_home(environment)
    name = claude_folder(str(top.resolve()))
    if home is None:
        return None
    names = (
        [name] if len(name) <= 200 else sorted(p.name for p in home.glob(f"projects/{name[:200]}*"))
    )
    folders = (home / "projects" / n / "memory" for n in names)
    return next((folder for folder in folders if folder.is_dir()), None)


def claude_folder(path: str) -> str:
    """The name of the folder that Claude Code keeps for a working folder, before it is cut at 200.

    Every character that is no ASCII letter or digit becomes a dash, one for each UTF-16 unit
    (sdk.mjs 0.3.330).
    """
    if sys.platform == "darwin":
        path = unicodedata.normalize("NFC", path)
    return "".join(
        c if c.isascii() and c.isalnum() else "-" * (len(c.encode("utf-16-le")) // 2) for c in path
    )


def _claude(tops: Sequence[str], environment: Mapping[str, str]) -> Iterator[Found]:
    home = homes.claude_home(environment)
    starts = [claude_folder(top) for top in tops]
    for folder in _children(home / "projects" if home else None):
        name = folder.name
        # Several paths have one name, and a sub-folder's begins like its parent's; `cwd` decides.
        if any(name == s[:200] or name.startswith(f"{s}-"[:200]) for s in starts):
            for path in _children(folder, ".jsonl"):
                if not path.name.startswith("agent-"):
                    yield from _confirmed("claude-code", path, _peeked(path), tops)


def _codex(tops: Sequence[str], environment: Mapping[str, str]) -> Iterator[Found]:
    home = homes.codex_home(environment)
    if home is None:
        return
    for pattern in ("sessions/*/*/*/rollout-*.jsonl", "archived_sessions/rollout-*.jsonl"):
        for path in home.glob(pattern):
            yield from _confirmed("codex", path, _peeked(path, _FIRST_LINE), tops)


def _copilot(tops: Sequence[str], environment: Mapping[str, str]) -> Iterator[Found]:
    home = homes.copilot_home(environment)
    for folder in _children(home / "session-state" if home else None):
        path = folder / "events.jsonl"
        yield from _confirmed("copilot", path, _peeked(path, _FIRST_LINE), tops)


def _gemini(tops: Sequence[str], environment: Mapping[str, str]) -> Iterator[Found]:
    home = homes.gemini_home(environment)
    if home is None:
        return
    known = {hashlib.sha256(top.encode()).hexdigest(): top for top in tops}
    known |= {name: path for path, name in _gemini_projects(home).items()}
    for folder in _children(home / "tmp"):
        cwd = project_root(folder) or known.get(folder.name, "")
        if _inside(cwd, tops):
            for path in _children(folder / "chats", ".jsonl", ".json"):
                peeked = _peeked(path)
                peeked.note(cwd=cwd)
                yield from _confirmed("gemini", path, peeked, tops)


def _gemini_projects(home: Path) -> dict[str, str]:
    try:
        projects = json.loads((home / "projects.json").read_bytes())["projects"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return {str(k): str(v) for k, v in projects.items()} if isinstance(projects, dict) else {}


def _opencode(tops: Sequence[str], environment: Mapping[str, str]) -> Iterator[Found]:
    base = homes.opencode_base(environment)
    if base is None:
        return
    for row in _rows(base):
        if _inside(row.cwd, tops):
            size = base.stat().st_size
            started, modified = _iso(row.created / 1000), _iso(row.updated / 1000)
            yield Found("opencode", row.session, base, row.cwd, "", started, modified, size)


def _rows(base: Path) -> list[Any]:
    try:
        return list(list_database(base))
    except KnError:
        return []


def _in_tree(tops: Sequence[str]) -> Iterator[Found]:
    """aider's and SpecStory's logs lie in the work tree; a link there may lead anywhere."""
    for top in tops:
        paths = [Path(top, ".aider.chat.history.md")]
        paths += _children(Path(top, ".specstory", "history"), ".md")
        for path in paths:
            if path.is_file() and not any(p.is_symlink() for p in (path, *path.parents[:2])):
                peeked = _peeked(path, _TOP)
                peeked.note(cwd=top)
                yield from _confirmed("", path, peeked, tops)


def _confirmed(agent: str, path: Path, peeked: Heading, tops: Sequence[str]) -> Iterator[Found]:
    if not _inside(peeked.cwd, tops):
        return
    try:
        known = path.stat()
    except OSError:
        return
    yield Found(
        agent or peeked.agent,
        peeked.session or path.stem,
        path,
        peeked.cwd,
        peeked.branch,
        peeked.started,
        _iso(known.st_mtime),
        known.st_size,
    )


def _peeked(path: Path, most: int = _PEEK) -> Heading:
    return peek_log(path, most) or Heading()


def _inside(cwd: str, tops: Iterable[str]) -> bool:
    if not cwd:
        return False
    real = str(Path(cwd).resolve())
    return any(real == top or real.startswith(f"{top.rstrip('/')}/") for top in tops)


def _children(folder: Path | None, *endings: str) -> list[Path]:
    try:
        found = sorted(folder.iterdir()) if folder else []
    except OSError:
        return []
    return [p for p in found if not endings or p.name.endswith(endings)]


def _iso(seconds: float) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
