"""`kn init --commit-template`: the commit editor shows the trailers, and nothing else changes."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from tests.conftest import Git, Kn

SHOW = '#!/bin/sh\ncat "$1" > seen.txt\nprintf \'Add retry\\n\' | cat - "$1" > m && mv m "$1"\n'


def _commit(repo: Path, editor: str) -> subprocess.CompletedProcess[str]:
    script = repo / "editor.sh"
    script.write_text(editor, "utf-8")
    script.chmod(0o755)
    return subprocess.run(
        ["git", "commit", "--allow-empty"], cwd=repo, capture_output=True, text=True, check=False,
        env={**os.environ, "GIT_EDITOR": str(script)},
    )  # fmt: skip


def test_the_trailers_are_shown_as_comments_and_stay_out_of_the_message(
    repo: Path, git: Git, kn: Kn
) -> None:
    kn("init", "--no-hooks", "--commit-template")

    done = _commit(repo, SHOW)

    assert done.returncode == 0
    assert "# Rejected: an option | why it was not taken" in (repo / "seen.txt").read_text("utf-8")
    assert git("log", "-1", "--format=%B") == "Add retry"


def test_an_untouched_template_still_aborts(repo: Path, git: Git, kn: Kn) -> None:
    kn("init", "--no-hooks", "--commit-template")

    assert _commit(repo, "#!/bin/sh\ntrue\n").returncode != 0


def test_init_again_keeps_it_and_uninstall_takes_it_out(repo: Path, git: Git, kn: Kn) -> None:
    before = (repo / ".git/config").read_bytes()
    kn("init", "--no-hooks", "--commit-template")
    kn("init", "--no-hooks")

    kept = git("config", "commit.template")
    kn("uninstall")

    assert kept.endswith("commit-template")
    assert (repo / ".git/config").read_bytes() == before
    assert not Path(kept).exists()


def test_a_deleted_or_moved_repository_folder_never_blocks_a_commit(
    repo: Path, git: Git, kn: Kn
) -> None:
    kn("init", "--no-hooks", "--commit-template")
    linked, moved = repo.parent / "linked", repo.parent / "moved"
    git("commit", "--allow-empty", "-m", "One")
    git("worktree", "add", "-q", str(linked))

    seen = _commit(linked, SHOW)
    shown = (linked / "seen.txt").read_text("utf-8")
    git("worktree", "remove", "--force", str(linked))
    repo.rename(moved)
    after_move = _commit(moved, SHOW)
    shutil.rmtree(moved / ".git/kn")
    after_deletion = _commit(moved, SHOW)

    assert "# Rejected:" in shown
    assert (seen.returncode, after_move.returncode, after_deletion.returncode) == (0, 0, 0)


def test_somebody_elses_template_is_left_alone(repo: Path, git: Git, kn: Kn) -> None:
    git("config", "commit.template", "/elsewhere/template")

    done = kn("init", "--no-hooks", "--commit-template")

    assert git("config", "commit.template") == "/elsewhere/template"
    assert "already" in done.stderr
