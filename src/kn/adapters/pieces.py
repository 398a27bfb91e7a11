"""Many small values in one file, each read when it is asked for, and checked by itself.

Of ten thousand items a context prints thirty: to load all their texts would take as long as the
search.
"""

import os
import zlib

_HEAD = 8
"""Bytes before a piece: its length and its CRC-32."""


class Spoilt(Exception):
    """A piece is not what was kept."""


class Pieces:
    """Bytes by their place: those of a file that was kept, and those that were added since."""

    def __init__(self, added: bytes = b"") -> None:
        self.base = ""
        """The name of the file's content; empty when there is none yet."""
        self.added = bytearray(added)
        self._handle = -1
        self._start = self._size = 0  # of the pieces in the file

    def __del__(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)

    def add(self, piece: bytes) -> int:
        """Put a piece in; the place at which it can be had again."""
        at = self._size + len(self.added)
        self.added += _frame(piece)
        return at

    def get(self, at: int) -> bytes:
        """The piece at a place.

        Raises:
            Spoilt: There is none, or not the one that was put there.
        """
        size = int.from_bytes(self._read(at, _HEAD)[:4], "little")
        framed = self._read(at, _HEAD + size)
        piece = framed[_HEAD:]
        if framed != _frame(piece) or len(piece) != size:
            raise Spoilt
        return piece

    def _read(self, at: int, size: int) -> bytes:
        if at >= self._size:
            at -= self._size
            return bytes(self.added[at : at + size])
        try:
            return os.pread(self._handle, min(size, self._size - at), self._start + at)
        except OSError as error:
            raise Spoilt from error

    def keep(self, path: str, name: str) -> None:
        """Write all of it to a file, if none of it is in one; a failure is no error.

        Args:
            path: Of the file; its folder must exist.
            name: What its content is to be known by.
        """
        if self.base:
            return
        self.base = name
        temporary = f"{path}.{os.getpid():x}"
        try:
            handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            try:
                rest = memoryview(_frame(name.encode()) + self.added)
                while rest:
                    rest = rest[os.write(handle, rest) :]
            finally:
                os.close(handle)
            os.replace(temporary, path)  # noqa: PTH105 -- pathlib takes 3 ms
        except OSError:
            return


def open_pieces(path: str, name: str, added: bytes) -> Pieces | None:
    """What was kept at `path`, with what was added to it; None when it has another name, or ours
    are not the hands that wrote it."""
    pieces = Pieces(added)
    head = _frame(name.encode())
    try:
        pieces._handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        known = os.fstat(pieces._handle)
        if known.st_uid != os.getuid() or os.pread(pieces._handle, len(head), 0) != head:
            return None
    except (OSError, AttributeError):
        return None
    pieces.base, pieces._start, pieces._size = name, len(head), known.st_size - len(head)
    return pieces


def _frame(piece: bytes) -> bytes:
    digest = zlib.crc32(piece, 1)  # not from 0: eight zeros on a disk are no piece of nothing
    return len(piece).to_bytes(4, "little") + digest.to_bytes(4, "little") + piece
