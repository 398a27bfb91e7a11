"""Token counts: exact, offline, bounded."""

from __future__ import annotations

import base64
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rig.pace import takes_at_most
from tiktoken import Encoding
from tiktoken_ext import openai_public  # type: ignore[import-untyped]

from kn.adapters import tokens
from kn.adapters.ranks import index_lines
from kn.errors import KnError

PLAIN = "the|don't|İstanbul|ſ|中文|é|1234|²| |  |\n|\r\n|\t|\x1c|\u00a0|\u2028|!|...|'S|_"
WORDS = st.sampled_from([*PLAIN.split("|"), "<|endoftext|>", "🙂", "\ud800", "x" * 40])
texts = st.lists(WORDS | st.characters(), max_size=60).map("".join)


@pytest.fixture(scope="module")
def original() -> Encoding:
    """tiktoken's own cl100k_base, built by its own code from the bundled file."""

    def load(url: str, expected_hash: str) -> dict[bytes, int]:
        assert expected_hash == tokens._SHA256
        return {
            base64.b64decode(token): int(rank)
            for token, rank in (line.split() for line in tokens._TABLE.read_bytes().splitlines())
        }

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(openai_public, "load_tiktoken_bpe", load)
        return Encoding(**openai_public.cl100k_base())


@given(texts)
def test_counts_are_those_of_tiktoken(original: Encoding, text: str) -> None:
    assert tokens.count(text) == len(original.encode_ordinary(text))


@given(texts)
def test_cutting_at_a_seam_changes_no_count(original: Encoding, text: str) -> None:
    count = len(original.encode_ordinary(text))
    for seam in re.finditer(tokens._SEAM, text):
        parts = text[: seam.end()], text[seam.end() :]
        assert sum(len(original.encode_ordinary(part)) for part in parts) == count


@given(texts, st.integers(1, 50))
def test_parts_are_short_and_make_up_the_text(text: str, longest: int) -> None:
    parts = list(tokens._parts(text, longest))

    assert "".join(parts) == text
    assert all(0 < len(part) <= longest for part in parts) or parts == [""]


def test_long_ordinary_text_is_counted_exactly(original: Encoding) -> None:
    text = Path(tokens.__file__).read_text("utf-8") * 40

    assert len(text) > 3 * tokens._LONGEST
    assert tokens.count(text) == len(original.encode_ordinary(text))


@pytest.mark.parametrize("run", ["a", " ", "-", "中", "a1"])
def test_a_million_equal_signs_do_not_stall(run: str) -> None:
    tokens.count("warm")
    assert tokens.count(run * (1_000_000 // len(run))) > 1_000
    assert takes_at_most(2, lambda: tokens.count(run * (1_000_000 // len(run))))


def test_a_damaged_table_is_an_error_and_never_a_download(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tokens, "_TABLE", tmp_path / "none")
    monkeypatch.setattr("tiktoken.load.read_file", lambda _: pytest.fail("a download"))
    forget()
    for text in ("x", "中"):
        with pytest.raises(KnError, match="damaged"):
            tokens.count(text)
    forget()


def test_a_damaged_index_of_the_table_is_an_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    damaged = bytearray(tokens._INDEX.read_bytes())
    damaged[1000] ^= 1
    (tmp_path / "index").write_bytes(damaged)
    monkeypatch.setattr(tokens, "_INDEX", tmp_path / "index")
    forget()
    with pytest.raises(KnError, match="damaged"):
        tokens.count("x")
    forget()


def forget() -> None:
    """As in a process that has counted nothing yet."""
    tokens._encoding.cache_clear()
    tokens._ranks.cache_clear()
    tokens._count_piece.cache_clear()


def test_the_index_of_the_table_is_made_from_it() -> None:
    assert index_lines(tokens._TABLE.read_bytes()) == tokens._INDEX.read_bytes()


plain_texts = st.lists(
    st.sampled_from(
        "don't|I'LL|katozen|quiMUL|12345| |  |\n|\r\n|\t|\x0b|\x1c|!|...|_|…|“x”".split("|")
    )
    | st.text(st.characters(max_codepoint=127), max_size=8),
    max_size=40,
).map("".join)


@given(plain_texts)
def test_plain_texts_are_counted_without_tiktoken_as_tiktoken_does(
    original: Encoding, text: str
) -> None:
    ranks = tokens._ranks()
    pieces = tokens._PLAIN_PIECES.findall(text)

    assert tokens._PLAIN.fullmatch(text)
    assert "".join(pieces) == text
    assert sum(ranks.count(p.encode()) for p in pieces) == len(original.encode_ordinary(text))
    assert tokens.count(text) == len(original.encode_ordinary(text))


def test_every_token_counts_as_one() -> None:
    for line in tokens._TABLE.read_bytes().splitlines()[::100]:
        assert tokens._ranks().count(base64.b64decode(line.split()[0])) == 1


def test_a_few_plain_texts_do_not_load_tiktoken() -> None:
    code = (
        "import kn.adapters.tokens as t, sys; n = t.count('Use a leaky bucket, zentormulo …\\n'); "
        "sys.exit('tiktoken' in sys.modules or n != 12)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_importing_the_counter_does_not_load_tiktoken() -> None:
    code = "import kn.adapters.tokens, sys; sys.exit('tiktoken' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
