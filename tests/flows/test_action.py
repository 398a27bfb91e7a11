"""The GitHub Action's program, against a stand-in of GitHub's API on the loopback."""

from __future__ import annotations

import importlib.util
import json
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Git
from tests.desk import SOURCE, Desk

PROGRAM = Path(__file__).parents[2] / "ci" / "github.py"
BOT = "github-actions[bot]"
MARKER = "<!-- kn:review -->"
A = "dec-00000001"


@dataclass
class Host:
    """A pull request's comments, and what was asked of them."""

    comments: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    read_only: bool = False
    stumbles: int = 0
    """So many requests are answered with 502 first."""
    url: str = ""

    def put(self, body: str, login: str = BOT) -> dict[str, Any]:
        comment = {"id": len(self.comments) + 1, "body": body, "user": {"login": login}}
        self.comments.append(comment)
        return comment

    @property
    def own(self) -> list[str]:
        return [c["body"] for c in self.comments if c["user"]["login"] == BOT]

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        self.asked.append((method, path))
        if self.stumbles:
            self.stumbles -= 1
            return 502, {}
        place, _, query = path.partition("?")
        if method == "GET" and place == "/repos/o/r/issues/7/comments":
            page = int(query.rpartition("page=")[2])
            return 200, self.comments[100 * (page - 1) : 100 * page]
        if self.read_only:
            return 403, {"message": "Resource not accessible by integration"}
        if method == "POST" and place == "/repos/o/r/issues/7/comments":
            return 201, self.put(body["body"])
        if method == "PATCH" and place.startswith("/repos/o/r/issues/comments/"):
            comment = self.comments[int(place.rpartition("/")[2]) - 1]
            comment["body"] = body["body"]
            return 200, comment
        return 404, {}


@pytest.fixture
def host() -> Iterator[Host]:
    found = Host()

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(size)) if size else None
            assert self.headers["Authorization"] == "Bearer t0ken"
            code, value = found.answer(self.command, self.path, body)
            raw = json.dumps(value).encode()
            self.send_response(code)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = do_PATCH = _serve

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


@dataclass
class Job:
    """A job of a workflow on a pull request."""

    desk: Desk
    git: Git
    host: Host
    home: Path

    def run(self, **environment: str) -> tuple[int, str]:
        """Run the program as `action.yml` does; exit code and log."""
        event = self.home / "event.json"
        heads = {side: {"sha": self.git("rev-parse", ref)} for side, ref in
                 (("base", "main"), ("head", "work"))}  # fmt: skip
        event.write_text(json.dumps({"pull_request": {"number": 7, **heads}}))
        for name in ("summary", "output"):
            (self.home / name).write_text("")
        done = subprocess.run(
            [sys.executable, str(PROGRAM)],
            cwd=self.desk.root,
            env={
                **os.environ, "GITHUB_EVENT_PATH": str(event), "GITHUB_REPOSITORY": "o/r",
                "GITHUB_API_URL": self.host.url, "GITHUB_STEP_SUMMARY": str(self.home / "summary"),
                "GITHUB_OUTPUT": str(self.home / "output"), "KN_TOKEN": "t0ken", "KN_PAUSE": "0",
                "RUNNER_TEMP": str(self.home), **environment,
            },
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    def commit(self, message: str = "Work") -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)

    def read(self, name: str) -> str:
        return (self.home / name).read_text("utf-8")


@pytest.fixture
def job(desk: Desk, git: Git, host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    home = tmp_path / "runner"
    home.mkdir()
    shim = home / "kn"
    shim.write_text(
        f"#!/bin/sh\nexec {sys.executable} -c \"import sys; sys.path.insert(0, '{SOURCE}'); "
        'from kn.cli import main; main()" "$@"\n'
    )
    shim.chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", f"{home}{os.pathsep}{os.environ['PATH']}")
    desk.plant(A, "Use a leaky bucket for limits.", scope={"paths": ["src/**"]},
               rejected=[{"option": "token bucket", "because": "bursts"}])  # fmt: skip
    (desk.root / "src").mkdir()
    (desk.root / "src/limits.py").write_text("limiter = LeakyBucket(1)\n")
    git("add", "-A")
    git("commit", "-q", "-m", "Know")
    git("checkout", "-q", "-b", "work")
    return Job(desk, git, host, home)


def test_one_comment_is_made_kept_changed_and_settled(job: Job) -> None:
    limits = job.desk.root / "src/limits.py"
    job.host.put(f"{MARKER}\nI am kn, believe me", login="mallory")
    limits.write_text("limiter = TokenBucket(1)\n")
    job.commit()

    code, log = job.run(**{"KN_FAIL_ON": "warning"})
    assert code == 1
    assert "::warning file=src/limits.py,line=1" in log
    (body,) = job.host.own
    assert body.startswith(MARKER) and "token bucket" in body
    assert "token bucket" in job.read("summary")
    assert "clean=false" in job.read("output")

    assert job.run()[0] == 0, "a warning fails nothing unless it is asked for"
    assert [m for m, _ in job.host.asked] == ["GET", "POST", "GET"], "the same is not said again"

    job.desk.plant("fac-00000002", "The limit is 20 calls a second.")
    job.commit()
    job.run()
    (body,) = job.host.own
    assert "20 calls a second" in body

    job.git("reset", "-q", "--hard", "main")
    (job.desk.root / "README").write_text("x\n")
    job.commit()
    assert job.run()[0] == 0
    assert job.host.own == [f"{MARKER}\n\n### Knowledge review: nothing to decide any more.\n"]
    assert "mallory" in str(job.host.comments[0]) and "believe" in job.host.comments[0]["body"]


def test_a_clean_pull_request_is_never_commented_on(job: Job) -> None:
    (job.desk.root / "README").write_text("x\n")
    job.commit()
    assert job.run()[0] == 0
    assert job.host.own == []
    assert "clean=true" in job.read("output")
    assert "nothing to decide" in job.read("summary")


def test_a_token_that_may_only_read_costs_the_comment_alone(job: Job) -> None:
    job.host.read_only = True
    (job.desk.root / "src/limits.py").write_text("limiter = TokenBucket(1)\n")
    job.commit()
    code, log = job.run(KN_FAIL_ON="warning")
    assert code == 1 and "may not write comments" in log and "Traceback" not in log
    assert job.host.own == []
    assert "token bucket" in job.read("summary")


def test_the_own_comment_is_found_behind_many_others_and_after_a_stumble(job: Job) -> None:
    for number in range(150):
        job.host.put(f"talk {number}", login="somebody")
    job.host.put(f"{MARKER}\nold")
    job.host.stumbles = 1
    (job.desk.root / "src/limits.py").write_text("limiter = TokenBucket(1)\n")
    job.commit()
    job.run()
    (body,) = job.host.own
    assert "token bucket" in body
    assert [m for m, _ in job.host.asked] == ["GET", "GET", "GET", "PATCH"]


def test_a_change_that_cannot_be_reviewed_fails_loudly(job: Job) -> None:
    code, log = job.run(KN_BASE="nowhere")
    assert code == 2
    assert "::error::kn could not review this change: Error: There is no commit 'nowhere'" in log
    assert job.host.asked == []


def test_without_a_connection_the_review_stands(job: Job) -> None:
    (job.desk.root / "src/limits.py").write_text("limiter = TokenBucket(1)\n")
    job.commit()
    code, log = job.run(GITHUB_API_URL="http://127.0.0.1:9")
    assert code == 0 and "no comment (URLError)" in log


ZEROS = "0" * 40


@pytest.mark.parametrize(("event", "more", "span"), [
    ({"pull_request": {"base": {"sha": "b"}, "head": {"sha": "h"}}}, {}, ("b", "h")),
    ({"pull_request": {"base": {"sha": "b"}}}, {"KN_BASE": "x", "KN_HEAD": "y"}, ("x", "y")),
    ({"merge_group": {"base_sha": "b", "head_sha": "h"}}, {}, ("b", "h")),
    ({"before": "b"}, {}, ("b", "HEAD")),
    ({"before": ZEROS}, {}, ("HEAD~1", "HEAD")),
    ({}, {"GITHUB_BASE_REF": "main"}, ("origin/main", "HEAD")),
    ({}, {}, ("HEAD~1", "HEAD")),
])  # fmt: skip
def test_each_event_names_its_two_sides(
    event: dict[str, Any], more: dict[str, str], span: tuple[str, str]
) -> None:
    spec = importlib.util.spec_from_file_location("ci_github", PROGRAM)
    assert spec is not None and spec.loader is not None
    program = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(program)
    assert program.sides(more, event) == span
    assert program.escape("50%\nno\r") == "50%25%0Ano"
