"""`kn mcp`: an MCP server over stdio."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import click

from kn.errors import KnError


@click.command(short_help="Serve agents over MCP, on stdin and stdout.")
@click.option(
    "--repo",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path(),
    metavar="PATH",
    help="The repository; default: the current folder's.",
)
def command(repo: Path) -> None:
    """Serve one agent over the Model Context Protocol, until it closes the connection.

    Agents start this by themselves; docs/mcp.md says how each is told to. It has the tools
    kn_context, kn_search, kn_show, kn_why, kn_propose and kn_check, and opens no connection.
    """
    import gc

    gc.disable()  # hosts wait a second for the handshake, and what is loaded stays
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")  # looking for them takes long as well
    os.chdir(repo)  # what the flows are asked about is told from here
    try:
        from kn.mcp import serve
    except ImportError as missing:
        if (missing.name or "").partition(".")[0] == "kn":
            raise
        raise KnError(
            f"`kn mcp` needs the official MCP library, 2.3 or newer: {missing}.",
            hint="Install it: pip install 'kn[mcp]'",
        ) from None
    gc.freeze()
    gc.enable()
    # Python's own way would wait for the thread that reads stdin; nothing here needs tidying up.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    serve(Path.cwd())
