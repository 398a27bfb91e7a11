"""Composing an item in the editor or from YAML: template, draft kept on failure, abort."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kn.adapters import files
from kn.adapters.editor import edit_file
from kn.core.codec import decode, plain_fields
from kn.core.model import Item
from kn.core.schema import Field, Kind
from kn.core.yaml.read import read_yaml
from kn.core.yaml.splice import rewrite
from kn.core.yaml.write import write_field
from kn.errors import BadItem, KnError
from kn.flows import record
from kn.flows.knowledge import Knowledge
from kn.flows.record import Recorded
from kn.flows.redaction import make_redact, refuse_secrets
from kn.flows.views.view import Row, fault_lines

_BY_KN = ("id", "kind", "status", "recorded", "superseded_by", "verified", "evidence")
_LATER = ("retired_because", "relates", "deciders", "valid_until", "review_after")


def read_fields(raw: bytes) -> dict[str, Any]:
    """The fields of an item that somebody wrote as YAML, unchecked but for the syntax.

    Raises:
        BadItem: It is no YAML mapping.
    """
    loaded = read_yaml(raw)
    errors = [
        f"line {f.line}: {f.place + ': ' if f.place else ''}{f.message}"
        for f in loaded.faults
        if f.severity == "error"
    ]
    if errors or not isinstance(loaded.data, dict):
        raise BadItem(errors or ["line 1: expected `field: value` lines"])
    return {name: value for name, value in loaded.data.items() if value is not None}


def compose_item(knowledge: Knowledge, kind: str, fields: Mapping[str, Any]) -> Item:
    """Let the user write an item in the editor.

    As with `git commit`, an unchanged template or one without a statement aborts. What was
    written is kept in `.git/kn/drafts/` when it cannot be used.

    Raises:
        KnError: It was aborted, or is unusable; the message says where the draft is.
    """
    chosen = knowledge.kind(kind)
    if knowledge.in_agent:
        raise KnError(
            "An agent runs kn, so no editor opens.", hint="Give the statement as an argument."
        )
    template = make_template(knowledge, chosen, fields)
    draft = _draft_path(knowledge, kind)
    files.write_atomic(draft, template, mode=0o600)
    try:
        edit_file(knowledge.repo, draft, os.environ)
        given = _read_draft(draft, template, abort=not fields.get("statement"))
        refuse_secrets(knowledge, os.environ, files.read_regular(draft).decode("utf-8", "replace"))
        item = record.draft_item(knowledge, kind, record.resolve_links(knowledge, given))
    except KnError as error:
        keep_text(knowledge, draft, template, error)
        raise
    draft.unlink()
    return item


def _read_draft(draft: Path, template: bytes, *, abort: bool) -> dict[str, Any]:
    """The fields that were written; `abort` says that an unchanged template is none."""
    written = files.read_regular(draft)
    if abort and written == template:
        raise KnError("Aborted: the template was not changed.")
    given = read_fields(written)
    if not given.get("statement"):
        draft.unlink()
        raise KnError("Aborted: there is no statement.")
    return given


def keep_text(knowledge: Knowledge, draft: Path, before: bytes, error: KnError) -> None:
    """Say where the user's text is, or take the draft away when nobody wrote anything.

    What looks like a secret is taken out of it: drafts lie there until somebody looks.
    """
    try:
        written = files.read_regular(draft)
    except (FileNotFoundError, KnError):
        return
    if written == before:
        draft.unlink()
        return
    text = written.decode("utf-8", "surrogateescape")
    kept = make_redact(knowledge, os.environ)(text)
    if kept != text:
        files.write_atomic(draft, kept.encode("utf-8", "surrogateescape"), mode=0o600)
    note = f"Your text is kept{'' if kept == text else ', without the secret,'} in {draft}."
    error.hint = " ".join(filter(None, (error.hint, note)))


def _draft_path(knowledge: Knowledge, kind: str) -> Path:
    folder = knowledge.state / "drafts"
    files.make_private_folder(folder)
    return folder / f"{kind}-{os.getpid():x}-{os.urandom(3).hex()}.yaml"


def make_template(knowledge: Knowledge, kind: Kind, fields: Mapping[str, Any]) -> bytes:
    """What the editor opens with: the fields of the kind, the optional ones as comments."""
    rows = [f"# A new {kind.name}. {kind.doc}", "# Lines that begin with # are not kept."]
    rows += ["# Leave the statement empty to abort.", ""]
    for field in knowledge.schema.fields_of(kind.name):
        if field.name in fields:
            rows += [f"# {field.doc}", write_field(field.name, fields[field.name]).rstrip("\n")]
        elif field.name == "statement" or (field.required and field.name not in _BY_KN):
            rows += [f"# {field.doc}", f"{field.name}: "]
        elif field.name not in (*_BY_KN, *_LATER):
            rows += [f"# {field.doc}", f"# {_example(field)}"]
    return ("\n".join(rows) + "\n").encode("utf-8")


def _example(field: Field) -> str:
    match field.shape:
        case "ids":
            return f"{field.name}: [ID]"
        case "lines":
            return f"{field.name}: [ONE, TWO]"
        case "date":
            return f"{field.name}: 2026-05-18"
        case "scope":
            return f"{field.name}: {{paths: [src/part/**], tags: [WORD]}}"
        case "rejected":
            return f"{field.name}: [{{option: WHAT, because: WHY}}]"
        case "choice":
            return f"{field.name}: {' | '.join(field.choices)}"
    return f"{field.name}: TEXT"


def edit_item(
    knowledge: Knowledge, given: str, replacement: bytes | None, *, lose_comments: bool
) -> Recorded | None:
    """Change an item in the editor, or to what `replacement` says; None when nothing changed.

    The work is done on a copy: the item's file changes once, when the result is sound.

    Raises:
        KnError: The result is unusable (the copy is kept), another id or kind was written, or
            the file changed meanwhile.
    """
    row = record.find_row(knowledge, given)
    before = files.read_regular(knowledge.top / row.path)
    if replacement is not None:
        item = _read_changed(knowledge, row, replacement)
        written = rewrite(before, item, knowledge.schema, lose_comments=lose_comments)
        return record.replace_file(knowledge, row.path, before, written, item)
    if knowledge.in_agent:
        raise KnError(
            "An agent runs kn, so no editor opens.", hint="`kn edit ID -` reads YAML instead."
        )
    draft = _draft_path(knowledge, row.kind)
    files.write_atomic(draft, before, mode=0o600)
    try:
        edit_file(knowledge.repo, draft, os.environ)
        written = files.read_regular(draft)
        item = _read_changed(knowledge, row, written)
        done = record.replace_file(knowledge, row.path, before, written, item)
    except KnError as error:
        keep_text(knowledge, draft, before, error)
        raise
    draft.unlink()
    return done


def _read_changed(knowledge: Knowledge, row: Row, raw: bytes) -> Item:
    item, faults = decode(raw, knowledge.schema)
    if item is None:
        raise BadItem(fault_lines({row.path: faults}))
    if (item.id, item.kind) != (row.id, row.kind):
        raise KnError("The id and the kind of an item cannot be changed.")
    return item


def recorded_json(knowledge: Knowledge, done: Recorded) -> dict[str, Any]:
    """The item as `kn add --json` prints it: the YAML's field names, and `path`."""
    return {
        **plain_fields(done.item, knowledge.schema),
        "path": done.path,
        "touched": list(done.touched),
        "unstamped": list(done.unstamped),
    }
