"""What kn's hook adds to a prompt, as a ratio to a hook that is `true`.

    python benchmarks/agent_hook.py [SIZE ...] [--runs 60]

Both are run as an agent runs them: by a shell, with a prompt's JSON on stdin, in turn, so that a
busy machine slows both; `own` is the processor's time alone, which a busy machine hardly changes.
Each prompt is new, and of a session that has been given things already.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from made import git, make_items, make_question, make_repository

from kn.core.agents.hosts import CLAUDE, EDIT, PROMPT, START, hook_command

NOTHING = "true"


def seconds(command: str, payload: dict[str, object], root: Path) -> tuple[float, float, bytes]:
    """Seconds that went by, seconds of the processor, and what was printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(
        ["/bin/sh", "-c", command], cwd=root, input=json.dumps(payload).encode(), check=True,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    took = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    own = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return took, own, done.stdout


def percentile(values: list[float], share: float) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[round(share * 100) - 1]


def measure(root: Path, size: int, runs: int) -> None:
    items = make_items(size)
    base = {"session_id": "bench", "cwd": str(root)}
    start = hook_command(CLAUDE, START)
    first, _, _ = seconds(start, {**base, "source": "startup"}, root)
    print(f"{size:>7,}  first session start of a clone, nothing indexed: {first * 1000:.0f} ms")
    time.sleep(1.2)
    rows = [
        ("session-start, ready", START, lambda n: {"session_id": f"s{n}", "source": "startup"}),
        ("prompt, new words", PROMPT, lambda n: {"prompt": make_question(items, n)}),
        ("prompt, nothing to look for", PROMPT, lambda n: {"prompt": "go on"}),
        ("edit, a new file", EDIT, lambda n: {
            "tool_name": "Edit", "session_id": f"e{n}",
            "tool_input": {"file_path": items[n].scope.paths[0].replace("**", "a.py")}}),
        ("edit, a shell command", EDIT, lambda n: {
            "tool_name": "Bash", "tool_input": {"command": "ls"}}),
    ]  # fmt: skip
    for name, event, payload in rows:
        nones, tooks, used, given = [], [], [], 0
        for number in range(-3, runs):
            whole = {**base, **payload(number + 3)}
            none, _, _ = seconds(NOTHING, whole, root)
            took, own, said = seconds(hook_command(CLAUDE, event), whole, root)
            if number >= 0:
                nones.append(none * 1000)
                tooks.append(took * 1000)
                used.append(own * 1000)
                given += bool(said)
        shown = []
        for label, share in (("p50", 0.5), ("p95", 0.95)):
            kn, nothing = percentile(tooks, share), percentile(nones, share)
            shown.append(f"{label} {kn / nothing:5.1f} x ({kn:3.0f} ms, `true` {nothing:3.1f} ms)")
        print(
            f"{size:>7,}  {name:<28} {', '.join(shown)}; own p50 {percentile(used, 0.5):3.0f} ms; "
            f"{given} of {runs} gave something"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sizes", nargs="*", type=int, default=[1000])
    parser.add_argument("--runs", type=int, default=60)
    arguments = parser.parse_args()
    os.environ.update(GIT_CONFIG_GLOBAL=os.devnull, GIT_CONFIG_NOSYSTEM="1")
    for size in arguments.sizes:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            make_repository(Path(folder), size)
            git(Path(folder), "config", "kn.initialized", "true")
            time.sleep(0.2)
            measure(Path(folder), size, arguments.runs)


if __name__ == "__main__":
    main()
