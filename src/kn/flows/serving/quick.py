"""What the git hooks call, answered before anything heavy is imported.

Nothing new: a few files are read. An ordinary commit: its message is skimmed as well. Only what may
hold something starts the rest of kn. After HEAD has moved the branch's context is built ahead, by a
process of its own.
"""

from __future__ import annotations

import os
import sys
import zlib

from kn.adapters import witness

TYPE_CHECKING = False  # `typing` stays out of the path of a hook
if TYPE_CHECKING:
    from collections.abc import Callable

LIMIT = 1.8
"""Seconds that a hook may take (DESIGN, promise 2: 2 s, with the start of Python)."""
_SESSIONS = (
    "CLAUDE_CODE_SESSION_ID", "CODEX_SESSION_ID", "CODEX_THREAD_ID", "COPILOT_AGENT_SESSION_ID",
)  # fmt: skip
"""In one of these an agent names its session to what it runs (integrations 2.8)."""
_BY_ITSELF = ("catch-up", "session")
"""Events of kn's own (`kn.flows.hooks`), for what did not fit into a hook's time."""
AHEAD = "ahead"
"""The event of kn's own under which the view is made ready (`kn.flows.views.ahead`)."""
_LOCAL_VARIABLES = (
    *witness.UNUSUAL, "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH",
)  # fmt: skip
"""What git tells its hooks, and is not meant for what outlives them."""


def run_hook(arguments: list[str], tell: Callable[[str], object]) -> int:
    """What an installed git hook calls; always 0, within its time, whatever happens inside.

    `tell` shows a line to the user.
    """
    try:
        if arguments == [AHEAD]:
            from kn.flows.views.ahead import build_ahead

            build_ahead()
            return 0
        if _has_work(arguments):
            from kn.flows.hooks import run_event

            # What git hands to a hook of its own is not meant for us.
            made = arguments[1] if arguments[0] in _BY_ITSELF and arguments[1:] else ""
            run_event(arguments[0], made, tell)
        if _has_merged(arguments) and witness.has_brought(".yaml"):
            from kn.flows.hooks import tell_forks

            tell_forks(tell)
        start_ahead()
    except BaseException:
        if os.environ.get("KN_DEBUG") == "hooks":
            raise
    return 0


def _has_merged(event: list[str]) -> bool:
    """Whether two lines of work have just come together: two of its items may now replace one."""
    if os.environ.get("KN_INSIDE"):
        return False
    return event[:2] in (["post-merge", "0"], ["post-rewrite", "rebase"])


def _has_work(event: list[str]) -> bool:
    """Whether HEAD moved to where kn has not looked yet, and may hold something there.

    Only files are looked at, and, for new commits, their messages: those that hold not one of the
    words that every rule needs are noted as seen at once, but not where an agent has just made
    one in a session that may tell more.
    """
    if not event or os.environ.get("KN_INSIDE"):
        return False
    if event[0] == _BY_ITSELF[1]:
        return True
    dirs = _hook_dirs()
    if dirs is None:
        return True
    git_dir, common = dirs
    # The end of a rebase says `post-rewrite rebase`, while its folder is still there.
    if event[:2] != ["post-rewrite", "rebase"] and witness.is_rewriting(git_dir):
        return False
    head = witness.read_head(git_dir, common)
    try:
        with open(f"{common}/kn/seen", encoding="ascii") as file:
            seen = file.read()
    except (OSError, UnicodeDecodeError):
        return True
    if not head:
        return True
    if f"{head}\n" in seen:
        return False
    in_session = event[0] == "post-commit" and any(os.environ.get(name) for name in _SESSIONS)
    return in_session or not _skim(head, seen, f"{common}/kn/seen")


def _hook_dirs() -> tuple[str, str] | None:
    """Git directory and common directory, as git's hook environment names them."""
    named = os.environ.get("GIT_DIR")
    if not named:
        dirs = witness.find_git_dirs(os.getcwd())
        return None if dirs is None else dirs[1:]
    git_dir = os.path.normpath(os.path.join(os.getcwd(), named))
    common = witness.read_line(f"{git_dir}/commondir")
    return git_dir, os.path.normpath(os.path.join(git_dir, common)) if common else git_dir


def _skim(head: str, seen: str, path: str) -> bool:
    """Read the new messages and note them as seen, if none can hold anything."""
    from kn.core.telltale import may_tell

    tips = seen.split()
    raw = witness.read_messages(head, tips)
    if raw is None or len(raw) > 1_000_000:
        return False
    if any(may_tell(m) for m in raw.decode("utf-8", "replace").split("\0")):
        return False
    witness.replace_file(path, "".join(f"{c}\n" for c in [*tips[-199:], head]))
    return True


def start_ahead(*, written: bool = False) -> None:
    """Let a process of its own make the view ready, where contexts are asked for.

    Args:
        written: Whether items were written; without that HEAD must have moved.
    """
    dirs = None if os.environ.get("KN_INSIDE") else _hook_dirs()
    if dirs is None or not os.path.isdir(f"{dirs[1]}/kn/answers") or witness.is_rewriting(dirs[0]):
        return
    tree = zlib.crc32(os.fsencode(dirs[0]))
    head, mark = witness.read_head(*dirs), f"{dirs[1]}/kn/answers/ahead-{tree:08x}"
    if not head or (not written and witness.read_line(mark) == head):
        return
    try:
        witness.replace_file(mark, f"{head}\n")
    except OSError:  # a full or read-only disk: it could keep no view either
        return
    witness.detach(
        [sys.executable, "-P", "-m", "kn", "hook", AHEAD],
        {n: t for n, t in os.environ.items() if n not in _LOCAL_VARIABLES},
    )
