"""Ids: made once, shortened as in git, and file names that every system can hold."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.strategies import laws

from kn.core.ids import ALPHABET, file_name, make_id, resolve_id, shorten_ids, slugify
from kn.core.schema import BUILT_IN, ID
from kn.errors import UnknownItem

heads = st.sampled_from([kind.prefix for kind in BUILT_IN])
tails = st.text("0a", min_size=8, max_size=8)
crowds = st.lists(st.builds("{}-{}".format, heads, tails), min_size=1, max_size=12, unique=True)


@laws
@given(st.sampled_from(BUILT_IN), st.binary(min_size=5, max_size=5))
def test_five_bytes_make_an_id_and_none_is_lost(kind: object, entropy: bytes) -> None:
    made = make_id(kind, entropy)  # type: ignore[arg-type]

    assert ID.fullmatch(made)
    number = 0
    for char in made.rpartition("-")[2]:
        number = number * 32 + ALPHABET.index(char)
    assert number.to_bytes(5, "big") == entropy


@laws
@given(crowds)
def test_a_short_id_names_the_one_it_was_made_from(ids: list[str]) -> None:
    short = shorten_ids(ids)

    assert set(short) == set(ids)
    assert len(set(short.values())) == len(ids)
    for whole, form in short.items():
        assert resolve_id(form, ids) == whole
        assert len(form.rpartition("-")[2]) >= 4


@laws
@given(crowds, st.text("0a-", max_size=9) | st.builds("{}-{}".format, heads, st.text("0a")))
def test_what_resolves_is_the_only_match(ids: list[str], given_text: str) -> None:
    exact = [i for i in ids if i == given_text]
    matches = exact or [
        i for i in ids if given_text and (i.startswith(given_text) or i[4:].startswith(given_text))
    ]
    try:
        assert [resolve_id(given_text, ids)] == matches
    except UnknownItem as error:
        assert len(matches) != 1
        assert all(m in str(error) for m in sorted(matches)[:10])


def test_case_and_blanks_around_do_not_matter() -> None:
    assert resolve_id(" DEC-7K3M ", ["dec-7k3m9qzt", "fac-7k3m9qzt"]) == "dec-7k3m9qzt"


def test_an_ambiguous_id_lists_what_it_could_be() -> None:
    with pytest.raises(UnknownItem, match="ambiguous") as caught:
        resolve_id("7k3", ["dec-7k3m9qzt", "fac-7k300000", "got-00000000"])

    assert "dec-7k3m9qzt" in str(caught.value)
    assert "fac-7k300000" in str(caught.value)
    assert "got-00000000" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "  ", "dec-9", "k3m9", "7k3m9qzt0"])
def test_what_names_nothing_is_said_so(text: str) -> None:
    with pytest.raises(UnknownItem, match="No item"):
        resolve_id(text, ["dec-7k3m9qzt"])


def test_a_long_list_of_matches_is_cut() -> None:
    with pytest.raises(UnknownItem, match="and 5 more"):
        resolve_id("dec", [f"dec-000000{n:02d}" for n in range(15)])


@laws
@given(st.text())
def test_a_file_name_is_safe_on_every_system(statement: str) -> None:
    name = file_name("con-00000000", statement)

    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*-00000000\.yaml", name)
    assert len(name) <= 60
    assert name.partition(".")[0] not in ("con", "nul", "aux", "prn")


@pytest.mark.parametrize(
    ("statement", "slug"),
    [
        ("Use the leaky bucket algorithm.", "leaky-bucket-algorithm"),
        ("Never use it", "never-use-it"),
        ("../../etc/passwd", "etc-passwd"),
        ("Größe — naïve café", "groe-naive-cafe"),
        ("日本語だけ", "item"),
        ("CON", "con"),
        ("x" * 60, "item"),
        ("", "item"),
    ],
)
def test_a_slug_is_made_of_the_words_that_say_something(statement: str, slug: str) -> None:
    assert slugify(statement) == slug
