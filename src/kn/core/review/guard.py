"""What guards the knowledge: a change of it is a finding, whatever else the change brings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from kn.core.check import Finding
from kn.core.review.owners import MOST_BYTES, PLACES, owners_of, read_codeowners
from kn.core.schema import FORMAT
from kn.core.yaml.read import read_yaml

REGULAR = ("100644", "100755")
_CHECKS = re.compile(
    r"\.github/(?:workflows|actions)/.+\.ya?ml|action\.ya?ml|\.gitlab-ci\.ya?ml|\.gitlab/.+\.ya?ml|"
    r"\.pre-commit-config\.yaml|\.pre-commit-hooks\.yaml|\.?lefthook(?:-local)?\.ya?ml|\.husky/.+|"
    r"\.githooks/.+|\.circleci/.+|azure-pipelines\.ya?ml|bitbucket-pipelines\.yml|Jenkinsfile|"
    r"\.woodpecker(?:/.+)?\.ya?ml|\.forgejo/workflows/.+|\.gitea/workflows/.+|Makefile|justfile|"
    r"\.ci/.+|package\.json"
)
_RUNS_KN = re.compile(
    r"(?<![\w.-])kn(?![\w/-]|\.\w)|\bkn-(?:check|review|post-commit)\b|git-kn\b|\bKN_[A-Z]"
)
"""`kn review`, `bin/kn`, the action as `uses: OWNER/kn@v1`, an included project; not `src/kn/x`."""
_MODES = {"120000": "a symbolic link", "160000": "a submodule"}


class Touch(NamedTuple):
    """A path that the change touches: mode and content on both sides."""

    path: str
    mode_before: str
    mode_after: str
    """`000000` where there is nothing."""
    before: bytes | None = None
    after: bytes | None = None


def judge_folder(folder: str, touches: Sequence[Touch], names: Mapping[str, str]) -> list[Finding]:
    """Whether the folder is what it was; what in it is no item, `kn check` says.

    Args:
        folder: `.knowledge`.
        touches: Of the whole change.
        names: Path -> mode of everything below the folder after the change, itself included.
    """
    config = f"{folder}/config.yaml"
    if names.get(folder):
        what = _MODES.get(names[folder], "a file")
        return [Finding("KN100", folder, 1, f"{folder} is {what} now; it was a folder")]
    if names.get(config) in REGULAR:
        return []
    said = f"{config} is gone" if names else f"{folder} is gone, with all items in it"
    moved = "" if names else _moved_to(folder, touches)
    said += f"; they lie in {moved} now, where kn does not look" if moved else ""
    return [Finding("KN100", config, 1, said)]


def _moved_to(folder: str, touches: Sequence[Touch]) -> str:
    """Where most of what was in the folder lies now, by content."""
    gone = {t.before for t in touches if t.path.startswith(f"{folder}/") and t.before}
    homes = [t.path.rpartition("/")[0] for t in touches if t.after in gone and t.after]
    return max(set(homes), key=homes.count, default="")


def judge_twins(folder: str, new: Iterable[str]) -> list[Finding]:
    """New paths that lie in the knowledge folder where case does not count, and only there."""
    return [
        Finding("KN005", path, 1, f"lies in {folder} too on systems where case does not count")
        for path in new
        if f"{path}/".casefold().startswith(f"{folder}/".casefold())
        and not f"{path}/".startswith(f"{folder}/")
    ][:1]


def judge_config(folder: str, touches: Iterable[Touch]) -> list[Finding]:
    """Changes of the configuration and of kinds."""
    found = []
    for touch in touches:
        if touch.path == f"{folder}/config.yaml" and touch.before is not None:
            found += _judge_settings(touch)
        elif re.fullmatch(rf"{re.escape(folder)}/kinds/[^/]+\.ya?ml", touch.path):
            word = {True: "a new kind is defined", False: "the definition changes"}[
                touch.before is None
            ]
            if touch.after is None:
                word = "the definition is removed; items of this kind would not be read any more"
            found.append(Finding("KN102", touch.path, 1, word))
    return found


def _judge_settings(touch: Touch) -> list[Finding]:
    if touch.after is None:
        return []  # `judge_folder` says that it is gone
    before, after = _flat(touch.before or b""), _flat(touch.after)
    if after is None:
        return [Finding("KN100", touch.path, 1, "the configuration cannot be read")]
    number = after.get("format", "")
    if number != str(FORMAT):
        said = f"says `format: {number}`, and this kn reads format {FORMAT}"
        return [Finding("KN100", touch.path, 1, said)]
    names = [n for n in {**(before or {}), **after} if (before or {}).get(n) != after.get(n)]
    said = ", ".join(
        f"{n}: {(before or {}).get(n, '(not set)')} → {after.get(n, '(not set)')}" for n in names
    )
    return [Finding("KN101", touch.path, 1, said or "its form or its comments change")]


def _flat(raw: bytes) -> dict[str, str] | None:
    loaded = read_yaml(raw)
    if loaded.faults or not isinstance(loaded.data, dict):
        return None
    flat: dict[str, str] = {}

    def put(name: str, value: Any) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                put(f"{name}.{key}" if name else str(key), inner)
        else:
            flat[name] = str(value)

    put("", loaded.data)
    return flat


def judge_git(
    folder: str, touches: Iterable[Touch], items: Sequence[str], matches: Callable[[str, str], bool]
) -> list[Finding]:
    """Changes of attributes, ignore rules and submodules that bear on the knowledge.

    Args:
        folder: The knowledge folder.
        touches: Of the whole change.
        items: Paths below the folder, of both sides.
        matches: Whether a gitignore-style pattern matches a path, both relative to one folder.
    """
    found = []
    for touch in touches:
        where, _, name = touch.path.rpartition("/")
        if name not in (".gitattributes", ".gitignore", ".gitmodules"):
            continue
        if name == ".gitmodules":
            if folder.encode() in (touch.after or b""):
                found.append(Finding("KN103", touch.path, 1, f"names {folder} as a submodule"))
            continue
        base = f"{where}/" if where else ""
        below = [p.removeprefix(base) for p in (folder, *items) if p.startswith(base)]
        if not below:
            continue
        for line, sign, row in _changed_rows(touch):
            pattern = row.split()[0].removeprefix("!")
            # `[attr]kn -diff` gives every use of the attribute another meaning.
            named = name == ".gitattributes" and ("=kn" in row or row.startswith("[attr]"))
            if named or any(matches(pattern, p) for p in below):
                word = "adds" if sign == "+" else "takes out"
                found.append(Finding("KN103", touch.path, line, f"{word} `{row}`"))
    return found


def _changed_rows(touch: Touch) -> list[tuple[int, str, str]]:
    """Line, sign and text of the rows that only one side has; the order counts for nothing."""
    sides = [
        [row.strip() for row in (raw or b"").decode("utf-8", "replace").split("\n")]
        for raw in (touch.before, touch.after)
    ]
    before, after = sides
    rows = [(n, "+", row) for n, row in enumerate(after, 1) if row not in before]
    rows += [(1, "-", row) for row in before if row not in after]
    return [(n, s, row) for n, s, row in rows if row and not row.startswith("#")]


def judge_owners(
    folder: str, touches: Mapping[str, Touch], current: Mapping[str, bytes], items: Sequence[str]
) -> list[Finding]:
    """Whether others are asked about the knowledge than before.

    Args:
        folder: The knowledge folder.
        touches: Those that are CODEOWNERS files, by path.
        current: The CODEOWNERS files of the base, by path.
        items: Paths below the folder.
    """
    if not any(place in touches for place in PLACES):
        return []
    after = {p: raw for p, raw in current.items() if p not in touches}
    after |= {p: t.after for p, t in touches.items() if t.after is not None}
    sides = []
    for files in (current, after):
        place = next((p for p in PLACES if p in files), "")
        text = files.get(place, b"")
        rules = read_codeowners(text.decode("utf-8", "replace")) if len(text) < MOST_BYTES else []
        sides.append((place, rules))
    (_, old), (place, new) = sides
    for path in (f"{folder}/config.yaml", *items, *PLACES):
        was, now = owners_of(path, old), owners_of(path, new)
        if set(was) != set(now):
            said = f"{path}: {' '.join(was) or 'nobody'} → {' '.join(now) or 'nobody'}"
            return [Finding("KN104", place or next(iter(touches)), 1, said)]
    return []


def judge_checks(touches: Iterable[Touch]) -> list[Finding]:
    """Changes of whatever runs kn: workflows, pipelines, hooks."""
    found = []
    for touch in touches:
        if not _CHECKS.fullmatch(touch.path) or touch.before is None:
            continue  # a new one takes nothing away
        if not _RUNS_KN.search(touch.before.decode("utf-8", "replace")):
            continue
        if touch.after is None:
            found.append(Finding("KN105", touch.path, 1, "is removed; it runs kn"))
            continue
        rows = _changed_rows(touch)
        if len(touch.before) + len(touch.after) > 400_000 or not rows:
            continue
        line = next((n for n, sign, row in rows if sign == "+"), 1)
        gone = [row for _, sign, row in rows if sign == "-" and _RUNS_KN.search(row)]
        said = f"takes out `{gone[0]}`" if gone else "changes, and it runs kn"
        if touch.path.endswith(("package.json", "Makefile", "justfile")) and not gone:
            continue
        found.append(Finding("KN105", touch.path, line, said))
    return found


def is_guard(path: str) -> bool:
    """Whether a path outside the folder may be one of what guards it."""
    name = path.rpartition("/")[2]
    named = name in (".gitattributes", ".gitignore", ".gitmodules") or path in PLACES
    return named or bool(_CHECKS.fullmatch(path))
