"""What is unchanged is not read again, and nothing that changed is taken for unchanged."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import pytest

from kn.adapters.snapshot import RACY_NS, Seen, Snapshot, list_items, refresh, stat_paths
from kn.errors import KnError


@pytest.fixture
def top(tmp_path: Path) -> Path:
    folder = tmp_path / "top/.knowledge/facts"
    folder.mkdir(parents=True)
    (folder / "a-00000001.yaml").write_text("one")
    return tmp_path / "top"


class Hasher:
    """Counts what is read."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, content: bytes) -> str:
        self.count += 1
        return hashlib.sha1(content).hexdigest()


def _look(top: Path, before: Snapshot, hasher: Hasher) -> Snapshot:
    return refresh(top, list_items(top, ".knowledge", ["facts"]), before, hasher)


def test_an_unchanged_file_is_read_once(top: Path) -> None:
    hasher = Hasher()
    time.sleep(RACY_NS / 1e9 + 0.02)
    first = _look(top, {}, hasher)
    assert _look(top, first, hasher) == first and hasher.count == 1


def test_a_file_that_may_still_be_changing_is_read_again(top: Path) -> None:
    hasher = Hasher()
    path = top / ".knowledge/facts/a-00000001.yaml"
    path.write_text("two")
    first = _look(top, {}, hasher)
    _look(top, first, hasher)
    assert hasher.count == 2


@pytest.mark.parametrize("keep_time", [False, True])
def test_a_change_is_seen(top: Path, keep_time: bool) -> None:
    hasher = Hasher()
    path = top / ".knowledge/facts/a-00000001.yaml"
    time.sleep(RACY_NS / 1e9 + 0.02)
    first = _look(top, {}, hasher)
    known = path.stat()
    with path.open("r+") as file:
        file.write("two")
    if keep_time:
        os.utime(path, ns=(known.st_atime_ns, known.st_mtime_ns))
        assert (path.stat().st_mtime_ns, path.stat().st_size) == (known.st_mtime_ns, known.st_size)
    second = _look(top, first, hasher)
    name = ".knowledge/facts/a-00000001.yaml"
    assert second[name].blob == hashlib.sha1(b"two").hexdigest() != first[name].blob


def test_a_file_that_vanishes_meanwhile_is_left_out(top: Path) -> None:
    found = list_items(top, ".knowledge", ["facts"])
    (top / ".knowledge/facts/a-00000001.yaml").unlink()
    assert refresh(top, found, {}, Hasher()) == {}


def test_only_item_files_one_level_deep_are_items(top: Path) -> None:
    folder = top / ".knowledge/facts"
    for name in (".tmp-1-a.yaml", ".hidden.yaml", "notes.txt", "b.yml", "c.yaml.orig"):
        (folder / name).write_text("x")
    (folder / "deep").mkdir()
    (folder / "deep/d.yaml").write_text("x")
    (folder / "folder.yaml").mkdir()
    (folder / "link.yaml").symlink_to(folder / "b.yml")
    (top / ".knowledge/linked").symlink_to(folder)
    (top / ".knowledge/file").write_text("x")
    found = list_items(top, ".knowledge", ["facts", "linked", "file", "missing"])
    assert {p.rpartition("/")[2] for p in found} == {"a-00000001.yaml", "b.yml"}


def test_a_folder_that_cannot_be_read_is_said(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(KnError, match="Permission denied"):
        list_items(top, ".knowledge", ["facts"])


def test_paths_outside_of_the_work_tree_are_not_looked_at(top: Path) -> None:
    (top.parent / "secret").write_text("x")
    (top / "way").symlink_to(top.parent)
    (top / "in").write_text("x")
    asked = ["../secret", "way/secret", "/etc/passwd", "in", "nothing", "way", "a\0b", "in/x"]
    assert list(stat_paths(top, asked)) == ["in"]


def test_what_is_kept_are_plain_values() -> None:
    assert tuple(Seen(1, 2, 3, 4, "x")) == (1, 2, 3, 4, "x")
