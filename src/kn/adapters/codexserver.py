"""Asking Codex which hooks it knows, and trusts: its own server, over stdio, for a moment."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

SECONDS = 5.0
"""That Codex may take; it was seen to take 0.3."""


def list_hooks(program: str, folder: Path) -> list[dict[str, Any]] | None:
    """The hooks that Codex would run in a folder, as it describes them; None without an answer."""
    who = {"clientInfo": {"name": "kn", "version": "1"}}
    asked: list[dict[str, Any]] = [
        {"id": 1, "method": "initialize", "params": who},
        {"method": "initialized"},
        {"id": 2, "method": "hooks/list", "params": {"cwds": [str(folder)]}},
    ]
    try:
        process = subprocess.Popen(
            [program, "app-server"], cwd=folder, text=True, errors="replace",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    except OSError:
        return None
    with process:
        from threading import Timer

        timer = Timer(SECONDS, process.kill)
        timer.start()
        try:
            return _talk(process, asked)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None
        finally:
            timer.cancel()
            process.kill()


def _talk(
    process: subprocess.Popen[str], asked: list[dict[str, Any]]
) -> list[dict[str, Any]] | None:
    assert process.stdin is not None and process.stdout is not None
    for one in asked:
        process.stdin.write(json.dumps(one) + "\n")
        process.stdin.flush()
    for line in process.stdout:
        said = json.loads(line)
        if said.get("id") == 2:
            return [hook for entry in said["result"]["data"] for hook in entry["hooks"]]
    return None
