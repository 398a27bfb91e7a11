"""`kn check`: the findings of a work tree, of what is staged, of a revision or of any tree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kn.adapters.settings import ALONE, SETTINGS, survey_config
from kn.core.check import Finding, by_importance
from kn.core.schema import extend_schema
from kn.errors import KnError
from kn.flows.check.digests import Digests
from kn.flows.check.judge import judge_tree
from kn.flows.check.merged import judge_merge
from kn.flows.check.tree import Tree, staged_tree, tree_at, work_tree
from kn.flows.knowledge import Knowledge
from kn.flows.serving.serve import relative_path

__all__ = ["Tree", "check_knowledge", "check_tree", "staged_tree", "tree_at", "work_tree"]


def check_knowledge(
    knowledge: Knowledge, paths: Sequence[str] = (), *, at: str = "", staged: bool = False
) -> list[Finding]:
    """Every finding, errors first.

    Args:
        knowledge: The repository; open it `forgiving`, else a broken configuration is an error.
        paths: Only what lies in these files and folders, as the user typed them.
        at: A revision instead of the work tree.
        staged: What is staged instead of the work tree.

    Raises:
        KnError: One of the paths does not exist: "no findings" would be untrue.
    """
    places = [relative_path(str(knowledge.repo.top or ""), p) for p in paths]
    for given, place in zip(paths, places, strict=True):
        if not at and not staged and not (knowledge.top / place).exists():
            raise KnError(f"There is no {given} to check.")
    if at:
        tree = tree_at(knowledge, at)
    else:
        tree = staged_tree(knowledge) if staged else work_tree(knowledge)
    found = by_importance([*check_tree(knowledge, tree), *judge_merge(knowledge, tree, at)])
    if not paths:
        return found
    return [f for f in found if any(f"{f.path}/".startswith(f"{p}/") or p == "." for p in places)]


_TEXTS = (".md", ".txt", ".yaml", ".yml", ".json", ".toml", ".rst", ".adoc", ".html", ".csv")
"""Endings of what people and agents read as text; a picture has control characters of its own."""


def check_tree(knowledge: Knowledge, tree: Tree) -> list[Finding]:
    """Every finding in a tree, errors first; the knowledge's kinds, settings and day judge.

    So one revision can be judged by another's configuration: open the knowledge `at` the one
    that is trusted, and give the tree of the other (`tree_at`).
    """
    digests = Digests(knowledge)
    items = digests.of("item", tree.items.values(), tree.read)
    readable = {p: b for p, b in tree.texts.items() if p.lower().endswith(_TEXTS)}
    texts = digests.of("text", readable.values(), tree.read)
    named = {d.document for d in items.values() if d.document}
    documents = {p: b for p, b in tree.blob_of(sorted(named)).items() if p not in tree.texts}
    others = digests.of("document", documents.values(), tree.read)
    digests.save()
    found = [
        Finding(one.code, path, one.line, one.message, digest.id, one.col)
        for blobs, known in ((tree.items, items), (readable, texts), (documents, others))
        for path, blob in blobs.items()
        for digest in (known[blob],)
        for one in digest.found
    ]
    found += judge_tree(knowledge, tree, {p: items[b] for p, b in tree.items.items()})
    found += _check_settings(knowledge, tree)
    return by_importance(found)


def _check_settings(knowledge: Knowledge, tree: Tree) -> Iterator[Finding]:
    """The tree's own configuration and kinds."""
    config = f"{knowledge.folder}/config.yaml"
    kinds = {
        path: blob
        for path, blob in tree.texts.items()
        if path.startswith(f"{knowledge.folder}/kinds/") and path.endswith((".yaml", ".yml"))
    }
    blobs = [*kinds.values(), *([tree.texts[config]] if config in tree.texts else [])]
    contents = tree.read(blobs)
    if config in tree.texts:
        flat, faults = survey_config(contents.get(tree.texts[config], b""), config)
        for fault in faults:
            code = "KN060" if fault.message.startswith(ALONE) else "KN061"
            yield Finding(code, config, fault.line, f"{fault.place}: {fault.message}".lstrip(": "))
        for setting in SETTINGS:
            if setting.shared and not setting.allows(flat.get(setting.name, setting.default)):
                message = f"{setting.name}: cannot be {flat[setting.name]!r}"
                yield Finding("KN061", config, 1, message)
    else:
        yield Finding("KN061", config, 1, "is missing: without it kn keeps no knowledge here")
    _, broken = extend_schema({p: contents.get(b, b"") for p, b in kinds.items()})
    for path, faults in broken.items():
        for fault in faults:
            message = f"{fault.place}: {fault.message}".lstrip(": ")
            yield Finding("KN061", path, fault.line, message)
