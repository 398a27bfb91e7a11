"""What the GitHub Action runs: a review, its annotations, the job's summary, and one comment.

The comment is found again by its first line and by who wrote it, changed in place, and never made
for a pull request that is clean. A token that may not write (that of a pull request from a fork)
costs the comment alone. Only the standard library is used; whatever an item says was escaped by kn.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

MARKER = "<!-- kn:review -->"
"""The first line of kn's comment (`kn.core.review.markdown`)."""
MOST_SUMMARY = 1_000_000
"""Bytes of a job's summary; GitHub drops one of more than 1 MiB."""
MOST_COMMENT = 65_000
"""Characters of a comment; GitHub refuses more than 65,536."""
MOST_PAGES = 30
"""Pages of a hundred comments that are looked through."""
SETTLED = f"{MARKER}\n\n### Knowledge review: nothing to decide any more.\n"
_NOT_ALLOWED = (401, 403, 404)


def main(environment: Mapping[str, str]) -> int:
    """Review, tell, and return kn's exit code."""
    event = read_event(environment)
    base, head = sides(environment, event)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(environment.get("RUNNER_TEMP") or folder) / "kn-review.json"
        comment, summary = Path(folder, "comment.md"), Path(folder, "summary.md")
        code, said = review(environment, f"{base}...{head}", report, comment, summary)
        if code not in (0, 1):
            print(f"::error::{escape(f'kn could not review this change: {said or code}')}")
            return code
        clean = bool(json.loads(report.read_text("utf-8"))["clean"])
        write_summary(environment, summary.read_text("utf-8"))
        write_output(environment, clean=str(clean).lower(), report=str(report))
        number = (event.get("pull_request") or {}).get("number")
        if number and environment.get("KN_COMMENT", "true") == "true":
            tell(environment, int(number), comment.read_text("utf-8"), clean=clean)
    return code


def read_event(environment: Mapping[str, str]) -> dict[str, Any]:
    """What GitHub says of why the job runs; empty outside of it."""
    path = environment.get("GITHUB_EVENT_PATH", "")
    if not path or not Path(path).is_file():
        return {}
    found: dict[str, Any] = json.loads(Path(path).read_text("utf-8"))
    return found


def sides(environment: Mapping[str, str], event: Mapping[str, Any]) -> tuple[str, str]:
    """What is reviewed: the inputs, else the pull request's two ends, else HEAD's change."""
    pull, queue = event.get("pull_request") or {}, event.get("merge_group") or {}
    base = environment.get("KN_BASE") or (pull.get("base") or {}).get("sha") or ""
    base = base or queue.get("base_sha") or ""
    if not base and environment.get("GITHUB_BASE_REF"):
        base = f"origin/{environment['GITHUB_BASE_REF']}"
    head = environment.get("KN_HEAD") or (pull.get("head") or {}).get("sha")
    before = event.get("before") or ""
    if not before.strip("0"):  # a new branch was pushed
        before = "HEAD~1"
    return base or before, head or queue.get("head_sha") or "HEAD"


def escape(text: str) -> str:
    """Text as the message of a workflow command."""
    return text.strip().replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def review(
    environment: Mapping[str, str], span: str, report: Path, comment: Path, summary: Path
) -> tuple[int, str]:
    """Run kn, whose annotations go to the log, where GitHub reads them; its code, and its talk."""
    if environment.get("KN_DIRECTORY"):
        subprocess.run(["git", "config", "kn.dir", environment["KN_DIRECTORY"]], check=True)
    sarif = environment.get("KN_SARIF")
    files = [f"json={report}", f"markdown={comment}", f"summary={summary}"]
    files += [f"sarif={sarif}"] if sarif else []
    words = ["kn", "review", span, "--format", "github"]
    words += ["--fail-on", environment.get("KN_FAIL_ON") or "error"]
    words += [word for file in files for word in ("--write", file)]
    sys.stdout.flush()
    done = subprocess.run(words, check=False, stderr=subprocess.PIPE)
    said = done.stderr.decode("utf-8", "replace")
    if done.returncode in (0, 1):
        sys.stderr.write(said)
    return done.returncode, said


def write_summary(environment: Mapping[str, str], text: str) -> None:
    """Add the review to the page of the job."""
    path = environment.get("GITHUB_STEP_SUMMARY")
    if path:
        with Path(path).open("a", encoding="utf-8") as page:
            page.write(cut(text, MOST_SUMMARY))


def cut(text: str, most: int) -> str:
    """The text in so many bytes at most, cut at a line."""
    raw = text.encode("utf-8")
    if len(raw) <= most:
        return text
    kept = raw[:most].decode("utf-8", "ignore").rpartition("\n")[0]
    return f"{kept}\n\nAnd more: this page would be too long. Run `kn review --full`.\n"


def write_output(environment: Mapping[str, str], **values: str) -> None:
    """What later steps of the workflow may use."""
    path = environment.get("GITHUB_OUTPUT")
    if path:
        with Path(path).open("a", encoding="utf-8") as out:
            out.writelines(f"{name}={value}\n" for name, value in values.items())


def tell(environment: Mapping[str, str], number: int, text: str, *, clean: bool) -> None:
    """Make, change or settle kn's comment; what GitHub refuses is said and is no failure."""
    text = SETTLED if clean else text[:MOST_COMMENT]
    bot = environment.get("KN_BOT") or "github-actions[bot]"
    issue = f"/repos/{environment.get('GITHUB_REPOSITORY', '')}/issues"
    try:
        old = find_comment(environment, f"{issue}/{number}/comments", bot)
        if old is None and not clean:
            call(environment, "POST", f"{issue}/{number}/comments", {"body": text})
        elif old is not None and old["body"].strip() != text.strip():
            call(environment, "PATCH", f"{issue}/comments/{int(old['id'])}", {"body": text})
    except urllib.error.HTTPError as error:
        why = "this token may not write comments" if error.code in _NOT_ALLOWED else error.reason
        print(f"kn: no comment ({why}); the review is in the job's summary.")
    except (OSError, ValueError, KeyError) as error:
        print(f"kn: no comment ({type(error).__name__}); the review is in the job's summary.")


def find_comment(environment: Mapping[str, str], path: str, bot: str) -> dict[str, Any] | None:
    """kn's own comment: its first line is the marker, and the bot wrote it."""
    for page in range(1, MOST_PAGES + 1):
        found = call(environment, "GET", f"{path}?per_page=100&page={page}")
        for comment in found:
            author = (comment.get("user") or {}).get("login")
            if author == bot and str(comment.get("body") or "").startswith(MARKER):
                return dict(comment)
        if len(found) < 100:
            break
    return None


def call(environment: Mapping[str, str], method: str, path: str, body: object = None) -> Any:
    """One request to GitHub; what fails on their side is tried once more, unless it makes one."""
    address = (environment.get("GITHUB_API_URL") or "https://api.github.com") + path
    data = json.dumps(body).encode("utf-8") if body is not None else None
    headers = {
        "Accept": "application/vnd.github+json",
        "Authorization": f"Bearer {environment.get('KN_TOKEN', '')}",
        "Content-Type": "application/json",
        "User-Agent": "kn",
        "X-GitHub-Api-Version": "2022-11-28",
    }
    for last in (False, True):
        request = urllib.request.Request(address, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            if last or error.code < 500 or method == "POST":
                raise
            time.sleep(float(environment.get("KN_PAUSE", "2")))
    raise AssertionError("never reached")


if __name__ == "__main__":
    sys.exit(main(os.environ))
