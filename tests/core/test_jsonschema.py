"""The schemas for editors say what kn says: nothing more, nothing less."""

from __future__ import annotations

import datetime
import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.strategies import ORDINARY, SCHEMA, items, laws

from kn.core.codec import decode, encode, plain_fields
from kn.core.jsonschema import schema_files
from kn.core.model import Item

FILES = schema_files(SCHEMA)
SCHEMAS: dict[str, Any] = {name.removesuffix(".json"): json.loads(r) for name, r in FILES.items()}
WORDS = {
    "type", "properties", "required", "additionalProperties", "items", "pattern", "enum", "const",
    "minimum", "maxLength", "maxItems", "format", "description", "title", "$schema",
}  # fmt: skip
"""The words of JSON Schema that `_accepts` understands; a new one must be added there."""
TYPES = {"object": dict, "array": list, "string": str, "integer": int}


def _accepts(schema: Any, value: Any) -> bool:
    assert set(schema) <= WORDS, set(schema) - WORDS
    if "const" in schema and value != schema["const"]:
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    if "type" in schema and not isinstance(value, TYPES[schema["type"]]):
        return False
    match value:
        case str():
            sound = schema.get("format") != "date" or _is_date(value)
            return (
                sound
                and len(value) <= schema.get("maxLength", len(value))
                and bool(re.search(schema.get("pattern", ""), value))
            )
        case int():
            return bool(value >= schema.get("minimum", value))
        case list():
            inner = schema.get("items", {})
            return len(value) <= schema.get("maxItems", len(value)) and all(
                _accepts(inner, v) for v in value
            )
    return _accepts_object(schema, value)


def _accepts_object(schema: Any, value: dict[str, Any]) -> bool:
    named = schema.get("properties", {})
    others = schema.get("additionalProperties", True)
    for name, inner in value.items():
        if name in named:
            if not _accepts(named[name], inner):
                return False
        elif others is False or (others is not True and not _accepts(others, inner)):
            return False
    return all(name in value for name in schema.get("required", ()))


def _is_date(text: str) -> bool:
    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _kn_accepts(plain: dict[str, Any]) -> bool:
    """Without a word: an unknown field is a warning of kn's, and an editor underlines it."""
    raw = json.dumps(plain, ensure_ascii=False).encode()  # JSON is YAML
    item, faults = decode(raw, SCHEMA)
    return item is not None and not faults


@laws
@given(items(unknown=False))
def test_what_kn_writes_is_accepted(item: Item) -> None:
    assert _accepts(SCHEMAS[item.kind], plain_fields(item, SCHEMA))


WRONG: tuple[Any, ...] = (
    "", " ", "word", [], ["word"], [[]], [{}], {}, {"a": "b"}, "2026-05-18", "2026-02-30",
    "20260518", "dec-7k3m9qzt", "dec-ILOU0000", ["dec-7k3m9qzt"], ["dec-"], "accepted", "fact",
    [{"option": "x"}], [{"option": ""}], [{"because": "x"}], [{"option": "x", "y": "z"}],
    {"paths": ["a"]}, {"paths": ["../a"]}, {"paths": ["a/.."]}, {"paths": ["a..b"]}, {"tags": "x"},
    [{"commit": "x"}], [{"source_tokens": 3}], [{"source_tokens": -3}], [{"quote": ["x"]}],
    {"on": "2026-05-18"}, {"on": "soon"}, {"anchors": {"a": "1234567"}},
    {"on": "2026-05-18", "anchors": {"a": "abcdef0"}}, {"on": "2026-05-18", "anchors": {"a": "x"}},
    "x" * 1_001, "x" * 65_537, ["x"] * 201, ["x" * 1_001],
)  # fmt: skip


@pytest.mark.parametrize("kind", list(SCHEMA.kinds))
def test_any_field_with_any_value_is_judged_alike(kind: str) -> None:
    base = {
        "id": f"{SCHEMA.kinds[kind].prefix}-7k3m9qzt", "kind": kind, "statement": "S",
        "status": "accepted", "recorded": "2026-05-18", "alarm": "A",
    }  # fmt: skip
    if kind != "runbook":
        del base["alarm"]
    assert _accepts(SCHEMAS[kind], base)
    assert _kn_accepts(base)

    for name in [f.name for f in SCHEMA.fields_of(kind)] + ["becuase", "instead"]:
        for value in WRONG:
            plain = {**base, name: value}
            assert _accepts(SCHEMAS[kind], plain) == _kn_accepts(plain), (name, value)


@laws
@given(items(unknown=False), st.data())
def test_an_item_that_lost_a_field_is_judged_alike(item: Item, data: st.DataObject) -> None:
    plain = plain_fields(item, SCHEMA)
    del plain[data.draw(st.sampled_from([n for n in plain if n != "kind"]))]

    assert _accepts(SCHEMAS[item.kind], plain) == _kn_accepts(plain)


def test_there_is_one_file_a_kind_in_a_form_that_does_not_wander() -> None:
    assert set(FILES) == {f"{kind}.json" for kind in SCHEMA.kinds}
    for name, raw in FILES.items():
        text = json.dumps(json.loads(raw), indent=2, ensure_ascii=False) + "\n"
        assert raw == text.encode()
        assert json.loads(raw)["$schema"] == "http://json-schema.org/draft-07/schema#"
        assert schema_files(SCHEMA)[name] == raw


def test_every_field_is_explained_in_the_order_in_which_it_is_written() -> None:
    for kind, schema in SCHEMAS.items():
        fields = SCHEMA.fields_of(kind)
        assert list(schema["properties"]) == [f.name for f in fields]
        assert [p["description"] for p in schema["properties"].values()] == [f.doc for f in fields]
        assert schema["required"] == [f.name for f in fields if f.required]


def test_the_checker_of_these_tests_refuses() -> None:
    plain = plain_fields(ORDINARY, SCHEMA)

    assert encode(ORDINARY, SCHEMA)
    assert _accepts(SCHEMAS["decision"], plain)
    assert not _accepts(SCHEMAS["fact"], plain)
