"""Ranking: the laws that hold whatever the weights are, and the cases people rely on."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.strategies import ORDINARY, laws

from kn.core.context.analysis import Query, weigh_item, weigh_task
from kn.core.context.rank import Postings, Ranked, Subject, Task, rank, rank_best
from kn.core.model import Item, Scope

NOTHING = Query({}, {})


def stem(word: str) -> str:
    return word.removesuffix("s")


def _item(tail: str, statement: str, kind: str = "decision", **more: object) -> Item:
    item = replace(ORDINARY, id=f"dec-{tail}", kind=kind, statement=statement, because="")
    return replace(item, rejected=(), scope=Scope(), **more)  # type: ignore[arg-type]


def _index(items: list[Item]) -> Postings:
    postings: dict[str, dict[str, float]] = defaultdict(dict)
    for item in items:
        for term, weight in weigh_item(item, stem).items():
            postings[term][f"version of {item.id}"] = weight
    return postings


def _subject(item: Item, *, stale: bool = False, leads_to: tuple[str, ...] = ()) -> Subject:
    globs = {"src/a.py": r"src/a\.py\Z", "src/**": r"src/.*\Z", "*.py": r"(.*/)?[^/]*\.py\Z"}
    scopes = tuple((p, globs[p]) for p in item.scope.paths)
    return Subject(
        item.id, item.kind, f"version of {item.id}", item.recorded, scopes, stale, leads_to
    )


def _ask(
    items: list[Item], words: str = "", files: tuple[str, ...] = (), changed: tuple[str, ...] = ()
) -> list[str]:
    task = Task(weigh_task(words, stem), files, changed)
    return [r.id[4:] for r in rank([_subject(i) for i in items], _index(items), task)]


GATEWAY = _item("gateway", "Use a leaky bucket for rate limiting at the gateway.")
CACHE = _item("cache", "Cache sessions in Redis for one hour.")
RETRY = _item("retry", "Retry idempotent calls with jitter.")
OTHERS = [_item(f"other{n}", f"Sentence number {n} about nothing of the kind.") for n in range(20)]
ALL = [GATEWAY, CACHE, RETRY, *OTHERS]


# --- words


def test_the_item_that_holds_the_words_comes_first() -> None:
    assert _ask(ALL, "add rate limits to the gateway")[0] == "gateway"
    assert _ask(ALL, "how long are sessions cached in redis?")[0] == "cache"


def test_a_task_that_nothing_here_speaks_of_gets_nothing() -> None:
    assert _ask(ALL, "translate the onboarding mails into Portuguese") == []


def test_a_task_that_shares_one_common_word_gets_nothing() -> None:
    assert _ask(ALL, "write a number of onboarding mails for Portuguese customers in Brazil") == []


def test_a_word_of_the_statement_beats_the_same_word_in_the_details() -> None:
    aside = _item("aside", "Something else entirely.", details="The gateway is mentioned. " * 3)

    assert _ask([aside, GATEWAY, *OTHERS], "gateway") == ["gateway", "aside"]


def test_a_rare_word_beats_a_common_one() -> None:
    items = [_item("common", "Sentence of zebras."), _item("rare", "Quagga of zebras."), *OTHERS]

    assert _ask(items, "sentence quagga")[0] == "rare"


def test_the_reasons_name_the_words_as_they_were_asked() -> None:
    task = Task(weigh_task("Rates at the Gateway", stem))

    best = rank([_subject(i) for i in ALL], _index(ALL), task)[0]

    assert best.why[0].startswith("words: ")
    assert {"rates", "gateway"} <= set(best.why[0].removeprefix("words: ").split(", "))


def test_versions_of_no_subject_count_for_nothing() -> None:
    task = Task(weigh_task("gateway", stem))

    alone = rank([_subject(GATEWAY), _subject(CACHE)], _index([GATEWAY, CACHE]), task)

    assert rank([_subject(GATEWAY), _subject(CACHE)], _index(ALL), task) == alone


# --- files


def test_a_file_in_the_scope_is_reason_enough() -> None:
    scoped = _scoped("scoped", "src/**")

    task = Task(NOTHING, ("src/b/c.py",))
    found = rank([_subject(scoped), _subject(CACHE)], {}, task)

    assert [(r.id, r.why) for r in found] == [("dec-scoped", ("scope: src/**",))]


def test_a_file_outside_every_scope_finds_nothing() -> None:
    assert _ask([_scoped("a", "src/a.py")], files=("docs/a.md",)) == []


def _scoped(tail: str, *globs: str) -> Item:
    return replace(_item(tail, "Nothing of the task."), scope=Scope(globs))


def test_a_narrow_scope_beats_a_wide_one() -> None:
    items = [_scoped("all", "*.py"), _scoped("folder", "src/**"), _scoped("file", "src/a.py")]

    assert _ask(items, files=("src/a.py",))[0] == "file"


def test_a_file_that_was_named_counts_more_than_one_that_was_changed() -> None:
    items = [_scoped("changed", "src/a.py"), _scoped("named", "*.py")]
    task = Task(NOTHING, ("b.py",), ("src/a.py",))

    assert rank([_subject(i) for i in items], {}, task)[0].id == "dec-named"


def test_words_and_scope_add_up() -> None:
    both = replace(GATEWAY, id="dec-both", scope=Scope(("src/**",)))

    assert _ask([GATEWAY, both, *OTHERS], "gateway", files=("src/x.py",))[0] == "both"


# --- the rest


def test_an_item_that_needs_verification_stands_behind_its_equal() -> None:
    fresh, stale = replace(GATEWAY, id="dec-zzz"), replace(GATEWAY, id="dec-aaa")
    items = [fresh, stale, *OTHERS]
    subjects = [_subject(i, stale=i is stale) for i in items]

    found = rank(subjects, _index(items), Task(weigh_task("gateway bucket", stem)))

    assert [r.id for r in found] == ["dec-zzz", "dec-aaa"]
    assert found[1].score < found[0].score


def test_without_a_question_every_item_is_ranked_and_conventions_come_first() -> None:
    kinds = ("fact", "owner", "incident", "decision", "gotcha", "convention")
    items = [_item(kind, "S", kind) for kind in kinds]

    found = _ask(items)

    assert sorted(found) == sorted(kinds)
    assert found[:3] == ["convention", "gotcha", "decision"]


def test_without_a_question_the_newest_stand_before_their_equals() -> None:
    old = _item("aaa", "S")
    new = _item("zzz", "S", recorded="2026-06-01")

    assert _ask([old, new]) == ["zzz", "aaa"]


def test_the_branch_s_own_words_find_items_when_nothing_was_asked() -> None:
    task = Task(NOTHING, branch=weigh_task("feature/gateway-buckets", stem))

    found = rank([_subject(i) for i in ALL], _index(ALL), task)

    assert found[0].id == "dec-gateway"
    assert found[0].why[0].startswith("branch: ")


def test_what_a_match_leads_to_comes_along_behind_it() -> None:
    subjects = [_subject(i, leads_to=("dec-retry",) if i is GATEWAY else ()) for i in ALL]

    found = rank(subjects, _index(ALL), Task(weigh_task("gateway bucket", stem)))

    assert [r.id for r in found] == ["dec-gateway", "dec-retry"]
    assert "named by: dec-gateway" in found[1].why


@pytest.mark.parametrize("words", ["", "the of and", "?!", "gateway"])
def test_no_items_give_no_answer(words: str) -> None:
    assert rank([], {}, Task(weigh_task(words, stem))) == []


terms = st.sampled_from("abcdef")
weights = st.floats(0.1, 5.0)


@laws
@given(
    st.dictionaries(terms, st.dictionaries(st.sampled_from("tuvwx"), weights), max_size=6),
    st.dictionaries(terms, st.floats(1.0, 1.6), max_size=4),
    st.lists(st.booleans(), min_size=5, max_size=5),
    st.permutations("tuvwx"),
)
def test_the_order_of_the_items_says_nothing_and_scores_fall(
    postings: Postings, asked: dict[str, float], stale: list[bool], order: list[str]
) -> None:
    subjects = [
        Subject(f"dec-{v}", "decision", v, "2026-05-18", (), s)
        for v, s in zip("tuvwx", stale, strict=True)
    ]
    task = Task(Query(asked, {}))

    found = rank(subjects, postings, task)
    again = rank([subjects["tuvwx".index(v)] for v in order], postings, task)

    assert _shown(found) == _shown(again)
    assert all(r.score >= 0 for r in found)
    assert [r.score for r in found] == sorted((r.score for r in found), reverse=True)
    assert len({r.id for r in found}) == len(found)
    for most in range(len(found) + 2):
        assert rank_best(subjects, postings, task, most) == (
            found[:most], len(found) - len(found[:most])
        )  # fmt: skip


def _shown(found: list[Ranked]) -> list[tuple[str, float]]:
    return [(r.id, r.score) for r in found]
