"""Item bytes <-> `Item`: the door at which everything is checked once.

Reading reports every problem of a file at once, each with line, field and what would be right.
Writing gives the canonical form: `decode(encode(item))` is `item`, and encoding what was decoded
from canonical bytes gives the same bytes.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kn.core.model import Evidence, Item, Rejected, Scope, Verified
from kn.core.schema import ID, Field, Schema
from kn.core.yaml.canonical import read_canonical
from kn.core.yaml.loaded import Fault, Loaded, Place, show_place

MOST = {"line": 1_000, "text": 65_536, "lines": 200}
"""Longest line and text in characters, longest list; a guess: ten times what real items have."""

_CONTROL = "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]"
"""C0 (without tab and newline), C1, lone surrogates, noncharacters (hazards 7.1)."""
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SLOTS = frozenset(Item.__slots__)
_EVIDENCE = ("commit", "session", "document", "blob", "quote", "source_tokens")


def decode(raw: bytes, schema: Schema) -> tuple[Item | None, list[Fault]]:
    """Read an item file.

    Returns:
        The item, or None when a fault of severity `error` was found; and all faults. Unknown
        fields are a warning and are kept in `own`: a newer kn may have written them.
    """
    plain = read_canonical(raw)
    if plain is not None:
        item, faults = _decode(Loaded(plain, {}), schema)
        if not faults:
            return item, []
    from kn.core.yaml.read import read_yaml  # PyYAML: 8 ms

    return _decode(read_yaml(raw), schema)


def _decode(loaded: Loaded, schema: Schema) -> tuple[Item | None, list[Fault]]:
    faults = list(loaded.faults)
    if any(f.severity == "error" for f in faults):
        return None, faults
    if not isinstance(loaded.data, dict):
        said = "the file is empty" if loaded.data is None else "expected `field: value` lines"
        return None, [Fault(1, "", said)]
    reader = _Reader(loaded, faults)
    values = _read_fields(loaded, schema, reader)
    faults.sort(key=lambda f: f.line)
    if any(f.severity == "error" for f in faults):
        return None, faults
    known = schema.by_name(values["kind"]).keys() & _SLOTS
    own = {name: value for name, value in values.items() if name not in known}
    return Item(**{n: v for n, v in values.items() if n in known}, own=own), faults


def _read_fields(loaded: Loaded, schema: Schema, reader: _Reader) -> dict[str, Any]:
    data: dict[str, Any] = loaded.data
    kind = data.get("kind")
    if not isinstance(kind, str) or kind not in schema.kinds:
        reader.fault(("kind",), _unknown("kind", kind, list(schema.kinds)))
        return {}
    fields = schema.by_name(kind)
    values: dict[str, Any] = {}
    for name, value in data.items():
        if name not in fields:
            hint = _unknown("field", name, list(fields))
            reader.fault((name,), f"{hint}; it is kept", severity="warning")
            if value is not None:
                values[name] = _keep(value)
        elif value is not None:
            read = reader.read(fields[name], value)
            if read not in (None, "", (), Scope()):
                values[name] = read
    for field in fields.values():
        if field.required and field.name not in values and not reader.faulted(field.name):
            reader.fault((field.name,), f"is missing: {field.doc}")
    item_id, prefix = values.get("id"), schema.kinds[kind].prefix
    if item_id and item_id.rpartition("-")[0] != prefix:
        reader.fault(("id",), f"the id of a {kind} begins with `{prefix}-`")
    return values


def _keep(value: Any) -> Any:
    """A value nobody here understands; only the newline that ends a literal block goes."""
    match value:
        case str():
            return value.rstrip("\n") if "\n" in value else value
        case list():
            return [_keep(v) for v in value]
        case dict():
            return {name: _keep(v) for name, v in value.items()}
    return value


def _unknown(what: str, name: object, known: Sequence[str]) -> str:
    if name is None:
        return f"is missing: one of {', '.join(known)}"
    return f"unknown {what} {name!r}{_suggest(str(name), known)}"


def _suggest(text: str, known: Sequence[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(text, known, 1)
    return f"; did you mean {near[0]}?" if near else ""


class _Reader:
    """Turns the plain data of one file into values, and collects what is wrong."""

    def __init__(self, loaded: Loaded, faults: list[Fault]) -> None:
        self._lines = loaded.lines
        self._faults = faults

    def fault(self, place: Place, message: str, *, severity: str = "error") -> None:
        line = next(
            (self._lines[place[:n]] for n in range(len(place), -1, -1) if place[:n] in self._lines),
            1,
        )
        self._faults.append(Fault(line, show_place(place), message, severity))

    def faulted(self, name: str) -> bool:
        return any(re.split(r"[.\[]", f.place)[0] == name for f in self._faults)

    def read(self, field: Field, value: Any) -> Any:
        place: Place = (field.name,)
        match field.shape:
            case "id":
                return self._id(place, value)
            case "ids":
                return tuple(dict.fromkeys(self._list(place, value, self._id)))
            case "line":
                return self._line(place, value)
            case "lines":
                return self._list(place, value, self._line)
            case "text":
                return self._text(place, value)
            case "date":
                return self._date(place, value)
            case "choice":
                return self._choice(place, value, field.choices)
            case "rejected":
                return self._list(place, value, self._rejected)
            case "scope":
                return self._scope(place, value)
            case "evidence":
                return self._list(place, value, self._evidence)
            case "verified":
                return self._verified(place, value)

    def _raw_text(self, place: Place, value: Any, most: int) -> str | None:
        if not isinstance(value, str):
            found = "a list" if isinstance(value, list) else "a mapping" if value else "nothing"
            self.fault(place, f"expected a text, found {found}; put it into double quotes")
            return None
        if not value.isprintable() and re.search(_CONTROL, value):
            self.fault(place, "holds control characters; take them out")
            return None
        if len(value) > most:
            self.fault(place, f"has {len(value):,} characters; at most {most:,}")
            return None
        return value

    def _line(self, place: Place, value: Any) -> str | None:
        text = self._raw_text(place, value, MOST["line"])
        return None if text is None else " ".join(text.split())

    def _text(self, place: Place, value: Any) -> str | None:
        text = self._raw_text(place, value, MOST["text"])
        if text is None:
            return None
        rows = [row.rstrip() for row in text.split("\n")]
        while rows and not rows[-1]:
            rows.pop()
        while rows and not rows[0]:
            rows.pop(0)
        return "\n".join(rows) if len(rows) > 1 else "".join(rows).strip()

    def _id(self, place: Place, value: Any) -> str | None:
        text = self._line(place, value)
        if text is not None and not ID.fullmatch(text):
            self.fault(place, f"{text!r} is no id; an id looks like dec-7k3m9qzt")
            return None
        return text

    def _date(self, place: Place, value: Any) -> str | None:
        text = self._line(place, value)
        if text is None:
            return None
        if _DATE.fullmatch(text):  # fromisoformat alone also takes 20260518 and 2026-W21-1
            try:
                return datetime.date.fromisoformat(text).isoformat()
            except ValueError:
                pass
        self.fault(place, f"{text!r} is no date; write it as 2026-05-18")
        return None

    def _choice(self, place: Place, value: Any, choices: tuple[str, ...]) -> str | None:
        text = self._line(place, value)
        if text is not None and choices and text not in choices:
            hint = _suggest(text, choices)
            self.fault(place, f"{text!r} is not one of {', '.join(choices)}{hint}")
            return None
        return text

    def _list(self, place: Place, value: Any, read: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            shown = f"[{value}]" if isinstance(value, str) and value else "- a list"
            self.fault(place, f"expected a list; write {shown}")
            return ()
        if len(value) > MOST["lines"]:
            self.fault(place, f"has {len(value)} entries; at most {MOST['lines']}")
            return ()
        found = [read((*place, i), entry) for i, entry in enumerate(value)]
        return tuple(entry for entry in found if entry not in (None, ""))

    def _mapping(self, place: Place, value: Any, names: Sequence[str]) -> Iterator[tuple[str, Any]]:
        if not isinstance(value, dict):
            self.fault(place, f"expected a mapping of {', '.join(names)}")
            return
        for name, inner in value.items():
            if name not in names:
                self.fault((*place, name), _unknown("field", name, names))
            elif inner is not None:
                yield name, inner

    def _rejected(self, place: Place, value: Any) -> Rejected | None:
        parts = {}
        for name, inner in self._mapping(place, value, ("option", "because")):
            parts[name] = self._line((*place, name), inner) or ""
        if isinstance(value, dict) and not parts.get("option"):
            self.fault((*place, "option"), "is missing: what was not taken")
            return None
        return Rejected(**parts) if parts else None

    def _scope(self, place: Place, value: Any) -> Scope:
        parts = {}
        for name, inner in self._mapping(place, value, ("paths", "tags")):
            parts[name] = self._list((*place, name), inner, self._line)
        for at, path in enumerate(parts.get("paths", ())):
            if ".." in path.split("/"):
                self.fault((*place, "paths", at), "leads out of the repository")
        return Scope(**parts)

    def _evidence(self, place: Place, value: Any) -> Evidence | None:
        parts: dict[str, Any] = {}
        for name, inner in self._mapping(place, value, _EVIDENCE):
            if name == "source_tokens":
                if isinstance(inner, str) and re.fullmatch(r"[0-9]{1,12}", inner):
                    parts[name] = int(inner)
                else:
                    self.fault((*place, name), "expected a whole number of tokens")
            elif name == "quote":
                parts[name] = self._text((*place, name), inner) or ""
            else:
                parts[name] = self._line((*place, name), inner) or ""
        return Evidence(**parts) if parts else None

    def _verified(self, place: Place, value: Any) -> Verified | None:
        anchors: dict[str, str] = {}
        on = None
        for name, inner in self._mapping(place, value, ("on", "anchors")):
            if name == "on":
                on = self._date((*place, "on"), inner)
            elif isinstance(inner, dict):
                for path, blob in inner.items():
                    read = self._line((*place, "anchors", path), blob)
                    if read and re.fullmatch(r"[0-9a-f]{7,64}", read):
                        anchors[path] = read
                    else:
                        self.fault((*place, "anchors", path), "expected a git blob id")
            else:
                self.fault((*place, "anchors"), "expected {path: blob id}")
        if on is None:
            if isinstance(value, dict) and not self.faulted("verified"):
                self.fault((*place, "on"), "is missing: the day it was verified")
            return None
        return Verified(on, anchors)


def plain_fields(item: Item, schema: Schema) -> dict[str, Any]:
    """The item as texts, lists and mappings, in canonical order, without what is empty.

    This is what YAML files and `--json` have in common.
    """
    plain: dict[str, Any] = {}
    fields = schema.fields_of(item.kind)
    for field in fields:
        value = (
            getattr(item, field.name) if field.name in Item.__slots__ else item.own.get(field.name)
        )
        shown = _plain(value)
        if shown not in (None, "", [], {}):
            plain[field.name] = shown
    known = {field.name for field in fields}
    for name, value in item.own.items():
        if name not in known and value is not None:
            plain[name] = _plain(value)
    return plain


def _plain(value: Any) -> Any:
    match value:
        case Rejected(option, because):
            return {"option": option, "because": because} if because else {"option": option}
        case Scope() | Evidence():
            return value.to_json()
        case Verified(on, anchors):
            return {"on": on, "anchors": dict(anchors)} if anchors else {"on": on}
        case tuple() | list():
            return [_plain(v) for v in value]
        case Mapping():
            return {k: _plain(v) for k, v in value.items()}
    return value


def encode(item: Item, schema: Schema) -> bytes:
    """The canonical form of an item file."""
    from kn.core.yaml.write import write_field  # a context never writes

    fields = plain_fields(item, schema)
    return "".join(write_field(n, v) for n, v in fields.items()).encode("utf-8")
