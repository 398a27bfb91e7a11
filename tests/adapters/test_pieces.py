"""Pieces are read one by one, and what is damaged of them is never taken for what was kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kn.adapters.pieces import Pieces, Spoilt, open_pieces

TEXTS = [b"", b"one", b"\x00" * 300, bytes(range(256))]


def _kept(path: Path, name: str = "first") -> list[int]:
    pieces = Pieces()
    places = [pieces.add(text) for text in TEXTS]
    pieces.keep(str(path), name)
    return places


def test_what_was_kept_and_what_was_added_since_is_had_again(tmp_path: Path) -> None:
    places = _kept(tmp_path / "x")
    pieces = open_pieces(str(tmp_path / "x"), "first", b"")
    assert pieces is not None
    later = pieces.add(b"later")
    again = open_pieces(str(tmp_path / "x"), "first", bytes(pieces.added))
    assert again is not None
    assert [again.get(at) for at in (*places, later)] == [*TEXTS, b"later"]
    again.keep(str(tmp_path / "y"), "second")
    assert not (tmp_path / "y").exists(), "its first part is kept already"


def test_another_content_and_a_link_are_not_opened(tmp_path: Path) -> None:
    _kept(tmp_path / "x")
    (tmp_path / "link").symlink_to(tmp_path / "x")
    for path, name in (("x", "second"), ("link", "first"), ("nothing", "first")):
        assert open_pieces(str(tmp_path / path), name, b"") is None
    (tmp_path / "x").write_bytes(b"")
    assert open_pieces(str(tmp_path / "x"), "first", b"") is None


@given(st.integers(0, 600), st.integers(1, 255))
def test_a_damaged_byte_spoils_its_own_piece_alone(
    tmp_path_factory: pytest.TempPathFactory, where: int, flip: int
) -> None:
    path = tmp_path_factory.mktemp("pieces") / "x"
    places = _kept(path)
    raw = bytearray(path.read_bytes())
    where %= len(raw)
    raw[where] ^= flip
    path.write_bytes(raw)
    pieces = open_pieces(str(path), "first", b"")
    if pieces is None:
        assert where < 13, "in the name"
        return
    found = []
    for at, text in zip(places, TEXTS, strict=True):
        try:
            assert pieces.get(at) == text
            found.append(True)
        except Spoilt:
            found.append(False)
    assert found.count(False) == 1


def test_no_place_but_those_of_pieces_gives_one(tmp_path: Path) -> None:
    places = _kept(tmp_path / "x")
    pieces = open_pieces(str(tmp_path / "x"), "first", b"")
    assert pieces is not None
    for at in set(range(700)) - set(places):
        with pytest.raises(Spoilt):
            pieces.get(at)
