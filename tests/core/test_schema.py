"""A team's own kinds: what is sound is taken, what is not is told, all at once."""

from __future__ import annotations

import pytest

from kn.core.model import Item
from kn.core.schema import BUILT_IN, FIELDS, ID, Kind, default_schema, extend_schema

RUNBOOK = "kind: runbook\nprefix: run\nfolder: runbooks\ndoc: What to do.\n"


def _extend(text: str) -> tuple[Kind | None, list[tuple[int, str]]]:
    schema, faults = extend_schema({"kinds/x.yaml": text.encode()})
    new = [k for name, k in schema.kinds.items() if name not in default_schema().kinds]
    return (new[0] if new else None), [(f.line, f.place) for f in faults.get("kinds/x.yaml", [])]


def test_the_built_in_kinds_are_the_agreed_ones() -> None:
    assert [(k.name, k.prefix, k.folder) for k in BUILT_IN] == [
        ("decision", "dec", "decisions"),
        ("convention", "con", "conventions"),
        ("gotcha", "got", "gotchas"),
        ("incident", "inc", "incidents"),
        ("owner", "own", "owners"),
        ("fact", "fac", "facts"),
    ]


def test_every_shared_field_is_a_slot_of_the_item_and_every_field_is_explained() -> None:
    assert {f.name for f in FIELDS if not f.kinds} <= set(Item.__slots__)
    assert all(f.doc.endswith(".") for f in FIELDS)
    assert {k for f in FIELDS for k in f.kinds} <= {k.name for k in BUILT_IN}
    assert [f.name for f in FIELDS if f.required] == [
        "id",
        "kind",
        "statement",
        "status",
        "recorded",
    ]


def test_a_sound_kind_is_taken_with_its_fields() -> None:
    kind, faults = _extend(
        RUNBOOK
        + 'fields:\n  alarm: {shape: line, required: "true", doc: Its name.}\n  steps: lines\n'
    )

    assert faults == []
    assert kind is not None
    assert (kind.name, kind.prefix, kind.folder, kind.doc) == (
        "runbook", "run", "runbooks", "What to do.",
    )  # fmt: skip
    assert [(f.name, f.shape, f.required, f.doc) for f in kind.own] == [
        ("alarm", "line", True, "Its name."),
        ("steps", "lines", False, ""),
    ]


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("", [(1, "")]),
        ("- a\n", [(1, "")]),
        ("kind: [\n", [(2, "")]),
        ("kind: runbook\n", [(1, "prefix"), (1, "folder"), (1, "doc")]),
        (RUNBOOK.replace("runbook\n", "Run Book\n"), [(1, "kind")]),
        (RUNBOOK.replace("run\n", "r\n"), [(2, "prefix")]),
        (RUNBOOK.replace("runbooks", "../etc"), [(3, "folder")]),
        (RUNBOOK + "hook: rm\n", [(5, "hook")]),
        (RUNBOOK + "fields: [a]\n", [(5, "fields")]),
        (RUNBOOK + "fields:\n  a: id\n", [(6, "fields.a")]),
        (RUNBOOK + "fields:\n  a: {shape: scope}\n", [(6, "fields.a")]),
        (RUNBOOK + "fields:\n  a:\n", [(6, "fields.a")]),
        (RUNBOOK + "fields:\n  statement: line\n  rejected: line\n  A b: text\n",
         [(6, "fields.statement"), (7, "fields.rejected"), (8, "fields.A b")]),
        (RUNBOOK.replace("kind: runbook", "kind: fact"), [(1, "kind")]),
        (RUNBOOK.replace("prefix: run", "prefix: dec"), [(1, "prefix")]),
        (RUNBOOK.replace("folder: runbooks", "folder: facts"), [(1, "folder")]),
    ],
)  # fmt: skip
def test_an_unsound_kind_is_refused_with_every_fault(
    text: str, faults: list[tuple[int, str]]
) -> None:
    assert _extend(text) == (None, faults)


def test_of_two_files_that_clash_the_first_is_taken_whatever_the_order() -> None:
    files = {"b.yaml": RUNBOOK.encode(), "a.yaml": RUNBOOK.encode()}

    schema, faults = extend_schema(files)

    assert "runbook" in schema.kinds
    assert list(faults) == ["b.yaml"]
    assert extend_schema(dict(reversed(files.items()))) == (schema, faults)


@pytest.mark.parametrize("folder", ["schema", "kinds"])
def test_kn_s_own_folders_are_nobody_s(folder: str) -> None:
    assert _extend(RUNBOOK.replace("runbooks", folder)) == (None, [(1, "folder")])


def test_a_folder_names_its_kind() -> None:
    schema = default_schema()

    assert schema.kind_of_folder("facts") is schema.kinds["fact"]
    assert schema.kind_of_folder("schema") is None


def test_the_id_s_letters_are_those_that_nobody_mixes_up() -> None:
    assert ID.fullmatch("dec-0123456z")
    for wrong in ("dec-0123456i", "dec-0123456l", "dec-0123456o", "dec-0123456u", "DEC-01234567",
                  "dec-0123456", "dec-012345678", "d-01234567", "-01234567"):  # fmt: skip
        assert not ID.fullmatch(wrong)
