"""The index is disposable, and nothing that lies in its folder is run or believed."""

from __future__ import annotations

import builtins
import os
import pickle
import random
import re
import shutil
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kn.adapters.index import IndexLost, WhooshIndex, search_view
from kn.adapters.index import manifest as manifest_module
from kn.adapters.index import segment as segment_module
from kn.adapters.index import store as store_module

WORDS = [f"w{n}" for n in range(40)]


def _terms(version: str) -> dict[str, float]:
    chance = random.Random(version)
    return {word: chance.choice([1.0, 0.5, 2.25]) for word in chance.sample(WORDS, 12)}


def _build(versions: list[str]) -> dict[str, dict[str, float]]:
    return {version: _terms(version) for version in versions}


VIEW = [f"v{n}" for n in range(120)]
RIGHT = {
    word: {version: held[word] for version, held in _build(VIEW).items() if word in held}
    for word in WORDS
}


def _fill(folder: Path) -> None:
    WhooshIndex(folder).sync(_build(VIEW[:100]))
    WhooshIndex(folder).sync(_build(VIEW[100:115]))
    WhooshIndex(folder).sync(_build(VIEW[115:]))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    _fill(tmp_path / "index")
    return tmp_path / "index"


# Damage


def _flip(content: bytearray, chance: random.Random) -> None:
    for _ in range(chance.choice([1, 1, 1, 4, 50])):
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)


def _truncate(content: bytearray, chance: random.Random) -> None:
    del content[chance.randrange(len(content)) :]


def _zero(content: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(content))
    length = min(len(content) - start, chance.choice([1, 16, 4096]))
    content[start : start + length] = bytes(length)


def _append(content: bytearray, chance: random.Random) -> None:
    content.extend(chance.randbytes(chance.choice([1, 100])))


def _damage(folder: Path, chance: random.Random) -> str:
    """Do one thing to one file, and say what."""
    path = chance.choice(sorted(p for p in folder.iterdir() if p.stat().st_size))
    what: Callable[[bytearray, random.Random], None] | None
    what = chance.choice([_flip, _flip, _truncate, _zero, _append, None])
    if what is None:
        path.unlink()
        return f"deleted {path.name}"
    known = path.stat()
    content = bytearray(path.read_bytes())
    what(content, chance)
    path.write_bytes(content)
    if chance.random() < 0.3:  # a disk that rots does not change the time
        os.utime(path, ns=(known.st_atime_ns, known.st_mtime_ns))
    return f"{what.__name__} {path.name}"


def _answers_right_in_spite_of_damage(tmp_path: Path, seeds: range) -> None:
    _fill(tmp_path / "good")
    for seed in seeds:
        copy = tmp_path / f"copy{seed}"
        shutil.copytree(tmp_path / "good", copy)
        done = _damage(copy, random.Random(seed))
        for asked in ("damaged", "healed"):
            found = search_view(copy, VIEW, WORDS, _build)
            assert found == RIGHT, f"{asked}, seed {seed}: {done}"
        assert WhooshIndex(copy).missing(VIEW) == [], f"seed {seed}: {done}"
        shutil.rmtree(copy)


def test_a_damaged_index_answers_right(tmp_path: Path) -> None:
    _answers_right_in_spite_of_damage(tmp_path, range(40))


@pytest.mark.slow
def test_400_damaged_indexes_answer_right(tmp_path: Path) -> None:
    _answers_right_in_spite_of_damage(tmp_path, range(1000, 1400))


def test_a_deleted_index_is_built_again(folder: Path) -> None:
    shutil.rmtree(folder)

    assert search_view(folder, VIEW, WORDS, _build) == RIGHT


def test_damage_that_shows_only_in_searching_is_reported_once_and_healed(
    folder: Path,
) -> None:
    """A reader checks what it reads."""
    for path in folder.glob("*.pst"):
        known = path.stat()
        path.write_bytes(b"\xff" * known.st_size)
        os.utime(path, ns=(known.st_atime_ns, known.st_mtime_ns))
    index = WhooshIndex(folder)
    assert index.missing(VIEW) == []

    with pytest.raises(IndexLost):
        index.search(WORDS)
    assert index.missing(VIEW) == VIEW
    assert search_view(folder, VIEW, WORDS, _build) == RIGHT
    assert WhooshIndex(folder).search(WORDS) == RIGHT


def test_versions_lost_between_opening_and_writing_are_reported(folder: Path) -> None:
    index = WhooshIndex(folder)
    next(folder.glob("*.trm")).write_bytes(b"damaged")

    with pytest.raises(IndexLost):
        index.sync({"new": {"w0": 1.0}})
    assert index.missing(["new", "v0"]) == ["v0"]


@given(st.integers(0, 9_999), st.integers(1, 9_000), st.integers(0, 9_999))
def test_what_is_read_of_a_file_is_checked_page_by_page(
    tmp_path_factory: pytest.TempPathFactory, at: int, size: int, spoilt: int
) -> None:
    folder = tmp_path_factory.mktemp("pages")
    content = bytearray(random.Random(1).randbytes(9_999))
    (folder / "x.pst").write_bytes(content)
    entry = manifest_module._entry(folder, "x.pst")
    good = manifest_module.Stored(folder / "x.pst", entry)
    assert good.read(at, size) == good.read(at, size) == content[at : at + size]

    content[min(spoilt, 9_998)] ^= 1
    (folder / "x.pst").write_bytes(content)
    bad = manifest_module.Stored(folder / "x.pst", entry)
    try:
        found = bad.read(at, size)
    except manifest_module.Damaged:
        return
    assert found == content[at : at + size]
    assert not at <= spoilt < at + size


@pytest.mark.parametrize("name", ["_FORMAT", "whoosh", "python"])
def test_an_index_of_another_format_whoosh_or_python_is_not_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    stamp = manifest_module._STAMP
    other = {
        "_FORMAT": re.sub(r"kn-index \d+", "kn-index 0", stamp),
        "whoosh": stamp.replace("whoosh 2.7.5", "whoosh 2.7.4"),
        "python": stamp.replace("python 3", "python 4"),
    }[name]
    assert other != stamp
    monkeypatch.setattr(manifest_module, "_STAMP", other)

    assert WhooshIndex(folder).missing(VIEW) == VIEW
    assert search_view(folder, VIEW, WORDS, _build) == RIGHT


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o722])
def test_a_folder_that_others_can_write_is_emptied_and_closed(folder: Path, mode: int) -> None:
    folder.chmod(mode)

    assert WhooshIndex(folder).missing(VIEW) == VIEW
    assert search_view(folder, VIEW, WORDS, _build) == RIGHT
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_link_in_the_place_of_a_file_is_not_followed(folder: Path, tmp_path: Path) -> None:
    path = next(folder.glob("*.pst"))
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")

    assert WhooshIndex(folder).missing(VIEW) == VIEW
    assert search_view(folder, VIEW, WORDS, _build) == RIGHT
    assert (tmp_path / "elsewhere").exists()


# Payloads


class _Payload:
    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return exec, ("import builtins; builtins.kn_was_run = True",)


PAYLOAD = pickle.dumps(_Payload(), 2)
assert b"exec" in PAYLOAD


@pytest.fixture
def nothing_ran() -> Iterator[None]:
    yield
    assert not hasattr(builtins, "kn_was_run")


def _with_payload(content: bytes) -> bytes:
    """The file's last pickle (of a table of contents: the list of segments) as the payload."""
    at = content.rfind(b"\x80\x02")
    return content[:at] + (PAYLOAD + b"." * len(content))[: max(len(content) - at, len(PAYLOAD))]


def _resign(folder: Path) -> None:
    """Make the manifest fit whatever lies in the folder."""
    known = manifest_module.read_manifest(folder)
    assert known
    manifest_module.write_manifest(folder, [*known], {})


@pytest.mark.usefixtures("nothing_ran")
@pytest.mark.parametrize("suffix", ["toc", "trm", "pst", "col", "versions"])
def test_a_planted_pickle_is_not_loaded(folder: Path, suffix: str) -> None:
    for path in folder.glob(f"*.{suffix}"):
        path.write_bytes(_with_payload(path.read_bytes()))

    assert search_view(folder, VIEW, WORDS, _build) == RIGHT
    assert search_view(folder, [*VIEW, "v999"], WORDS, _build)["w0"].keys() >= RIGHT["w0"].keys()


@pytest.mark.usefixtures("nothing_ran")
def test_a_planted_newer_table_of_contents_is_swept_away(folder: Path) -> None:
    toc = next(folder.glob("*.toc"))
    (folder / "_MAIN_99.toc").write_bytes(_with_payload(toc.read_bytes()))

    WhooshIndex(folder).sync({"new": {"w0": 1.0}})
    assert not (folder / "_MAIN_99.toc").exists()
    assert WhooshIndex(folder).missing(["new", *VIEW]) == []


@pytest.mark.usefixtures("nothing_ran")
def test_a_search_runs_no_pickle_even_if_the_manifest_was_made_to_fit(folder: Path) -> None:
    for path in folder.glob("*.pst"):
        content = bytearray(path.read_bytes())
        at = content.find(b"W3Bl") + 8  # the first block's first pickle
        content[at : at + len(PAYLOAD)] = PAYLOAD
        path.write_bytes(content)
    _resign(folder)

    with pytest.raises(IndexLost, match=r"names __builtin__\.exec"):
        WhooshIndex(folder).search(WORDS)
    assert search_view(folder, VIEW, WORDS, _build) == RIGHT


@pytest.mark.usefixtures("nothing_ran")
def test_the_payload_would_run_if_it_were_loaded() -> None:
    pickle.loads(PAYLOAD)
    assert builtins.kn_was_run  # type: ignore[attr-defined]
    del builtins.kn_was_run  # type: ignore[attr-defined]
    with pytest.raises(manifest_module.Damaged, match=r"__builtin__\.exec"):
        segment_module._decode(PAYLOAD)


# Whoosh


def test_the_lean_reader_agrees_with_whooshs_own(folder: Path) -> None:
    from whoosh.filedb.filestore import FileStorage
    from whoosh.index import FileIndex

    from kn.adapters.index.writer import _SCHEMA

    manifest = manifest_module.read_manifest(folder)
    assert manifest
    files = manifest_module.open_files(folder, manifest)
    stored = {
        name: segment_module.versions_of(content)
        for name, content in files.items()
        if name.endswith(".versions")
    }
    with FileIndex(FileStorage(str(folder)), schema=_SCHEMA).reader() as reader:
        theirs: dict[str, dict[str, float]] = {word: {} for word in WORDS}
        for leaf, _ in reader.leaf_readers():
            names = stored[f"{leaf.segment().segment_id()}.versions"]
            assert leaf.doc_count() == len(names)
            for word in leaf.field_terms("terms"):
                matcher = leaf.postings("terms", word)
                while matcher.is_active():
                    theirs[word][names[matcher.id()]] = matcher.weight()
                    matcher.next()

    assert WhooshIndex(folder).search(WORDS) == theirs == RIGHT


def _run(code: str, *args: object) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, args)], capture_output=True, text=True, check=True
    )
    return done.stdout


SERVE = """
import sys
before = set(sys.modules)
from pathlib import Path
from kn.adapters.index import WhooshIndex
index = WhooshIndex(Path(sys.argv[1]))
assert index.missing(["v0"]) == []
assert index.search(["w0"])["w0"]
print(*(set(sys.modules) - before), sep="\\n")
"""


def test_serving_imports_no_module_of_whoosh(folder: Path) -> None:
    loaded = _run(SERVE, folder).split()

    heavy = {"pickle", "asyncio", "urllib.request", "logging", "json", "tiktoken"}
    assert [name for name in loaded if name.startswith("whoosh")] == ["whoosh"]
    assert not heavy & set(loaded)


WRITE = """
import sys
import kn.adapters.index.writer
print("asyncio" in sys.modules, "urllib.request" in sys.modules, "cached_property" in sys.modules)
import urllib.request
print(urllib.request.urlopen.__module__)
"""


def test_what_whoosh_is_given_instead_of_modules_is_taken_back() -> None:
    assert _run(WRITE).split() == ["False", "False", "False", "urllib.request"]


# Many processes

MANY = """
import sys
from pathlib import Path
from kn.adapters.index import search_view, view
view.FEW = 0  # every version is put in at once
folder, me = Path(sys.argv[1]), sys.argv[2]
mine = []
for n in range(int(sys.argv[3])):
    mine.append(f"{me}x{n}")
    found = search_view(
        folder, mine, ["common", me], lambda need: {v: {"common": 1.0, me: 2.0} for v in need}
    )
    assert found[me] == dict.fromkeys(mine, 2.0), (found[me], mine)
    assert found["common"].keys() >= set(mine)
"""


def _writers(folder: Path, count: int, rounds: int) -> None:
    command = [sys.executable, "-c", MANY, str(folder)]
    running = [subprocess.Popen([*command, f"p{n}", str(rounds)]) for n in range(count)]
    assert [process.wait() for process in running] == [0] * count
    everything = [f"p{n}x{m}" for n in range(count) for m in range(rounds)]
    index = WhooshIndex(folder)
    assert index.missing(everything) == []
    assert sorted(index.search(["common"])["common"]) == sorted(everything)


def test_many_processes_lose_nothing_and_answer_right(tmp_path: Path) -> None:
    _writers(tmp_path / "index", 3, 8)


@pytest.mark.slow
def test_eight_processes_lose_nothing_and_answer_right(tmp_path: Path) -> None:
    _writers(tmp_path / "index", 8, 25)


KILLED = """
import sys
from pathlib import Path
from kn.adapters.index import WhooshIndex
index = WhooshIndex(Path(sys.argv[1]))
print("ready", flush=True)
for n in range(10_000):
    index.sync({f"k{n}": {"a": 1.0, "b": 2.0}})
"""


@pytest.mark.slow
def test_a_kill_at_any_time_leaves_a_whole_index(tmp_path: Path) -> None:
    chance = random.Random(7)
    folder = tmp_path / "index"
    _fill(folder)
    for _ in range(25):
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(folder)], stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        with process.stdout:
            assert process.stdout.readline()
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(chance.uniform(0.01, 0.2))
            process.kill()
            process.wait()
        assert WhooshIndex(folder).search(WORDS) == RIGHT, "the state before, or the one after"


def test_a_full_disk_is_said_and_loses_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kn.adapters.index import writer
    from kn.errors import KnError

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writer, "write_manifest", full)
    with pytest.raises(KnError, match="No space left"):
        WhooshIndex(folder).sync({"new": {"w0": 1.0}})
    assert WhooshIndex(folder).search(WORDS) == RIGHT

    found = search_view(folder, [*VIEW, "new"], ["w0"], lambda need: {v: {"w0": 9} for v in need})
    assert found["w0"] == {**RIGHT["w0"], "new": 9.0}
    monkeypatch.undo()
    WhooshIndex(folder).sync({"new": {"w0": 1.0}})
    assert WhooshIndex(folder).missing([*VIEW, "new"]) == []


def test_the_manifest_says_what_is_there(folder: Path) -> None:
    digest, _, rest = (folder / "manifest").read_bytes().partition(b"\n")
    names = {line.split(" ")[0] for line in rest.decode().splitlines()[1:]}

    assert int(digest, 16) == zlib.crc32(rest)
    assert names | {"manifest", store_module.LOCK} == {path.name for path in folder.iterdir()}
