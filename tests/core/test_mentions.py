"""Which items a text names, and whom a name stands for."""

from __future__ import annotations

from kn.core.mentions import MOST, find_names, names_of, resolve_names

FOLDER = "docs/adr"


def _leads(*texts: tuple[str, str, str]) -> dict[str, tuple[str, ...]]:
    """Of (id, document, text)."""
    named = {i: find_names(text, document.rpartition("/")[0]) for i, document, text in texts}
    return resolve_names(named, [(i, names_of(i, document)) for i, document, _ in texts])


def test_a_text_names_an_item_by_id_by_file_and_by_number() -> None:
    old = ("dec-00000001", f"{FOLDER}/0007-limits.md", "")

    for text in (
        "see dec-00000001",
        "as [decided](0007-limits.md#why)",
        "as in ADR-007.",
        "as in adr 7",
        "ADRs 3, 4 and 7",
        "ADR-003/007",
    ):
        leads = _leads(old, ("dec-00000002", f"{FOLDER}/0009-x.md", text))
        assert leads["dec-00000002"] == ("dec-00000001",), text


def test_what_only_looks_like_a_name_is_none() -> None:
    old = ("dec-00000001", f"{FOLDER}/0007-limits.md", "")

    for text in (
        "7 retries",
        "port 0007",
        "ADR-70",
        "ADR-7th",
        "dec-000000011",
        "my-0007-limits.md",
    ):
        leads = _leads(old, ("dec-00000002", f"{FOLDER}/0009-x.md", text))
        assert leads["dec-00000002"] == (), text


def test_a_number_is_that_of_a_record_in_the_same_folder() -> None:
    here = ("dec-00000001", "a/adr/0007-limits.md", "")
    there = ("dec-00000002", "b/adr/0007-colours.md", "")

    leads = _leads(here, there, ("dec-00000003", "b/adr/0009-x.md", "ADR 7"))

    assert leads["dec-00000003"] == ("dec-00000002",)


def test_a_name_of_two_items_is_nobodys() -> None:
    one = ("dec-00000001", f"{FOLDER}/0007-limits.md", "")
    two = ("dec-00000002", f"{FOLDER}/0007-colours.md", "")

    leads = _leads(one, two, ("dec-00000003", f"{FOLDER}/0009-x.md", "ADR 7, 0007-limits.md"))

    assert leads["dec-00000003"] == ("dec-00000001",)


def test_no_item_names_itself_and_none_is_named_by_a_readme() -> None:
    leads = _leads(
        ("dec-00000001", "docs/README.md", "ADR-1, dec-00000001"),
        ("dec-00000002", f"{FOLDER}/0001-x.md", "ADR-1 is this; see README.md"),
    )

    assert leads == {"dec-00000001": (), "dec-00000002": ()}


def test_a_list_of_everything_is_cut() -> None:
    assert len(find_names(" ".join(f"ADR-{n}" for n in range(1, 500)), FOLDER)) == MOST
