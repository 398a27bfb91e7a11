"""Looking at a repository without git: for the two calls that must cost next to nothing.

Only `os` is imported. What is read here only ever says "nothing has changed since"; whenever
something looks unusual the answer is "don't know", and git is asked.
"""

import marshal
import os
import zlib

RACY_NS = 50_000_000
"""As in `kn.adapters.snapshot`: a file touched so shortly before it was looked at may change again
within the same tick of the clock."""

STEP = 5
"""Values that `look_into` tells of a file: name, times of content and inode, size, inode."""

UNUSUAL = (
    "GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_CEILING_DIRECTORIES", "GIT_CONFIG_COUNT",
    "GIT_CONFIG_PARAMETERS", "GIT_CONFIG", "GIT_NAMESPACE",
)  # fmt: skip
"""Variables that change what git sees; with one of them set, git is asked."""


def find_git_dirs(start: str) -> tuple[str, str, str] | None:
    """Top, git directory and common directory around `start`, or None when git must be asked."""
    top = start
    while True:
        dot = os.path.join(top, ".git")
        try:
            if os.path.isdir(dot):
                return top, dot, dot
            with open(dot, encoding="utf-8") as file:
                text = file.read(4096)
            break
        except (OSError, UnicodeDecodeError):
            parent = os.path.dirname(top)
            if parent == top:
                return None
            top = parent
    if not text.startswith("gitdir: "):
        return None
    git_dir = os.path.normpath(os.path.join(top, text[8:].strip()))
    common = read_line(os.path.join(git_dir, "commondir"))
    return top, git_dir, os.path.normpath(os.path.join(git_dir, common)) if common else git_dir


def read_line(path: str) -> str:
    """The first line of a small file; empty when there is none."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.readline(4096).strip()
    except OSError:
        return ""


def read_head(git_dir: str, common: str) -> str:
    """The commit that HEAD names, or empty when git must be asked (or there is none)."""
    head = read_line(os.path.join(git_dir, "HEAD"))
    if not head.startswith("ref: "):
        return head
    name = head[5:]
    loose = read_line(os.path.join(common, name))
    if loose:
        return loose if not loose.startswith("ref:") else ""
    try:
        with open(os.path.join(common, "packed-refs"), encoding="utf-8", errors="replace") as file:
            for line in file:
                if line.rstrip("\n").endswith(f" {name}"):
                    return line.split(" ", 1)[0]
    except OSError:
        return ""
    return ""


def is_rewriting(git_dir: str) -> bool:
    """Whether a rebase, an `am` or a bisect is under way in this work tree."""
    names = ("rebase-merge", "rebase-apply", "BISECT_LOG")
    return any(os.path.exists(os.path.join(git_dir, name)) for name in names)


def includes_others(path: str) -> bool:
    """Whether a git config includes files besides the one that kn itself may have put there."""
    try:
        with open(path, "rb") as file:
            text = file.read().lower()
    except OSError:
        return False
    return text.count(b"include") > text.count(b"kn/commit.inc")


def look(paths: list[str]) -> list[tuple[int, int, int] | None]:
    """Time of the last change, size and inode of each path; None for what is not there.

    The time is the later one of content and inode, as in git: a copy that keeps the old time of
    the content (`cp -p`, `rsync -t`) still changes the inode's.
    """
    seen: list[tuple[int, int, int] | None] = []
    for path in paths:
        try:
            known = os.lstat(path)
            changed = max(known.st_mtime_ns, known.st_ctime_ns)
            seen.append((changed, known.st_size, known.st_ino))
        except (OSError, ValueError):
            seen.append(None)
    return seen


def look_into(folders: list[str]) -> list[list[object]]:
    """The same of all that lies in the folders: for each of these one flat list, `STEP` for a file.

    A folder that cannot be read to its end is never as it was before.
    """
    return [_list_folder(folder) for folder in folders]


def _list_folder(folder: str) -> list[object]:
    seen: list[object] = []
    try:
        # Beside an open folder the kernel walks no path for each file: a third less time.
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except (OSError, AttributeError):
        return seen
    try:
        with os.scandir(handle) as entries:
            for entry in entries:
                known = entry.stat(follow_symlinks=False)
                seen += (
                    entry.name, known.st_mtime_ns, known.st_ctime_ns, known.st_size, known.st_ino,
                )  # fmt: skip
    except OSError:
        seen.append(os.urandom(8).hex())
    finally:
        os.close(handle)
    return seen


def compare_folder(before: list[object], after: list[object]) -> list[str] | None:
    """The names of the files that changed in a folder; None when others are there than before.

    The order does not matter: a file that is replaced may be listed at another place.
    """
    if len(before) != len(after):
        return None
    old = {before[n]: before[n + 1 : n + STEP] for n in range(0, len(before), STEP)}
    new = {after[n]: after[n + 1 : n + STEP] for n in range(0, len(after), STEP)}
    if old.keys() != new.keys():
        return None
    return [str(name) for name, seen in new.items() if old[name] != seen]


def newest(stats: list[tuple[int, int, int] | None], files: list[list[object]]) -> int:
    """The latest time of a change among them."""
    times: list[int] = [s[0] for s in stats if s is not None]
    for seen in files:
        times += (*seen[1::STEP], *seen[2::STEP])  # type: ignore[arg-type]
    return max(times, default=0)


def read_from(path: str, start: int) -> bytes:
    """What stands in a file from a place on; nothing when it cannot be read."""
    try:
        with open(path, "rb") as file:
            file.seek(start)
            return file.read()
    except OSError:
        return b""


def path_of(folder: str, key: str) -> str:
    """Where in a folder of answers the one for a key is kept."""
    return os.path.join(folder, f"{zlib.crc32(key.encode('utf-8', 'surrogateescape')):08x}")


def load_answer(folder: str, key: str) -> tuple[object, ...] | None:
    """What `save_answer` kept for exactly this key; None when it is missing or damaged."""
    try:
        with open(path_of(folder, key), "rb") as file:
            if os.fstat(file.fileno()).st_uid != os.getuid():
                return None
            raw = file.read()
    except (OSError, AttributeError):
        return None
    if raw[:8] != b"%08x" % zlib.crc32(memoryview(raw)[8:]):
        return None
    try:
        value = marshal.loads(memoryview(raw)[8:])
    except (ValueError, EOFError, TypeError):
        return None
    if not isinstance(value, tuple) or value[:1] != (key,):
        return None
    return value


def save_answer(folder: str, value: tuple[object, ...]) -> None:
    """Keep an answer under its first part, the key; a failure is no error."""
    key = str(value[0])
    path = path_of(folder, key)
    raw = marshal.dumps(value)  # type: ignore[arg-type]
    temporary = f"{path}.{os.getpid():x}"
    try:
        if not os.path.isdir(folder):
            os.mkdir(folder, 0o700)
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.write(handle, b"%08x" % zlib.crc32(raw))
            os.write(handle, raw)
        finally:
            os.close(handle)
        os.replace(temporary, path)
        names = os.listdir(folder)
        if len(names) > 64:
            for old in names[:32]:
                os.unlink(os.path.join(folder, old))
    except OSError:
        return


Started = tuple[int, int]
"""A git process that runs beside us: its id, and the pipe that it writes to."""


def read_messages(head: str, seen: list[str]) -> bytes | None:
    """The messages of the commits that `head` reaches and `seen` does not, NUL between them.

    The one git process of an ordinary commit's hook. None when git cannot be run, or failed.
    """
    return finish(
        _start([
            "log", "-z", "--ignore-missing", "--encoding=UTF-8", "--no-show-signature",
            "--no-color", "--no-notes", "--format=%B", head, *(f"^{c}" for c in seen), "--",
        ])
    )  # fmt: skip


def start_uncommitted(top: str) -> Started | None:
    """Ask git which tracked files differ from HEAD, the knowledge apart, for `finish` to take.

    `diff` looks into what was only touched; `diff-index` would name it.
    """
    words = ["diff", "--name-only", "-z", "--no-ext-diff", "--no-textconv", "HEAD", "--", ":/"]
    return _start(["-C", top, *words, ":(exclude,top).knowledge"])


def has_brought(ending: str) -> bool:
    """Whether the merge or rebase that has just ended changed a file with such an ending."""
    words = ["diff", "--name-only", "-z", "--no-ext-diff", "--no-textconv", "ORIG_HEAD", "HEAD"]
    return bool(finish(_start([*words, "--", f":(top)*{ending}"])))


def _start(words: list[str]) -> Started | None:
    """Start git without `subprocess`, which takes 5 ms to import."""
    program = next(
        (p for folder in os.get_exec_path() if os.access(p := f"{folder}/git", os.X_OK)), None
    )
    if program is None or not program.startswith("/"):
        return None
    whole = [
        program, "--no-optional-locks", "-c", "safe.bareRepository=explicit",
        "-c", f"core.hooksPath={os.devnull}", "-c", "core.fsmonitor=false", *words,
    ]  # fmt: skip
    reader, writer = os.pipe()
    try:
        process = os.posix_spawn(
            program,
            whole,
            {**os.environ, "LC_ALL": "C.UTF-8", "GIT_NO_LAZY_FETCH": "1", "KN_INSIDE": "1"},
            file_actions=[
                (os.POSIX_SPAWN_DUP2, writer, 1),
                (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
            ],
        )
    except (OSError, AttributeError):
        os.close(reader)
        os.close(writer)
        return None
    os.close(writer)
    return process, reader


def finish(started: Started | None) -> bytes | None:
    """What a started git printed; None when it was not started, or failed."""
    if started is None:
        return None
    process, reader = started
    with open(reader, "rb") as file:
        raw = file.read(2_000_000)
    return raw if os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0 else None


def detach(words: list[str], environment: dict[str, str]) -> None:
    """Start a program that outlives us and holds none of our pipes; a failure is no error."""
    null = [(os.POSIX_SPAWN_OPEN, n, os.devnull, os.O_RDWR, 0) for n in range(3)]
    try:
        os.posix_spawn(words[0], words, environment, file_actions=null, setsid=True)
    except (OSError, NotImplementedError, AttributeError):
        return


def replace_file(path: str, text: str) -> None:
    """Write a small file of kn's own whole, so that a reader sees the old or the new one."""
    temporary = f"{path}.{os.getpid():x}"
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        try:
            os.write(handle, text.encode("ascii"))
        finally:
            os.close(handle)
        os.replace(temporary, path)
    except OSError:
        os.unlink(temporary)
        raise
