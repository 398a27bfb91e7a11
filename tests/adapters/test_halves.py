"""Work in two processes: all of it is done, in order, whatever becomes of the other process."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from kn.adapters.halves import in_halves

KEYS = [f"k{n}" for n in range(101)]


def _work(keys: Sequence[str]) -> list[tuple[str, int]]:
    return [(key, len(key)) for key in keys]


@pytest.mark.parametrize("keys", [KEYS, KEYS[:1], []])
def test_both_halves_come_in_order(keys: list[str], tmp_path: Path) -> None:
    assert in_halves(_work, keys, tmp_path) == _work(keys)
    assert list(tmp_path.glob(".tmp*")) == []


def test_the_other_half_is_done_by_another_process(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    done = in_halves(lambda keys: [(k, os.getpid()) for k in keys], KEYS, tmp_path)

    assert [key for key, _ in done] == KEYS
    assert len({pid for _, pid in done}) == 2


def test_one_processor_works_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    done = in_halves(lambda keys: [os.getpid() for _ in keys], KEYS, tmp_path)

    assert set(done) == {os.getpid()}


@pytest.mark.parametrize("way", ["dies", "raises", "cannot be stored"])
def test_the_half_of_a_process_that_fails_is_done_here(
    way: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    here = os.getpid()

    def work(keys: Sequence[str]) -> list[object]:
        if os.getpid() != here:
            if way == "dies":
                os.kill(os.getpid(), 9)
            if way == "raises":
                raise ValueError("in the other process")
            return [object() for _ in keys]
        return list(keys)

    assert in_halves(work, KEYS, tmp_path) == KEYS
    assert list(tmp_path.glob(".tmp*")) == []


def test_when_this_half_fails_nothing_of_the_other_stays(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    here = os.getpid()

    def work(keys: Sequence[str]) -> list[object]:
        if os.getpid() == here:
            raise KeyboardInterrupt
        return list(keys)

    with pytest.raises(KeyboardInterrupt):
        in_halves(work, KEYS, tmp_path)
    assert list(tmp_path.glob(".tmp*")) == []
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
