"""The merge driver as git calls it: by a real `git merge`, whatever happens to kn."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kn.adapters.git import find_repository
from kn.flows.merge.files import merge_files
from kn.flows.setup import install

BASE = "id: fac-7k3m9qzt\nkind: fact\nstatement: One.\nstatus: accepted\nrecorded: 2026-01-01\n"
ITEM = ".knowledge/facts/a-7k3m9qzt.yaml"
REAL = f"""#!{sys.executable}
import sys
from kn.flows.merge.files import run_driver
sys.exit(run_driver(sys.argv[2:]))
"""
BROKEN = {
    "absent": None,
    "interpreter gone": "#!/nowhere/python\n",
    "crash": "#!/bin/sh\nexit 1\n",
    "bug": "#!/bin/sh\nexit 3\n",
    "killed": "#!/bin/sh\nkill -9 $$\n",
    "truncates, then dies": '#!/bin/sh\n: > "$3"\nkill -9 $$\n',
    "another kn, which says yes to all": "#!/bin/sh\nexit 0\n",
    "says yes and writes nothing": '#!/bin/sh\n: > "$7"\nexit 0\n',
    "writes a part, then dies": '#!/bin/sh\nhead -c 30 "$3" > "$7"\nkill -9 $$\n',
    "conflict without markers": '#!/bin/sh\ncp "$3" "$7"\nexit 1\n',
    "does not know the place for the result": "#!/bin/sh\n[ $# -lt 7 ] || exit 2\n",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    run(root, "init", "-q", "-b", "main", "--template=")
    options = install.Options(hooks=False)
    install.apply(install.plan_install(find_repository(root), options))
    commit(root, BASE)
    return root


def run(root: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["git", *args], cwd=root, capture_output=True, text=True, check=False)


def commit(root: Path, text: str) -> None:
    (root / ITEM).parent.mkdir(exist_ok=True)
    (root / ITEM).write_text(text)
    run(root, "add", "-A")
    assert run(root, "commit", "-q", "-m", "Edit").returncode == 0


def merge(root: Path, ours: str, theirs: str, kn: str | None) -> tuple[int, str]:
    """Merge two edits of one item; return git's exit code and what the file holds then."""
    program = root.parent / "bin" / "kn"
    program.unlink(missing_ok=True)
    if kn is not None:
        program.write_text(kn)
        program.chmod(0o755)
    run(root, "switch", "-q", "-c", "topic")
    commit(root, theirs)
    run(root, "switch", "-q", "main")
    commit(root, ours)
    done = run(root, "merge", "-q", "--no-edit", "topic")
    assert run(root, "status", "--porcelain").stdout in ("", f"UU {ITEM}\n"), "nothing left over"
    return done.returncode, (root / ITEM).read_text()


@pytest.mark.parametrize("kn", BROKEN.values(), ids=BROKEN.keys())
def test_without_a_working_kn_a_conflict_has_markers_and_both_sides(
    project: Path, kn: str | None
) -> None:
    code, text = merge(project, BASE.replace("One", "Ours"), BASE.replace("One", "Theirs"), kn)

    assert code == 1
    assert "<<<<<<< ours\nstatement: Ours.\n" in text
    assert "statement: Theirs.\n>>>>>>> theirs\n" in text


@pytest.mark.parametrize("kn", [*BROKEN.values(), REAL], ids=[*BROKEN.keys(), "kn"])
def test_edits_far_apart_merge_cleanly(project: Path, kn: str | None) -> None:
    ours, theirs = "id: fac-7k3m9qzt # ours\n", "recorded: 2026-02-02\n"

    code, text = merge(
        project, BASE.replace("id: fac-7k3m9qzt\n", ours),
        BASE.replace("recorded: 2026-01-01\n", theirs), kn,
    )  # fmt: skip

    assert code == 0
    assert ours in text and theirs in text and "<<<" not in text


def test_a_conflict_by_kn_has_markers_and_both_sides(project: Path) -> None:
    code, text = merge(project, BASE.replace("One", "Ours"), BASE.replace("One", "Theirs"), REAL)

    assert code == 1
    assert "Ours" in text and "Theirs" in text and text.count("<<<<<<<") == 1


def test_a_field_that_both_sides_add_elsewhere_is_one_conflict(project: Path) -> None:
    code, text = merge(
        project, BASE.replace("kind:", "valid_until: 2026-01-02\nkind:"),
        BASE + "valid_until: 2027-01-01\n", REAL,
    )  # fmt: skip

    marked = (
        "<<<<<<< ours\nvalid_until: 2026-01-02\n=======\nvalid_until: 2027-01-01\n>>>>>>> theirs\n"
    )
    assert (code, text) == (1, BASE.replace("kind:", f"{marked}kind:"))


@pytest.mark.parametrize("kn", [REAL, None], ids=["kn", "absent"])
def test_what_was_no_item_is_merged_by_lines(project: Path, kn: str | None) -> None:
    commit(project, BASE.replace("fac-7k3m9qzt", "*broken"))
    theirs = BASE.replace("fac-7k3m9qzt", "*broken").replace("-01-01", "-02-02")
    code, text = merge(project, BASE, theirs, kn)

    assert code == 0
    assert text == BASE.replace("-01-01", "-02-02")


def test_a_clean_merge_by_lines_that_no_longer_reads_keeps_both_sides(project: Path) -> None:
    flow = "id: fac-7k3m9qzt\n---\nkind: fact\n"  # two documents: no item
    ours, theirs = flow.replace("---", "a: 1\n---"), flow + "b: 2\n"
    commit(project, flow)
    code, text = merge(project, ours, theirs, REAL)

    assert code == 1
    assert text == f"<<<<<<< ours\n{ours}=======\n{theirs}>>>>>>> theirs\n"


def test_what_git_can_not_merge_by_lines_keeps_both_sides(project: Path, tmp_path: Path) -> None:
    for name, data in (("o", b"a\0\n"), ("a", b"b\0"), ("b", b"c\0\n")):
        (tmp_path / name).write_bytes(data)

    paths = (tmp_path / name for name in "oab")
    assert not merge_files(project, *paths, marker_size=9)

    assert (tmp_path / "a").read_bytes() == (
        b"<<<<<<<<< ours\nb\0\n=========\nc\0\n>>>>>>>>> theirs\n"
    )


@pytest.mark.skipif(shutil.which("timeout") is None, reason="only where there is `timeout`")
def test_a_kn_that_hangs_is_not_waited_for(project: Path) -> None:
    config = project / ".git/config"
    text = config.read_text()
    assert "timeout -k 1 30" in text
    config.write_text(text.replace("timeout -k 1 30", "timeout -k 1 1"))
    hanging = "#!/bin/sh\nexec sleep 60\n"

    started = time.monotonic()
    code, text = merge(project, BASE.replace("One", "Ours"), BASE.replace("One", "Theirs"), hanging)

    assert time.monotonic() - started < 20
    assert code == 1 and text.count("<<<<<<< ours\n") == 1


def test_a_merge_that_takes_too_long_ends_by_itself(tmp_path: Path) -> None:
    """For systems without `timeout`."""
    code = (
        "import sys, time\nfrom kn.flows.merge import files\nfiles.LIMIT = 1\n"
        "files.merge_items = lambda *_: time.sleep(60)\nfiles.run_driver(sys.argv[1:])"
    )
    for name in "oab":
        (tmp_path / name).write_text(name)
    words = [sys.executable, "-c", code, *(str(tmp_path / name) for name in "oab")]
    assert subprocess.run(words, check=False, timeout=30).returncode == -signal.SIGALRM


def test_init_again_renews_the_line_of_an_earlier_install(project: Path) -> None:
    config = project / ".git/config"
    now = config.read_text()
    config.write_text(now.replace(" %L %A.merged", " %L"))
    options = install.Options(hooks=False)
    plan = install.plan_install(find_repository(project), options)
    assert len(plan.steps) == 1 and plan.steps[0].startswith("set the merge driver")
    install.apply(plan)
    assert config.read_text() == now


@pytest.mark.parametrize("name", ["item-7k3m9qzt.yaml", "it's an item 7k3m9qzt.yaml"])
def test_the_line_of_an_earlier_kn_still_merges(
    project: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It names no place for the result: then that goes into our side."""
    config = project / ".git/config"
    text = config.read_text().replace(" %L %A.merged", " %L").replace("%A.merged", "%A.kn")
    config.write_text(text)
    monkeypatch.setattr(sys.modules[__name__], "ITEM", f".knowledge/facts/{name}")
    commit(project, BASE)
    ours, theirs = BASE.replace("One", "Ours"), BASE.replace("-01-01", "-02-02")

    code, text = merge(project, ours, theirs, REAL)

    assert (code, text) == (0, ours.replace("-01-01", "-02-02"))
