"""Random items and texts: nasty on purpose, in the form that reading leaves them in."""

from __future__ import annotations

import datetime
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from kn.core.codec import MOST
from kn.core.ids import ALPHABET, make_id
from kn.core.model import STATUSES, Evidence, Item, Rejected, Scope, Verified
from kn.core.schema import Field, Kind, Schema, extend_schema

laws = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""Items are slow to make up; and a busy machine is no reason to fail."""

TEAM_KIND = b"""\
kind: runbook
prefix: run
folder: runbooks
doc: What to do when an alarm goes off.
fields:
  alarm: {shape: line, required: "true", doc: Its name.}
  steps: lines
  story: {shape: text}
  drilled: {shape: date}
"""
SCHEMA: Schema = extend_schema({"runbook.yaml": TEAM_KIND})[0]

NASTY = (
    "no", "on", "~", "null", "true", "010", "0x1f", "-0b1", "1_000", "1e3", ".5", "12:30:00", "<<",
    "2026-05-18", "2026-05-18 10:00", "=", "?", "?x", "src/?.py", "- x", "-x", "a: b", "a #b", "#x",
    "a:", ": a", "'x'", '"x', "\\", "\\n", "&a", "*a", "!x", "|", ">", "%x", "@x", "`x`", "[x",
    "x]", "{x", "x}", ",x", "---", "...", "--- x", "\u00e9", "e\u0301", "\U0001f600", "\u2028",
    "\u200b", "\u202e", "\ufeff", "\u00a0x", "\u3000", "</kn-context>", "<|im_start|>", "```",
    "\U000e0041",
)  # fmt: skip
"""Texts that some reader of YAML takes for something else, or that pose as what they are not."""

_REFUSED = "".join(map(chr, (*range(9), *range(0xB, 0x20), *range(0x7F, 0xA0), 0xFFFE, 0xFFFF)))
chars = st.characters(exclude_categories=["Cs"], exclude_characters=_REFUSED)
words = st.sampled_from(NASTY) | st.text(chars, min_size=1, max_size=12)


def read_line(text: str) -> str:
    """What reading makes of a line (`kn.core.codec`)."""
    return " ".join(text.split())


def read_text(text: str) -> str:
    """What reading makes of a text (`kn.core.codec`)."""
    rows = [row.rstrip() for row in text.split("\n")]
    while rows and not rows[-1]:
        rows.pop()
    while rows and not rows[0]:
        rows.pop(0)
    return "\n".join(rows) if len(rows) > 1 else "".join(rows).strip()


lines = st.lists(words, min_size=1, max_size=6).map(" ".join).map(read_line).filter(bool)
short = words.map(read_line).filter(bool)
texts = st.lists(lines | st.just("") | lines.map("  {}".format), max_size=5).map(
    lambda rows: read_text("\n".join(rows))
)
dates = st.dates(datetime.date(1, 1, 1)).map(datetime.date.isoformat)
ids = st.builds(
    make_id, st.sampled_from(list(SCHEMA.kinds.values())), st.binary(min_size=5, max_size=5)
)
blobs = st.text("0123456789abcdef", min_size=7, max_size=64)


def tuples(of: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(of, max_size=3).map(tuple)


id_lists = st.lists(ids, max_size=3, unique=True).map(tuple)
rejections = tuples(st.builds(Rejected, lines, lines | st.just("")))
scopes = st.builds(Scope, tuples(lines.filter(lambda p: ".." not in p)), tuples(lines))
evidences = tuples(
    st.builds(
        Evidence, lines, short, short, blobs, texts,
        st.none() | st.integers(0, 10**12 - 1),
    )
)  # fmt: skip
verifications = st.builds(Verified, dates, st.dictionaries(short, blobs, max_size=3))

unknown_values: st.SearchStrategy[Any] = st.recursive(
    words.filter(lambda t: "\n" not in t) | texts,
    lambda inner: (
        st.lists(inner | st.none(), max_size=3)
        | st.dictionaries(short, inner | st.none(), max_size=3)
    ),
    max_leaves=6,
)


def values(field: Field) -> st.SearchStrategy[Any]:
    """Values of a field, not empty unless it may be."""
    match field.shape:
        case "line":
            return lines
        case "lines":
            return tuples(lines)
        case "text":
            return texts.filter(bool)
        case "date":
            return dates
        case "choice":
            return st.sampled_from(field.choices)
        case "ids":
            return id_lists
        case "rejected":
            return rejections
        case "scope":
            return scopes
        case "evidence":
            return evidences
        case "verified":
            return verifications
    raise AssertionError(f"nobody makes values of the shape {field.shape}")


@st.composite
def items(draw: st.DrawFn, kinds: tuple[str, ...] = (), *, unknown: bool = True) -> Item:
    """An item of any kind, with any of the fields that the kind has, and some nobody knows."""
    kind: Kind = SCHEMA.kinds[draw(st.sampled_from(kinds or tuple(SCHEMA.kinds)))]
    given: dict[str, Any] = {}
    own: dict[str, Any] = {}
    for field in SCHEMA.fields_of(kind.name):
        if field.name in ("id", "kind") or not (field.required or draw(st.booleans())):
            continue
        value = draw(values(field))
        if value in ((), Scope()):
            continue
        (given if field.name in Item.__slots__ else own)[field.name] = value
    if unknown:
        names = st.text("abcdefgh_", min_size=1, max_size=6).map("x_{}".format) | st.just("a b")
        own |= draw(st.dictionaries(names, unknown_values, max_size=2))
    tail = draw(st.text(ALPHABET, min_size=8, max_size=8))
    return Item(id=f"{kind.prefix}-{tail}", kind=kind.name, **given, own=own)


ORDINARY = Item(
    id="dec-7k3m9qzt",
    kind="decision",
    statement="Use a leaky bucket for rate limiting at the API gateway.",
    status="accepted",
    recorded="2026-05-18",
    because="It shapes traffic smoothly; token-bucket bursts overran the payment API.",
    rejected=(Rejected("token bucket", "allows bursts"),),
    scope=Scope(("src/gateway/**",), ("rate-limiting", "api-gateway")),
)

assert set(STATUSES) == {"proposed", "accepted", "superseded", "retired"}
assert MOST["line"] == 1_000, "the strategies stay far below it"
