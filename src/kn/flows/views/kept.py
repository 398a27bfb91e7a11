"""What is kept of contexts: answers, and views that are ready, with all that they depend on.

Nothing heavy is imported: an answer that is repeated costs little more than the start of Python.
Only files' times are looked at; at the first doubt everything here steps aside.
"""

import os
import time

from kn.adapters import witness
from kn.adapters.pieces import Pieces, open_pieces

TYPE_CHECKING = False  # `typing` is an import more
if TYPE_CHECKING:
    from typing import Any

TOO_OLD = 86_400
"""Seconds for which something kept may be used; what is current depends on the day."""
SHAPE = 7
"""Of what is kept; whoever changes `serving.serve.Ready`, or what is in it, raises this."""

_MARKS = (
    "KN_CONTEXT_BUDGET", "KN_TODAY", "KN_DIR", "CLAUDECODE", "CLAUDE_CODE_SESSION_ID",
    "CODEX_SESSION_ID", "CODEX_THREAD_ID", "CODEX_CI", "GEMINI_CLI", "OPENCODE", "COPILOT_CLI",
    "COPILOT_AGENT_SESSION_ID", "AI_AGENT", "AGENT", "CURSOR_AGENT", "HOME", "XDG_CONFIG_HOME",
    "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM",
)  # fmt: skip
"""Variables that an answer depends on."""


class Watched:
    """What answers depend on: files, those that may appear, and folders of which all count."""

    def __init__(self, paths: list[str], folders: list[str], started_ns: int) -> None:
        """`started_ns` is when the command began to look: what was touched about then or later
        may not be what the answer was made from, and then nothing is kept."""
        self.paths = paths
        self.folders = folders
        self.started_ns = started_ns


def repeat_answer(words: list[str]) -> bool:
    """Print the answer that was given to the same words, if nothing has changed since.

    Returns:
        Whether it was printed.
    """
    place = _usual_place()
    if place is None or "-" in words:
        return False
    started = witness.start_uncommitted(place[0])  # git looks while we do
    generation = _unchanged(place, _marks_of(words))
    uncommitted = _take_uncommitted(place, started)
    answer = _load(place, "answer", _answer_marks(words, uncommitted)) if generation else None
    if answer is None or answer[1] != generation:
        return False
    try:  # noqa: SIM105 -- contextlib is an import more
        os.write(1, str(answer[2]).encode("utf-8", "surrogateescape"))
    except BrokenPipeError:
        pass  # whoever reads us has enough
    return True


class Recalled:
    """A view that was made ready, and which item files have other content since."""

    def __init__(
        self, place: tuple[str, str], marks: list[str], value: tuple[object, ...], pieces: Pieces
    ) -> None:
        self.folder = place[1]
        """Of what is kept: `.git/kn/answers`."""
        self.value = value
        self.pieces = pieces
        """The large part of it."""
        self.generation = ""
        self.changed: list[str] = []
        """Whole paths; each was there before and still is."""
        self.added = b""
        """What this clone's memory of its own writing has got since."""
        self._place = place
        self._marks = marks
        self._looked: tuple[object, ...] = ()
        self._newest = 0

    def compare(self, looked: "_Looked") -> bool:
        """Compare all that was watched; False when more than the content of items changed."""
        self.generation = looked.generation
        self._looked = (looked.paths, looked.now, looked.folders, looked.found)
        self._newest = witness.newest(looked.now, looked.found)
        for folder, old, new in zip(looked.folders, looked.files, looked.found, strict=True):
            if old != new:
                names = witness.compare_folder(old, new)
                if names is None or folder.endswith("/kinds"):
                    return False
                self.changed += [f"{folder}/{name}" for name in names]
        stats = looked.stats
        other = [p for p, old, new in zip(looked.paths, stats, looked.now, strict=True)
                 if old != new]  # fmt: skip
        if other and (len(other) > 1 or not other[0].endswith("/kn/local")):
            return False
        if other:
            size = stats[looked.paths.index(other[0])]
            self.added = witness.read_from(other[0], size[1] if size else 0)
        return True

    def keep_renewed(self, value: tuple[object, ...], started_ns: int) -> str:
        """Keep what became of the view; its generation, empty when it was not kept."""
        if self._newest + witness.RACY_NS > started_ns:
            return ""
        return _keep(self._place, self._marks, self._looked, value, self.pieces)


def recall_ready(unreviewed: bool) -> Recalled | None:
    """The view that was made ready, as plain values; None when more than items changed."""
    place, marks = _usual_place(), [str(unreviewed)]
    ready = _load(place, "ready", marks) if place is not None else None
    if place is None or ready is None or len(ready) != 5:
        return None
    _, generation, value, base, added = ready
    assert isinstance(value, tuple) and isinstance(added, bytes)
    pieces = open_pieces(_pieces_path(place, marks), str(base), added)
    if pieces is None:
        return None
    looked = _seen.pop((place, *marks), None) or _look(place, marks)
    recalled = Recalled(place, marks, value, pieces)
    same = looked is not None and looked.generation == generation
    return recalled if looked is not None and same and recalled.compare(looked) else None


def keep_ready(
    unreviewed: bool, value: tuple[object, ...], pieces: Pieces, watched: Watched
) -> str:
    """Keep a view that is ready, and its large part, with everything that it depends on.

    Returns:
        Its generation; empty when it was not kept.
    """
    dirs, place = _usual_dirs(), _usual_place()
    if dirs is None or place is None:
        return ""
    _, git_dir, common = dirs
    configs = [f"{common}/config", f"{git_dir}/config.worktree", *_user_configs()]
    if any(witness.includes_others(path) for path in configs):
        return ""  # git reads files that nobody watches here
    base = [f"{git_dir}/HEAD", f"{common}/packed-refs", f"{common}/kn/local",
            f"{common}/reftable/tables.list"]  # fmt: skip
    paths = [*base, *configs, *watched.paths]
    stats, files = witness.look(paths), witness.look_into(watched.folders)
    if witness.newest(stats, files) + witness.RACY_NS > watched.started_ns:
        return ""
    return _keep(place, [str(unreviewed)], (paths, stats, watched.folders, files), value, pieces)


def _keep(
    place: tuple[str, str],
    marks: list[str],
    looked: tuple[object, ...],
    value: tuple[object, ...],
    pieces: Pieces,
) -> str:
    generation = f"{time.time_ns():x}-{os.getpid():x}"
    watch = (generation, int(time.time()), *looked)
    witness.save_answer(place[1], (_key(place, "watch", marks), *watch))
    pieces.keep(_pieces_path(place, marks), generation)
    added = bytes(pieces.added) if pieces.base != generation else b""
    ready = (generation, value, pieces.base, added)
    witness.save_answer(place[1], (_key(place, "ready", marks), *ready))
    return generation


def _pieces_path(place: tuple[str, str], marks: list[str]) -> str:
    return witness.path_of(place[1], _key(place, "pieces", marks))


def keep_answer(words: list[str], text: str, generation: str) -> None:
    """Keep what was printed on stdout for these words.

    Args:
        words: The command line.
        text: All that was printed.
        generation: Of the view it came from. The newest one may be another by now: somebody
            else's, or an older one, when this one was too fresh to be kept.
    """
    place = _usual_place()
    if _may_hold_secret(words):
        return
    if place is not None and generation and "-" not in words and len(text) <= 200_000:
        key = _key(place, "answer", _answer_marks(words, "\0".join(list_uncommitted() or [])))
        witness.save_answer(place[1], (key, generation, text))


def _may_hold_secret(words: list[str]) -> bool:
    """Whether the words may hold a secret, so that they are not written down; in doubt they may.

    Long pieces of letters and digits together, and the values of the user's own environment.
    """
    said = " ".join(words)
    for piece in said.replace("=", " ").replace(":", " ").split():
        drawn = any(c.isdigit() for c in piece) and any(c.isalpha() for c in piece)
        if len(piece) >= 12 and drawn and "/" not in piece:
            return True
    return any(len(value) >= 8 and value in said for value in os.environ.values())


_uncommitted: dict[str, str] = {}
"""What git said in this process, by work tree: it is asked once a command."""


def forget_uncommitted() -> None:
    """Ask git anew the next time: for a process that answers more than one command."""
    _uncommitted.clear()


def list_uncommitted() -> list[str] | None:
    """The tracked files here that differ from HEAD, the knowledge apart; None: ask git properly."""
    place = _usual_place()
    if place is None:
        return None
    if place[0] not in _uncommitted:
        _take_uncommitted(place, witness.start_uncommitted(place[0]))
    return [p for p in _uncommitted[place[0]].split("\0") if p]


def _take_uncommitted(place: tuple[str, str], started: witness.Started | None) -> str:
    raw = witness.finish(started) or b""  # before the first commit there is nothing to differ from
    return _uncommitted.setdefault(place[0], raw.decode("utf-8", "surrogateescape"))


class _Looked:
    """What was watched, as it was and as it is."""

    def __init__(self, watch: "tuple[Any, ...]") -> None:
        _, generation, _, self.paths, self.stats, self.folders, self.files = watch
        self.generation: str = generation
        self.now = witness.look(self.paths)
        self.found = witness.look_into(self.folders)


_seen: dict[tuple[object, ...], _Looked] = {}
"""What `repeat_answer` looked at, by place and marks: whoever goes on from there takes it out, for
nobody is to look at ten thousand files twice in a command."""


def _look(place: tuple[str, str], marks: list[str]) -> _Looked | None:
    watch = _load_watch(place, marks)
    return None if watch is None else _Looked(watch)


def _unchanged(place: tuple[str, str], marks: list[str]) -> str:
    """The generation of what was watched, if all of it is as it was, today; else empty."""
    looked = _look(place, marks)
    if looked is None:
        return ""
    _seen[place, *marks] = looked
    same = looked.now == looked.stats and looked.found == looked.files
    return looked.generation if same else ""


def _load_watch(place: tuple[str, str], marks: list[str]) -> tuple[object, ...] | None:
    """What was watched last, if that was today."""
    watch = _load(place, "watch", marks)
    if watch is None or len(watch) != 7:
        return None
    born, now = watch[2], time.time()
    assert isinstance(born, int)
    if not 0 <= now - born <= TOO_OLD or time.localtime(now)[:3] != time.localtime(born)[:3]:
        return None
    return watch


def _load(place: tuple[str, str], what: str, marks: list[str]) -> tuple[object, ...] | None:
    found = witness.load_answer(place[1], _key(place, what, marks))
    return found if found is not None and len(found) >= 3 else None


def _answer_marks(words: list[str], uncommitted: str) -> list[str]:
    changed = uncommitted.rstrip("\0")
    return [os.getcwd(), *words, "", changed]  # noqa: PTH109 -- pathlib takes 3 ms


def _marks_of(words: list[str]) -> list[str]:
    return [str("--include-unreviewed" in words)]


def _usual_place() -> tuple[str, str] | None:
    """The work tree, and the folder of what is kept; None when git must be asked."""
    dirs = _usual_dirs()
    return None if dirs is None else (dirs[0], f"{dirs[2]}/kn/answers")


def _usual_dirs() -> tuple[str, str, str] | None:
    if any(os.environ.get(name) for name in witness.UNUSUAL):
        return None
    try:
        return witness.find_git_dirs(os.getcwd())  # noqa: PTH109 -- as above
    except OSError:
        return None


def _key(place: tuple[str, str], what: str, marks: list[str]) -> str:
    from kn import __version__

    variables = [f"{name}={os.environ.get(name, '')}" for name in _MARKS]
    return "\0".join([what, f"{__version__}-{SHAPE}", place[0], *variables, *marks])


def _user_configs() -> list[str]:
    home = os.environ.get("HOME", "")
    xdg = os.environ.get("XDG_CONFIG_HOME") or f"{home}/.config"
    named = os.environ.get("GIT_CONFIG_GLOBAL")
    return [named] if named else [f"{home}/.gitconfig", f"{xdg}/git/config", "/etc/gitconfig"]
