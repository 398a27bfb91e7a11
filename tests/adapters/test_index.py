"""What any index owes the floors above; the one on disk and the one in memory take one suite."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kn.adapters.index import Index, MemoryIndex, WhooshIndex, search_view
from kn.adapters.index import store as store_module
from kn.adapters.index import view as view_module
from kn.adapters.index import writer as writer_module
from kn.adapters.lock import locked
from kn.errors import Busy, KnError

ONE = "1" * 40
TWO = "2" * 40
THREE = "3" * 40


@pytest.fixture(params=["whoosh", "memory"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Index:
    return WhooshIndex(tmp_path / "index") if request.param == "whoosh" else MemoryIndex()


def test_an_empty_index_misses_everything_and_finds_nothing(index: Index) -> None:
    assert index.missing([TWO, ONE, TWO]) == [TWO, ONE]
    assert index.search(["retry", "merge"]) == {"retry": {}, "merge": {}}
    assert index.search([]) == {}


def test_finds_the_versions_that_hold_a_term_with_its_weight(index: Index) -> None:
    index.sync({ONE: {"retry": 1.0, "merge": 2.5}, TWO: {"retry": 0.25}})

    assert index.search(["retry", "merge", "absent"]) == {
        "retry": {ONE: 1.0, TWO: 0.25},
        "merge": {ONE: 2.5},
        "absent": {},
    }
    assert index.missing([THREE, ONE]) == [THREE]


def test_a_version_never_changes_and_never_counts_twice(index: Index) -> None:
    index.sync({ONE: {"old": 1.0}})
    index.sync({ONE: {"new": 1.0}, TWO: {"old": 3.0}})

    assert index.search(["old", "new"]) == {"old": {ONE: 1.0, TWO: 3.0}, "new": {}}


def test_a_version_without_terms_is_not_missing(index: Index) -> None:
    index.sync({ONE: {}})

    assert index.missing([ONE]) == []


def test_syncing_nothing_is_no_error(index: Index) -> None:
    index.sync({})

    assert index.missing([ONE]) == [ONE]


@pytest.mark.parametrize(
    "term", ["", " ", "*", "a~b (c", 'x:"', "\0", "é", "中文", "🙂", "\udcff", "x" * 70_000]
)
def test_any_text_is_a_term(index: Index, term: str) -> None:
    index.sync({ONE: {term: 1.5, "other": 1.0}})

    assert index.search([term]) == {term: {ONE: 1.5}}


def test_weights_are_32_bit_floats(index: Index) -> None:
    index.sync({ONE: {"a": 0.1}, TWO: {"a": 1 / 3}})

    (single,) = struct.unpack("f", struct.pack("f", 0.1))
    assert index.search(["a"])["a"][ONE] == single != 0.1


def test_common_terms_are_found_in_every_version(index: Index) -> None:
    """More postings than a block of Whoosh holds (4,096)."""
    index.sync({f"v{n}": {"common": 1.0, f"only{n}": 2.0} for n in range(9_000)})

    found = index.search(["common", "only8999"])
    assert found["common"] == {f"v{n}": 1.0 for n in range(9_000)}
    assert found["only8999"] == {"v8999": 2.0}


versions = st.integers(0, 30).map(lambda n: f"v{n}")
contents = st.dictionaries(st.sampled_from("abcdefgh"), st.floats(0.125, 64, width=16), max_size=6)


@given(st.lists(st.dictionaries(versions, contents, max_size=4), max_size=12))
@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_both_indexes_answer_alike_after_any_syncs(
    tmp_path_factory: pytest.TempPathFactory, syncs: list[dict[str, dict[str, float]]]
) -> None:
    folder = tmp_path_factory.mktemp("law") / "index"
    memory = MemoryIndex()
    for add in syncs:  # so many that Whoosh merges segments
        WhooshIndex(folder).sync(add)
        memory.sync(add)

    reopened = WhooshIndex(folder)
    assert reopened.search("abcdefgh") == memory.search("abcdefgh")
    everything = [f"v{n}" for n in range(31)]
    assert reopened.missing(everything) == memory.missing(everything)


# The one on disk


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


def test_what_was_synced_is_there_for_the_next_process(folder: Path) -> None:
    WhooshIndex(folder).sync({ONE: {"retry": 1.0}})

    assert WhooshIndex(folder).search(["retry"]) == {"retry": {ONE: 1.0}}


@pytest.mark.parametrize("version", ["", "two words", "é", "a\nb"])
def test_a_version_that_is_no_key_is_refused(folder: Path, version: str) -> None:
    with pytest.raises(ValueError, match="short key"):
        WhooshIndex(folder).sync({version: {}})


def test_opening_and_asking_write_nothing(folder: Path) -> None:
    WhooshIndex(folder).missing([ONE])
    WhooshIndex(folder).search(["a"])

    assert not folder.exists()


def test_merged_segments_keep_every_version_at_its_place(folder: Path) -> None:
    for n in range(60):
        WhooshIndex(folder).sync({f"v{n}": {"common": float(n + 1), f"t{n}": 1.0}})

    assert WhooshIndex(folder).search(["common", "t7"]) == {
        "common": {f"v{n}": float(n + 1) for n in range(60)},
        "t7": {"v7": 1.0},
    }
    assert len(list(folder.glob("*.trm"))) < 20, "segments of one version each were never merged"


def test_versions_of_other_branches_stay_until_they_are_far_too_many(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "_SPARE", 5)
    index = WhooshIndex(folder)
    index.sync({f"v{n}": {"a": 1.0, f"t{n}": 2.0} for n in range(4)})
    index.sync({f"w{n}": {"a": 3.0} for n in range(4)})

    index.sync({"x": {"a": 1.0}}, keep=["v3", "x"])  # 7 others, at most 2 * 2 + 5 may stay
    assert len(index.search(["a"])["a"]) == 9

    index.sync({"y": {"a": 1.0}}, keep=["v3"])  # 8 others now, not counting y; at most 2 + 5
    assert WhooshIndex(folder).search(["a", "t3", "t2"]) == {
        "a": {"y": 1.0, "v3": 1.0},
        "t3": {"v3": 2.0},
        "t2": {},
    }
    assert index.missing(["v3", "y", "x"]) == ["x"]


def test_everything_may_go(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "_SPARE", 0)
    index = WhooshIndex(folder)
    index.sync({ONE: {"a": 1.0}})
    index.sync({}, keep=[])

    assert index.missing([ONE]) == [ONE]
    index.sync({TWO: {"a": 1.0}})
    assert WhooshIndex(folder).search(["a"]) == {"a": {TWO: 1.0}}


def test_a_writer_that_takes_long_is_busy_and_changes_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "_WAIT", 0.05)
    index = WhooshIndex(folder)
    index.sync({ONE: {"a": 1.0}})
    with locked(folder / "lock", 0), pytest.raises(Busy):
        index.sync({TWO: {"a": 1.0}})

    assert index.missing([ONE, TWO]) == [TWO]


def test_a_snapshot_goes_on_answering_after_others_merged_its_files_away(folder: Path) -> None:
    WhooshIndex(folder).sync({ONE: {"a": 1.0}})
    old = WhooshIndex(folder)
    for n in range(30):
        WhooshIndex(folder).sync({f"v{n}": {"a": 2.0}})

    assert old.search(["a"]) == {"a": {ONE: 1.0}}
    old.sync({})
    assert len(old.search(["a"])["a"]) == 31


# One question in any state


def _build(versions: list[str]) -> dict[str, dict[str, float]]:
    return {version: {"a": 1.0, version: 2.0} for version in versions}


def test_a_view_is_built_once_and_then_answered_from_the_index(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []

    def build(versions: list[str]) -> dict[str, dict[str, float]]:
        asked.append(versions)
        return _build(versions)

    monkeypatch.setattr(view_module, "FEW", 0)
    first = search_view(folder, [ONE, TWO], ["a", ONE], build)
    assert first == {"a": {ONE: 1.0, TWO: 1.0}, ONE: {ONE: 2.0}}
    assert search_view(folder, [ONE, THREE], ["a"], build)["a"].keys() == {ONE, TWO, THREE}
    assert asked == [[ONE, TWO], [THREE]]


def test_few_versions_are_answered_for_without_putting_them_in(folder: Path) -> None:
    few = [f"few{n}" for n in range(view_module.FEW)]
    search_view(folder, [ONE], ["a"], _build)
    found = search_view(folder, [ONE, *few], ["a", "few1"], _build)

    assert found == {"a": dict.fromkeys([ONE, *few], 1.0), "few1": {"few1": 2.0}}
    assert WhooshIndex(folder).missing([ONE, *few]) == few
    search_view(folder, [ONE, *few, TWO], ["a"], _build)
    assert WhooshIndex(folder).missing([ONE, *few, TWO]) == []


def test_a_busy_index_is_answered_from_memory(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "_WAIT", 0.01)
    monkeypatch.setattr(view_module, "FEW", 0)
    WhooshIndex(folder).sync(_build([ONE]))
    with locked(folder / "lock", 0):
        found = search_view(folder, [ONE, TWO], ["a"], _build)

    assert found == {"a": {ONE: 1.0, TWO: 1.0}}
    assert WhooshIndex(folder).missing([TWO]) == [TWO]


def test_a_folder_that_cannot_be_used_is_answered_from_memory(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "file").write_text("precious")
    for folder in (tmp_path / "link", tmp_path / "file", tmp_path / "none" / "index"):
        with pytest.raises(KnError):
            WhooshIndex(folder).sync(_build([ONE]))
        assert search_view(folder, [ONE], ["a"], _build) == {"a": {ONE: 1.0}}

    assert list((tmp_path / "real").iterdir()) == []
    assert (tmp_path / "file").read_text() == "precious"
