"""A log of Monday's session with a coding agent, made for this demo.

The talk is made up; what the agent reads, writes and runs is the demo's own history. Real logs
also hold system prompts, thinking, failed attempts and long command outputs, and are longer.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

ASKED = {
    "05-bucket": "The checkout was down for 41 minutes last Tuesday because the payment API "
    "refused us. Look at how we call it, and slow callers of the payment routes down.",
    "06-typo": "A sentence in docs/requests.md reads wrong, under Middleware. Fix it.",
    "07-config": "The checkout team wants to change its limits without us. Move them into a "
    "file. Where do the buckets live? Is Redis worth it?",
    "08-redis": "As of this morning there are two workers in each pod and clients get twice "
    "their limit. So it has to be shared after all.",
}
ANSWERED = {
    "05-bucket": "The retries come without a delay, so one 429 becomes three calls in the same "
    "millisecond, and the quota of the whole shop is gone for a minute. I looked at two ways. A "
    "token bucket saves up tokens while a client is quiet and then lets a burst through: that "
    "burst is exactly what the payment API punishes. A leaky bucket lets calls through at a "
    "steady rate. I take the leaky bucket, one for each client, and the payment client waits "
    "0.5, 1 and 2 seconds before it tries again.",
    "06-typo": 'Done: "also one that another middleware refuses".',
    "07-config": "Each pod has one worker, so a dictionary in memory is exact today, and Redis "
    "would be one more thing that can be down. I keep the buckets in memory and read the "
    "numbers from limits.toml at the start.",
    "08-redis": "In memory each worker has its own bucket, so two workers give two buckets. I "
    "moved them to Redis. My first version used INCR and then EXPIRE; when I killed a worker in "
    "between, the key stayed for good and the client was blocked. One Lua script does both.",
}


def write_transcript(history: Path, target: Path) -> str:
    """Write the log in the form of Claude Code's, and return the text of its turns alone."""
    records: list[dict[str, object]] = []
    for step, asked in ASKED.items():
        records.append(_record("user", [{"type": "text", "text": asked}]))
        for number, (name, given, result) in enumerate(_calls(history, step)):
            use: Mapping[str, object] = {
                "type": "tool_use",
                "id": f"{step}-{number}",
                "name": name,
                "input": given,
            }
            got: Mapping[str, object] = {
                "type": "tool_result",
                "tool_use_id": f"{step}-{number}",
                "content": result,
            }
            records += [_record("assistant", [use]), _record("user", [got])]
        records.append(_record("assistant", [{"type": "text", "text": ANSWERED[step]}]))
    lines = [json.dumps(record, ensure_ascii=False) for record in records]
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return "\n".join(text for record in records for text in _texts(record))


def _record(role: str, content: list[Mapping[str, object]]) -> dict[str, object]:
    return {"type": role, "message": {"role": role, "content": content}}


def _texts(record: dict[str, object]) -> Iterator[str]:
    """What a model would read of a record."""
    message = record["message"]
    assert isinstance(message, dict)
    for part in message["content"]:
        if part["type"] == "text":
            yield part["text"]
        elif part["type"] == "tool_use":
            yield f"{part['name']} {json.dumps(part['input'], ensure_ascii=False)}"
        else:
            yield part["content"]


def _calls(history: Path, step: str) -> Iterator[tuple[str, dict[str, str], str]]:
    """What the agent does in a step: it reads the tree, writes the step's files, runs the tests."""
    tree: dict[str, Path] = {}
    for folder in sorted(history.iterdir()):
        if folder.name >= step:
            break
        tree |= _files(folder)
    changed = _files(history / step)
    yield "Bash", {"command": "git log --oneline && git ls-files"}, "\n".join(sorted(tree))
    for path in sorted(tree):
        if step != "06-typo" or path in changed:
            yield "Read", {"file_path": path}, _numbered(tree[path].read_text("utf-8"))
    for path, source in changed.items():
        yield "Write", {"file_path": path, "content": source.read_text("utf-8")}, "Written."
    if step != "06-typo":
        tests = sorted(p for p in {**tree, **changed} if p.startswith("tests/"))
        passed = "\n".join(f"{path} ... passed" for path in tests)
        yield "Bash", {"command": "python -m pytest -v"}, passed
    message = (history / step / "MESSAGE").read_text("utf-8")
    yield "Bash", {"command": "git add -A && git commit -F -", "input": message}, "Committed."


def _files(folder: Path) -> dict[str, Path]:
    return {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "MESSAGE"
    }


def _numbered(text: str) -> str:
    return "".join(f"{n:>6}\t{line}\n" for n, line in enumerate(text.splitlines(), 1))
