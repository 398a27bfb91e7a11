"""JSON Schema (draft-07, the safest for editors' YAML servers), made from the field table."""

from __future__ import annotations

import json
from typing import Any

from kn.core.schema import ID, Field, Kind, Schema

_DATE = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
_TEXT = {"type": "string"}
_LIST = {"type": "array", "items": {"type": "string"}}


def schema_files(schema: Schema) -> dict[str, bytes]:
    """File name -> content of `.knowledge/schema/`, one file a kind."""
    return {
        f"{kind.name}.json": (
            json.dumps(_schema_of(kind, schema), indent=2, ensure_ascii=False) + "\n"
        ).encode("utf-8")
        for kind in schema.kinds.values()
    }


def _schema_of(kind: Kind, schema: Schema) -> dict[str, Any]:
    fields = schema.fields_of(kind.name)
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": f"kn {kind.name}",
        "description": kind.doc,
        "type": "object",
        "properties": {f.name: {**_shape_of(f, kind), "description": f.doc} for f in fields},
        "required": [f.name for f in fields if f.required],
        "additionalProperties": False,
    }


def _shape_of(field: Field, kind: Kind) -> dict[str, Any]:
    id_shape = {"type": "string", "pattern": f"^{ID.pattern}$"}
    match field.shape:
        case "id":
            return {"type": "string", "pattern": f"^{kind.prefix}-{ID.pattern.partition('-')[2]}$"}
        case "ids":
            return {"type": "array", "items": id_shape, "uniqueItems": True}
        case "date":
            return dict(_DATE)
        case "lines":
            return dict(_LIST)
        case "choice":
            return {"const": kind.name} if field.name == "kind" else {"enum": list(field.choices)}
        case "rejected":
            return _list_of({"option": _TEXT, "because": _TEXT}, ["option"])
        case "scope":
            return _object({"paths": _LIST, "tags": _LIST}, [])
        case "evidence":
            names = ("commit", "session", "document", "blob", "quote")
            whole = {"source_tokens": {"type": "integer", "minimum": 0}}
            return _list_of({**{n: _TEXT for n in names}, **whole}, [])
        case "verified":
            anchors = {"type": "object", "additionalProperties": _TEXT}
            return _object({"on": _DATE, "anchors": anchors}, ["on"])
    return dict(_TEXT)


def _object(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    shape = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**shape, "required": required} if required else shape


def _list_of(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {"type": "array", "items": _object(properties, required)}
