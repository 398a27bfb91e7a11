"""Writes that a full disk, a power cut or a link cannot spoil."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kn.adapters.files import TEMPORARY, make_private_folder, read_regular, write_atomic
from kn.errors import KnError

OLD, NEW = b"status: accepted\n" * 40, b"status: retired\n" * 900
CALLS = ("open", "write", "fchmod", "fsync", "replace", "link", "rename", "unlink", "lstat")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "folder"
    made.mkdir()
    return made


class Faults:
    """Lets the k-th call to the disk fail."""

    def __init__(self, at: int, code: int) -> None:
        self.left, self.code, self.hit = at, code, ""

    def wrap(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def called(*args: Any, **named: Any) -> Any:
            self.left -= 1
            if self.left == 0:
                self.hit = name
                raise OSError(self.code, os.strerror(self.code))
            if name == "write":  # a disk that takes less than it is given
                args = (args[0], bytes(args[1])[: max(1, len(args[1]) // 2)])
            return real(*args, **named)

        return called


def _runs(
    monkeypatch: pytest.MonkeyPatch, code: int, act: Callable[[], None]
) -> Iterator[tuple[Faults, BaseException | None]]:
    """Do `act` with its first, second, … call to the disk failing, until none is left to fail."""
    for at in range(1, 60):
        faults = Faults(at, code)
        error: BaseException | None = None
        with monkeypatch.context() as patched:
            for name in CALLS:
                patched.setattr(os, name, faults.wrap(name, getattr(os, name)))
            try:
                act()
            except Exception as raised:
                error = raised
        yield faults, error
        if not faults.hit:
            return
    raise AssertionError("never ran clean")


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS])
def test_an_error_at_any_call_leaves_the_old_bytes_or_the_new_ones(
    folder: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    path = folder / "item.yaml"
    path.write_bytes(OLD)
    hits = []
    for faults, error in _runs(monkeypatch, code, lambda: write_atomic(path, NEW)):
        assert error is None or isinstance(error, KnError), (faults.hit, error)
        if error is not None:
            assert str(path) in str(error)
            assert path.read_bytes() == OLD, faults.hit
        elif path.exists():
            assert path.read_bytes() == NEW
        left = [p for p in folder.iterdir() if p.name.startswith(TEMPORARY)]
        assert not left or faults.hit == "unlink"
        hits.append(faults.hit)
        path.write_bytes(OLD)
        for stray in left:
            stray.unlink()
    assert {"open", "write", "fsync"} < set(hits), "the faults are real"


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EACCES])
def test_a_new_file_is_whole_or_not_there(
    folder: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    path = folder / "item.yaml"
    for faults, error in _runs(monkeypatch, code, lambda: write_atomic(path, NEW, replace=False)):
        assert error is None or isinstance(error, KnError), (faults.hit, error)
        assert error is not None or path.read_bytes() == NEW
        assert not path.exists() or path.read_bytes() == NEW, faults.hit
        for one in folder.iterdir():
            one.unlink()


def test_a_disk_without_hard_links_takes_items_too(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    path = folder / "item.yaml"
    write_atomic(path, NEW, replace=False)
    assert path.read_bytes() == NEW
    with pytest.raises(FileExistsError):
        write_atomic(path, OLD, replace=False)
    assert path.read_bytes() == NEW
    assert [p.name for p in folder.iterdir()] == ["item.yaml"]


def test_a_file_that_is_there_is_not_written_over_when_it_must_not(folder: Path) -> None:
    path = folder / "item.yaml"
    path.write_bytes(OLD)
    with pytest.raises(FileExistsError):
        write_atomic(path, NEW, replace=False)
    assert path.read_bytes() == OLD
    assert len(list(folder.iterdir())) == 1


def test_an_interrupt_leaves_nothing_behind(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_atomic(folder / "item.yaml", NEW)
    assert list(folder.iterdir()) == []


def test_a_link_is_neither_written_nor_read_through(folder: Path) -> None:
    secret = folder / "secret"
    secret.write_bytes(OLD)
    link = folder / "item.yaml"
    link.symlink_to(secret)
    with pytest.raises(KnError):
        write_atomic(link, NEW)
    with pytest.raises(KnError):
        read_regular(link)
    assert secret.read_bytes() == OLD and link.is_symlink()


def test_a_file_keeps_its_permissions(folder: Path) -> None:
    path = folder / "item.yaml"
    path.write_bytes(OLD)
    path.chmod(0o664)
    write_atomic(path, NEW)
    assert path.stat().st_mode & 0o777 == 0o664
    write_atomic(folder / "private", NEW, mode=0o600)
    assert (folder / "private").stat().st_mode & 0o777 == 0o600


def test_only_a_regular_file_of_a_bearable_size_is_read(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    (folder / "inner").mkdir()
    (folder / "large").write_bytes(b"x" * 11)
    for name in ("pipe", "inner", "large", "/dev/null"):
        with pytest.raises(KnError):
            read_regular(folder / name, most=10)
    with pytest.raises(FileNotFoundError):
        read_regular(folder / "nothing")


def test_a_private_folder_is_taken_only_when_it_is_ours(folder: Path) -> None:
    make_private_folder(folder / "kn")
    make_private_folder(folder / "kn")
    assert (folder / "kn").stat().st_mode & 0o777 == 0o700
    (folder / "link").symlink_to(folder / "kn")
    (folder / "file").write_bytes(b"")
    for name in ("link", "file", "no/where"):
        with pytest.raises(KnError):
            make_private_folder(folder / name)
