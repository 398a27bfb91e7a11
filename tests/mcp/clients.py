"""The official client, asked from ordinary tests."""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import anyio
from mcp import Client, StdioServerParameters
from mcp_types import CallToolResult, TextContent

from kn.mcp import make_server

T = TypeVar("T")

ERAS = ["legacy", "auto"]
"""The handshake of up to 2025-11-25, and the discovery of 2026-07-28."""


def in_process(talk: Callable[[Client], Awaitable[T]], *, mode: str = "auto") -> T:
    """What `talk` makes of a client that is joined to a server in this process."""

    async def run() -> T:
        async with Client(make_server(Path.cwd()), mode=mode) as client:
            return await talk(client)

    return anyio.run(run)


def over_stdio(
    talk: Callable[[Client], Awaitable[T]], *words: str, mode: str = "auto", cwd: Path | None = None
) -> T:
    """What `talk` makes of a client of `kn mcp`, a process of its own."""
    server = parameters(*words, cwd=cwd)

    async def run() -> T:
        async with Client(server, mode=mode, read_timeout_seconds=60) as client:
            return await talk(client)

    return anyio.run(run)


def parameters(*words: str, cwd: Path | None = None) -> StdioServerParameters:
    """How a client starts `kn mcp`: sealed as the tests are."""
    return StdioServerParameters(
        command=sys.executable, args=["-m", "kn", "mcp", *words], env=dict(os.environ), cwd=cwd
    )


def call(name: str, mode: str = "auto", **arguments: Any) -> CallToolResult:
    """The result of one tool, called in this process."""
    return in_process(lambda client: client.call_tool(name, arguments), mode=mode)


def text_of(result: CallToolResult) -> str:
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


def data_of(result: CallToolResult) -> dict[str, Any]:
    assert not result.is_error, text_of(result)
    data = result.structured_content
    assert isinstance(data, dict)
    return data
