"""`kn review`: gathered, judged, put in order."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from kn import __version__
from kn.adapters import git, store
from kn.adapters.git import trees
from kn.core.candidate import Candidate
from kn.core.check import Finding
from kn.core.context.analysis import Stem
from kn.core.ids import shorten_ids
from kn.core.joining import adds_nothing
from kn.core.review import guard
from kn.core.review.items import decided_anew, judge_items
from kn.core.review.owners import PLACES, Ask, read_codeowners, whom_to_ask
from kn.core.review.returning import (
    Return,
    find_in_messages,
    find_returning,
    is_news,
    read_options,
)
from kn.core.review.sheet import Sheet, Tree, widen
from kn.core.review.touched import Question, find_touched
from kn.core.review.verdict import Review, introduced, merge_same
from kn.core.schema import extend_schema
from kn.errors import NotInitialized, TooNew
from kn.flows.capture.commits import extract_commits
from kn.flows.capture.keep import is_recorded
from kn.flows.check import check_tree, tree_at
from kn.flows.knowledge import Knowledge, open_knowledge
from kn.flows.redaction import redact_lines
from kn.flows.review.compare import Comparison, compare_sides
from kn.flows.review.gather import (
    Gathered,
    collect_facts,
    gather,
    note_unread,
    sentences,
    telling,
)
from kn.flows.review.sheets import read_trees
from kn.flows.review.span import Span, resolve_span, staged_span
from kn.flows.review.told import find_told
from kn.flows.views.shelve import compile_glob

SURE = 0.8
"""Confidence from which a reviewer is told of a decision that no item records: what a trailer says
and what the prose says clearly (`kn.core.capture`)."""


def review_change(
    start: Path, environment: Mapping[str, str], span: str = "", *, staged: bool = False
) -> Review:
    """Review a branch, or what is staged, by the configuration and the kinds of its base.

    Args:
        start: Where the command was run.
        environment: The process's own.
        span: `A...B`; A is the trusted ref when it is not said, and B is HEAD.
        staged: Review what is staged against HEAD.

    Raises:
        KnError: A revision is not there, or both sides have nothing in common.
        NotInitialized: Neither side has knowledge.
    """
    probe = git.probe(start)
    folder = probe.config.get("kn.dir", ".knowledge")
    found = staged_span(probe) if staged else resolve_span(probe, span, folder)
    knowledge, notes = _open(start, environment, found)
    return _judge(knowledge, found, (*found.notes, *notes))


def _open(
    start: Path, environment: Mapping[str, str], span: Span
) -> tuple[Knowledge, tuple[str, ...]]:
    """The knowledge as the base configures it, with the kinds that the change adds."""
    try:
        knowledge = open_knowledge(start, environment, at=span.before, forgiving=True)
    except NotInitialized:
        note = "the base has no knowledge: judged by the configuration that the change brings"
        try:
            return open_knowledge(start, environment, at=span.after, forgiving=True), (note,)
        except NotInitialized as error:
            what = "What is staged" if span.judged == "staged" else "The change"
            raise NotInitialized(
                f"{what} has no knowledge, nor has its base.", hint=error.hint
            ) from None
    files = {}
    for commit in (span.after, span.before):  # what both define is the base's
        entries = git.list_below(knowledge.repo, commit, f"{knowledge.folder}/kinds")
        files.update(
            {
                p: e.blob
                for p, e in entries.items()
                if e.mode in git.REGULAR and p.endswith((".yaml", ".yml"))
            }
        )
    contents = git.read_blobs(knowledge.repo, files.values())
    schema, _ = extend_schema({p: contents[b] for p, b in files.items() if b in contents})
    return replace(knowledge, schema=schema), ()


def _judge(knowledge: Knowledge, span: Span, notes: tuple[str, ...]) -> Review:
    from kn.adapters.words import load_stemmer

    stem = load_stemmer()
    made, sides = read_trees(knowledge, [span.before, span.after])
    base, head = made[span.before], made[span.after]
    compared = compare_sides(sides[span.before], sides[span.after])
    gathered = gather(knowledge, span)
    changed = {c.id for c in compared.changes}
    problems = [
        *_judge_guards(knowledge, span, gathered, base, head),
        *_judge_knowledge(knowledge, span),
        *_judge_items(knowledge, span, compared, base, head, stem),
        *(Finding("KN116", path, 1, "both sides changed it") for path in span.conflicts),
    ]
    returns = _find_returns(knowledge, span, gathered, base, head, stem)
    settled = changed | {r.option.sheet.id for r in returns}  # asked about already
    questions = _find_questions(knowledge, span, gathered, head, settled, stem)
    asked = [q.sheet.id for q in questions] + [r.option.sheet.id for r in returns]
    untold = _find_untold(knowledge, gathered, head, stem)
    told, tokens = find_told(base, head, sides[span.before], sides[span.after])
    named = {*head.by_id, *base.by_id}
    short = shorten_ids(sorted(named))
    asks = _find_asks(gathered, base, compared, returns, questions, short)
    return Review(
        span.base, span.head, span.judged, compared.changes, tuple(merge_same(problems, asked)),
        tuple(returns), tuple(questions), tuple(untold), tuple(asks), tuple(told), tokens,
        (*notes, *note_unread(gathered, base)), short,
    )  # fmt: skip


def _judge_guards(
    knowledge: Knowledge, span: Span, gathered: Gathered, base: Tree, head: Tree
) -> list[Finding]:
    folder, touches = knowledge.folder, gathered.touches
    new = [t.path for t in gathered.touched if t.before.mode == trees.NOTHING]
    twins = guard.judge_twins(folder, new)
    if not touches:
        return twins
    entries = git.list_below(knowledge.repo, span.after, folder)
    names = {p: e.mode for p, e in entries.items()}
    items = sorted(base.names | head.names)
    owners = {t.path: t for t in touches if t.path in PLACES}

    @cache
    def matches(pattern: str, path: str) -> bool:
        import re

        return re.match(compile_glob(pattern), path) is not None

    return [
        *twins,
        *guard.judge_folder(folder, touches, names),
        *guard.judge_config(folder, touches),
        *guard.judge_git(folder, touches, items, matches),
        *guard.judge_owners(folder, owners, gathered.codeowners, items),
        *guard.judge_checks(touches),
    ]


def _judge_knowledge(knowledge: Knowledge, span: Span) -> list[Finding]:
    """What `kn check` finds in the merge or on the branch, and not in what was there before."""
    merged = _check(knowledge, span.after)
    known = [_check_before(knowledge, span.before)]
    branch: list[Finding] = []
    if span.diverged and span.judged == "merge":
        branch = _check(knowledge, span.head)
        known.append(_check(knowledge, span.fork))
    return introduced(merged, branch, *known)


def _check_before(knowledge: Knowledge, commit: str) -> list[Finding]:
    """The findings of the base, which every branch is held against: kept until the base moves."""
    about = (__version__, commit, knowledge.folder, knowledge.today, str(knowledge.schema))
    known: Any = store.load(knowledge.state / "checked")
    if isinstance(known, tuple) and len(known) == 2 and known[0] == about:
        return [Finding(*row) for row in known[1]]
    found = _check(knowledge, commit)
    rows = [(f.code, f.path, f.line, f.message, f.id, f.col) for f in found]
    store.save(knowledge.state / "checked", (about, rows))
    return found


def _check(knowledge: Knowledge, commit: str) -> list[Finding]:
    try:
        return check_tree(knowledge, tree_at(knowledge, commit))
    except TooNew:
        return []  # that is a finding by itself (KN100), and nothing else can be said of the tree


def _judge_items(
    knowledge: Knowledge, span: Span, compared: Comparison, base: Tree, head: Tree, stem: Stem
) -> list[Finding]:
    changed = [head.by_id[c.id] for c in compared.changes if c.id in head.by_id]
    before = [base.by_id[c.id] for c in compared.changes if c.id in base.by_id]
    facts = collect_facts(knowledge, span, changed, before)
    return judge_items(base, head, compared.changes, facts, stem)


def _find_returns(
    knowledge: Knowledge, span: Span, gathered: Gathered, base: Tree, head: Tree, stem: Stem
) -> list[Return]:
    """Options of the base's current items; what the change supersedes, it has decided anew, and
    what it rejects itself it tells by its items. To retire the item first is no way around."""
    sheets = [widen(s, head.by_id.get(s.id)) for s in base.current]
    options = [o for o in read_options(sheets, stem) if not decided_anew(o, head, stem)]
    if not options:
        return []
    found = find_returning(options, gathered.code, stem)
    said = find_in_messages(options, sentences(gathered.commits), stem)
    known: dict[str, list[tuple[str, str]]] = {}

    def before(word: str) -> list[tuple[str, str]]:
        if word not in known:
            known[word] = trees.find_lines(knowledge.repo, span.before, word, but=knowledge.folder)
        return known[word]

    news = [r for r in found if is_news(r, before, stem)]
    in_code = {(r.option.sheet.id, r.option.text) for r in news}
    news += [
        r._replace(near=_near(r.option.sheet, gathered, knowledge.folder))
        for r in said
        if (r.option.sheet.id, r.option.text) not in in_code
        and _touches(r.option.sheet, gathered)
        and is_news(r, before, stem)
    ]
    lines = redact_lines(knowledge, os.environ, [r.text for r in news])
    return [r._replace(text=text) for r, text in zip(news, lines, strict=True)]


def _touches(sheet: Sheet, gathered: Gathered) -> bool:
    return not sheet.scopes or any(sheet.covers(p) for p in gathered.paths)


def _near(sheet: Sheet | None, gathered: Gathered, folder: str) -> str:
    """A file of the change, for what a message says: every report puts everything at a file."""
    first = next(iter(gathered.paths), f"{folder}/config.yaml")
    return next((p for p in gathered.paths if sheet and sheet.covers(p)), first)


def _find_questions(
    knowledge: Knowledge, span: Span, gathered: Gathered, head: Tree, changed: set[str], stem: Stem
) -> list[Question]:
    lasting = [s for s in head.current if s.id not in changed and s.kind != "owner"]
    anchors = {path for s in lasting for path, _ in s.anchors} & set(gathered.paths)
    fresh = git.blobs_at(knowledge.repo, span.before, sorted(anchors))
    return find_touched(lasting, gathered.code, fresh, stem)


def _find_untold(
    knowledge: Knowledge, gathered: Gathered, head: Tree, stem: Stem
) -> list[tuple[str, Candidate]]:
    """Decisions of the branch's commits that no item has as its evidence, nor says itself."""
    from kn.core.candidate import normalized

    commits = telling(gathered.commits)
    if not commits:
        return []
    recorded = {
        (s.kind, normalized(quote)) for s in head.by_id.values() for *_, quote in s.evidence
    }
    changes = git.changes_of(knowledge.repo, [c.id for c in commits])
    found = []
    for candidate in extract_commits(knowledge, commits).candidates:
        if candidate.confidence < SURE or is_recorded(candidate, recorded):
            continue
        if any(adds_nothing(candidate, s.kind, s.statement, stem) for s in head.by_id.values()):
            continue
        commit = next((e.commit for e in candidate.evidence if e.commit), "")
        paths = [p for p in changes.get(commit, []) if not p.startswith(f"{knowledge.folder}/")]
        near = paths[0] if paths else _near(None, gathered, knowledge.folder)
        found.append((near, candidate))
    return sorted(found, key=lambda pair: -pair[1].confidence)


def _find_asks(
    gathered: Gathered,
    base: Tree,
    compared: Comparison,
    returns: Sequence[Return],
    questions: Iterable[Question],
    short: Mapping[str, str],
) -> list[Ask]:
    """Whom to ask: nobody, when there is nothing to decide."""
    strong = [q for q in questions if q.strong]
    if not (compared.changes or returns or strong):
        return []
    text = next((gathered.codeowners[p] for p in PLACES if p in gathered.codeowners), b"")
    rules = read_codeowners(text.decode("utf-8", "replace"))
    owners = [s for s in base.current if s.kind == "owner"]
    decided = {short[s.id]: s for s in (*(r.option.sheet for r in returns),
                                        *(q.sheet for q in strong))}  # fmt: skip
    for change in compared.changes:
        sheet = base.by_id.get(change.id)
        if sheet is not None and change.change != "renamed":
            decided.setdefault(short[change.id], sheet)
    paths = {*(c.path for c in compared.changes), *(r.path for r in returns if r.path),
             *(p for q in strong for p in q.paths[:5])}  # fmt: skip
    return whom_to_ask(paths, rules, owners, decided)
