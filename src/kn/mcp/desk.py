"""The desk at which calls are answered: one at a time, each from what is on the disk now."""

from __future__ import annotations

import os
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError
from mcp_types import CallToolResult, TextContent

from kn.errors import KnError, UnknownItem
from kn.mcp.text import clean

if TYPE_CHECKING:
    from kn.flows.knowledge import Knowledge

T = TypeVar("T")


class Desk:
    """Where the flows are called from.

    The SDK runs tools in threads; the flows know one command at a time (what git said, the
    current directory), and none takes long, so the calls of one client wait for each other.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._turn = threading.Lock()

    def ask(self, answer: Callable[[Knowledge], CallToolResult]) -> CallToolResult:
        """The answer of a tool; what goes wrong is told so that the model can act on it."""
        try:
            with self._turn:
                return answer(self._open())
        except KnError as error:
            return failure(_say(error))
        except Exception as error:
            return failure(_say_bug(error))

    def read(self, read: Callable[[Knowledge], T]) -> T:
        """A resource.

        Raises:
            ResourceNotFoundError: There is no such item.
            ResourceError: Anything else went wrong.
        """
        try:
            with self._turn:
                return read(self._open())
        except UnknownItem as error:
            raise ResourceNotFoundError(_say(error)) from None
        except KnError as error:
            raise ResourceError(_say(error)) from None
        except Exception as error:
            raise ResourceError(_say_bug(error)) from None

    def _open(self) -> Knowledge:
        from kn.flows.afresh import open_afresh

        return open_afresh(self._root, os.environ)


def failure(text: str) -> CallToolResult:
    """A result that says what went wrong."""
    return CallToolResult(content=[TextContent(type="text", text=text)], is_error=True)


def _say(error: KnError) -> str:
    hint = f"\nHint: {error.hint}" if error.hint else ""
    return clean(f"{error}{hint}")


def _say_bug(error: Exception) -> str:
    """One line for the model; the whole story is for whoever reads the server's log."""
    traceback.print_exception(error, file=sys.stderr)
    last = traceback.format_exception_only(error)[-1].strip()
    return clean(f"kn has a bug: {last}\nHint: Tell the user; the server's log has the details.")
