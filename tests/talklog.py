"""Claude Code logs for tests: a conversation written where the agent would write it."""

from __future__ import annotations

import json
from pathlib import Path

SESSION = "fd04aaaa-7d4f-4d0a-bbc6-a943563f2c8b"


def write_log(home: Path, repo: Path, *lines: str, session: str = SESSION) -> Path:
    """Write turns `U: …`, `A: …` and `T: …` as one session; returns its log."""
    records = []
    parent = None
    for place, line in enumerate(lines):
        who, text = line[0], line[3:]
        uuid = f"{session[:8]}-{place:04}"
        message: dict[str, object] = {"role": "user", "content": text}
        if who == "A":
            content = [{"type": "text", "text": text}]
            message = {"id": f"msg-{uuid}", "role": "assistant", "content": content}
        elif who == "T":
            result = {"type": "tool_result", "tool_use_id": "t", "content": text}
            message = {"role": "user", "content": [result]}
        records.append({
            "parentUuid": parent, "isSidechain": False,
            "type": "assistant" if who == "A" else "user",
            "message": message, "uuid": uuid, "sessionId": session, "cwd": str(repo),
            "timestamp": f"2026-01-02T03:{place // 60:02}:{place % 60:02}Z",
        })  # fmt: skip
        parent = uuid
    folder = home / ".claude/projects" / "".join(c if c.isalnum() else "-" for c in str(repo))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{session}.jsonl"
    path.write_text("".join(json.dumps(r) + "\n" for r in records), "utf-8")
    return path
