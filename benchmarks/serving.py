"""How long `kn mcp` takes: to start, for the first answer, and for each one after it.

    python -W ignore benchmarks/serving.py [SIZE ...] [--runs 30]

A real process over stdio, asked by the official client; times are whole calls as the client sees
them, in milliseconds, beside a `ping`, which is what the protocol alone costs.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import anyio
from made import make_items, make_question, make_repository
from mcp import Client, StdioServerParameters


async def _timed(call: Callable[[], Awaitable[object]]) -> float:
    start = time.perf_counter()
    await call()
    return (time.perf_counter() - start) * 1000


async def measure(root: Path, size: int, runs: int) -> None:
    items = make_items(size)
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "kn", "mcp"], env=dict(os.environ), cwd=root
    )
    start = time.perf_counter()
    async with Client(server, mode="legacy") as client:

        def tell(name: str, *times: float) -> None:
            p95 = sorted(times)[min(len(times) - 1, int(len(times) * 0.95))]
            print(f"{size:>7,}  {name:<28} {statistics.median(times):8.1f}  p95 {p95:8.1f}")

        async def context(number: int) -> None:
            task = make_question(items, number)
            assert not (await client.call_tool("kn_context", {"task": task})).is_error

        tell("start and handshake", (time.perf_counter() - start) * 1000)
        tell("kn_context, no index yet", await _timed(lambda: context(0)))
        tell("kn_context, the second", await _timed(lambda: context(1)))
        rows: dict[str, Callable[[int], Awaitable[object]]] = {
            "ping": lambda _: client.send_ping(),
            "kn_context, a new task": context,
            "kn_context, the same task": lambda _: context(7),
            "kn_search": lambda n: client.call_tool(
                "kn_search", {"words": make_question(items, n)}
            ),
            "kn_why": lambda n: client.call_tool("kn_why", {"path": f"src/a{n}.py"}),
            "kn_show": lambda n: client.call_tool("kn_show", {"ids": [items[n].id]}),
        }
        for name, call in rows.items():
            tell(name, *[await _timed(partial(call, n)) for n in range(runs)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sizes", nargs="*", type=int, default=[1000])
    parser.add_argument("--runs", type=int, default=30)
    arguments = parser.parse_args()
    os.environ.update(GIT_CONFIG_GLOBAL=os.devnull, GIT_CONFIG_NOSYSTEM="1")
    for size in arguments.sizes:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            make_repository(Path(folder), size)
            anyio.run(measure, Path(folder), size, arguments.runs)


if __name__ == "__main__":
    main()
