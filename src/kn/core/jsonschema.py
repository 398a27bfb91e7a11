"""JSON Schema (draft-07, the safest for editors' YAML servers), made from the field table."""

from __future__ import annotations

import json
from typing import Any

from kn.core.codec import MOST
from kn.core.schema import ID, ID_TAIL, Field, Kind, Schema

_DATE = {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
_TEXT = {"type": "string", "maxLength": MOST["text"]}
_LINE = {"type": "string", "maxLength": MOST["line"]}
_SAID = {**_LINE, "pattern": "\\S"}
_PATH = {**_LINE, "pattern": "^(?!(.*/)?\\.\\.(/|$))"}
_BLOB = {"type": "string", "pattern": "^[0-9a-f]{7,64}$"}


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
    match field.shape:
        case "id":
            return {"type": "string", "pattern": f"^{kind.prefix}-{ID_TAIL}$"}
        case "ids":
            return _list({"type": "string", "pattern": f"^{ID.pattern}$"})
        case "date":
            return dict(_DATE)
        case "lines":
            return _list(_LINE)
        case "line":
            return dict(_SAID if field.required else _LINE)
        case "choice":
            return {"const": kind.name} if field.name == "kind" else {"enum": list(field.choices)}
        case "rejected":
            return _list(_object({"option": _SAID, "because": _LINE}, ["option"]))
        case "scope":
            return _object({"paths": _list(_PATH), "tags": _list(_LINE)}, [])
        case "evidence":
            names = ("commit", "session", "document", "blob")
            whole = {"source_tokens": {"type": "integer", "minimum": 0}}
            return _list(_object({**{n: _LINE for n in names}, "quote": _TEXT, **whole}, []))
        case "verified":
            anchors = {"type": "object", "additionalProperties": _BLOB}
            return _object({"on": _DATE, "anchors": anchors}, ["on"])
    return {**_TEXT, "pattern": "\\S"} if field.required else dict(_TEXT)


def _object(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    shape = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**shape, "required": required} if required else shape


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "maxItems": MOST["lines"], "items": items}
