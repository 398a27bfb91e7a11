"""The two calls that git and agents make most, answered before anything heavy is imported.

`kn hook` with nothing new, and `kn context` asked again while nothing changed. Both only look at
files' times; at the first doubt they step aside.
"""

import os
import time

from kn.adapters import witness

TOO_OLD = 86_400
"""Seconds for which an answer may be repeated; what is current depends on the day."""
LIMIT = 1.8
"""Seconds that a hook may take (DESIGN, promise 2: 2 s, with the start of Python)."""

_MARKS = (
    "KN_CONTEXT_BUDGET", "KN_TODAY", "KN_DIR", "CLAUDECODE", "CLAUDE_CODE_SESSION_ID",
    "CODEX_SESSION_ID", "CODEX_THREAD_ID", "CODEX_CI", "GEMINI_CLI", "OPENCODE", "COPILOT_CLI",
    "COPILOT_AGENT_SESSION_ID", "AI_AGENT", "AGENT", "CURSOR_AGENT", "HOME", "XDG_CONFIG_HOME",
)  # fmt: skip


def repeat_answer(arguments: list[str]) -> bool:
    """Print the answer that was given to the same question, if nothing has changed since.

    Returns:
        Whether it was printed.
    """
    dirs = _usual_dirs()
    if dirs is None or "-" in arguments:
        return False
    _, _, common = dirs
    answer = witness.load_answer(f"{common}/kn/answers", _key(arguments))
    if answer is None or len(answer) != 7:
        return False
    _, born, paths, stats, folders, files, text = answer
    assert isinstance(born, int) and isinstance(paths, list) and isinstance(folders, list)
    now = time.time()
    if now - born > TOO_OLD or time.localtime(now)[:3] != time.localtime(born)[:3]:
        return False
    if witness.look(paths) != stats or witness.look_into(folders) != files:
        return False
    os.write(1, str(text).encode("utf-8", "surrogateescape"))
    return True


def keep_answer(
    arguments: list[str], text: str, paths: list[str], folders: list[str], *, started_ns: int
) -> None:
    """Keep an answer, with everything that it depended on.

    Args:
        arguments: The command line.
        text: All that was printed on stdout.
        paths: Files that the answer was made from, or that would change it if they appeared.
        folders: Folders of which every file counts.
        started_ns: When the command began to look; a file that was touched about then or later
            may not be what the answer was made from, and nothing is kept.
    """
    dirs = _usual_dirs()
    if dirs is None or "-" in arguments or len(text) > 200_000:
        return
    _, git_dir, common = dirs
    base = [f"{git_dir}/HEAD", f"{common}/packed-refs", f"{common}/config",
            f"{common}/config.worktree", f"{common}/kn/local", f"{common}/reftable/tables.list",
            *_user_configs()]  # fmt: skip
    watched = [*base, *paths]
    stats, files = witness.look(watched), witness.look_into(folders)
    if witness.newest(stats, files) + witness.RACY_NS > started_ns:
        return
    value = (_key(arguments), int(time.time()), watched, stats, folders, files, text)
    witness.save_answer(f"{common}/kn/answers", value)


def _usual_dirs() -> tuple[str, str, str] | None:
    if any(os.environ.get(name) for name in witness.UNUSUAL):
        return None
    try:
        return witness.find_git_dirs(os.getcwd())
    except OSError:
        return None


def _key(arguments: list[str]) -> str:
    from kn import __version__

    marks = [f"{name}={os.environ.get(name, '')}" for name in _MARKS]
    return "\0".join([__version__, os.getcwd(), *marks, *arguments])


def _user_configs() -> list[str]:
    home = os.environ.get("HOME", "")
    xdg = os.environ.get("XDG_CONFIG_HOME") or f"{home}/.config"
    named = os.environ.get("GIT_CONFIG_GLOBAL")
    return [named] if named else [f"{home}/.gitconfig", f"{xdg}/git/config", "/etc/gitconfig"]


def run_hook(arguments: list[str]) -> int:
    """What an installed git hook calls; always 0, within its time, whatever happens inside."""
    try:
        if not _has_work(arguments[:1]):
            return 0
        from kn.flows.hooks import run_event

        run_event(arguments[0])
    except BaseException:
        if os.environ.get("KN_DEBUG") == "hooks":
            raise
    return 0


def _has_work(event: list[str]) -> bool:
    """Whether HEAD moved to where kn has not looked yet, as far as files alone tell."""
    if not event or os.environ.get("KN_INSIDE"):
        return False
    start = os.getcwd()
    if os.environ.get("GIT_DIR"):
        git_dir = os.path.normpath(os.path.join(start, os.environ["GIT_DIR"]))
        common = witness.read_line(f"{git_dir}/commondir")
        common = os.path.normpath(os.path.join(git_dir, common)) if common else git_dir
    else:
        dirs = witness.find_git_dirs(start)
        if dirs is None:
            return True
        _, git_dir, common = dirs
    if event[0] != "post-rewrite" and witness.is_rewriting(git_dir):
        return False
    head = witness.read_head(git_dir, common)
    if not head:
        return True
    try:
        with open(f"{common}/kn/seen", encoding="ascii") as file:
            return f"{head}\n" not in file.read()
    except (OSError, UnicodeDecodeError):
        return True
