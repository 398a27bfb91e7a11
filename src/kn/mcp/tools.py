"""The tools that read. Names and descriptions are constants: no text of a repository is in them.

Flows are imported at the first call: a host waits for the handshake, and not for long."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from mcp.server.mcpserver import MCPServer
from mcp_types import CallToolResult, ToolAnnotations
from pydantic import Field

from kn.core.hidden import quote_data
from kn.errors import UnknownItem
from kn.mcp.answers import ContextAnswer, Findings, Items
from kn.mcp.desk import Desk
from kn.mcp.proposing import add_propose
from kn.mcp.text import (
    brief,
    clean,
    fenced,
    found_lines,
    items_data,
    result,
    whole_lines,
)

if TYPE_CHECKING:
    from kn.flows.items import Answer
    from kn.flows.knowledge import Knowledge

_READS = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
_Path = Annotated[str, Field(max_length=1_000)]
_MOST_FINDINGS = 50
"""Nobody mends more at once (a guess)."""


def add_tools(server: MCPServer[Any], desk: Desk) -> None:
    """Register the tools; each call opens the knowledge anew."""
    _add_context(server, desk)
    _add_search(server, desk)
    _add_show(server, desk)
    _add_why(server, desk)
    add_propose(server, desk)
    _add_check(server, desk)


def _add_context(server: MCPServer[Any], desk: Desk) -> None:
    @server.tool(
        "kn_context",
        title="Context for a task",
        description=(
            "What this repository's team knows that matters for a task: decisions with what was "
            "rejected, conventions, gotchas, incidents, owners; current ones, best first, within a "
            "token budget. Call it before you plan or change code. Without a task: for what this "
            "branch is doing."
        ),
        annotations=_READS,
    )
    def kn_context(
        task: Annotated[str, Field(max_length=20_000, description="The task, in words.")] = "",
        files: Annotated[list[_Path], Field(max_length=50, description="Files of the task.")] = [],  # noqa: B006 -- read, never changed
        budget: Annotated[
            int | None, Field(ge=0, le=20_000, description="Tokens at the most; 500 or as set.")
        ] = None,
        detail: Annotated[
            bool, Field(description="Also each item's score, evidence and path, as data.")
        ] = False,
    ) -> Annotated[CallToolResult, ContextAnswer]:
        def answer(knowledge: Knowledge) -> CallToolResult:
            from kn.flows.context import build_context
            from kn.flows.serving.values import Asked

            paths = tuple(_place(knowledge, f) for f in files)
            asked = Asked(task, paths, budget, form="xml")
            context = build_context(knowledge, asked).context
            data = context.to_json()
            if not detail:
                names = ("format", "budget", "spent", "branch", "omitted", "text")
                data = {name: data[name] for name in names}
                left_out = {n: v for n, v in data["omitted"].items() if v}
                data["omitted"] = left_out if left_out.get("count") else _without(left_out)
            small = f"A budget of {context.budget} tokens is too small for anything."
            return result(context.text or small, data, repeat=True)

        return desk.ask(answer)


def _without(left_out: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in left_out.items() if name != "because"}


def _add_search(server: MCPServer[Any], desk: Desk) -> None:
    @server.tool(
        "kn_search",
        title="Search the knowledge",
        description=(
            "Items of this repository's knowledge that hold certain words, best first; current "
            "ones unless `history` is set. For a task kn_context is better: it has a budget."
        ),
        annotations=_READS,
    )
    def kn_search(
        words: Annotated[
            str, Field(min_length=1, max_length=1_000, description="What the items should hold.")
        ],
        limit: Annotated[int, Field(ge=1, le=50, description="Items at the most.")] = 10,
        history: Annotated[
            bool, Field(description="Also superseded, retired and expired items, marked so.")
        ] = False,
    ) -> Annotated[CallToolResult, Items]:
        def answer(knowledge: Knowledge) -> CallToolResult:
            from kn.flows import items

            found = items.search_items(knowledge, words, everything=history, limit=limit)
            lines = found_lines(found, nothing="No item holds these words.")
            return result(fenced(lines), items_data(found, [brief(f) for f in found.found]))

        return desk.ask(answer)


def _add_show(server: MCPServer[Any], desk: Desk) -> None:
    @server.tool(
        "kn_show",
        title="Show items whole",
        description=(
            "Items of this repository's knowledge with all that is recorded: reasons, rejected "
            "options, evidence, links, details. Take the ids from kn_context, kn_search or kn_why."
        ),
        annotations=_READS,
    )
    def kn_show(
        ids: Annotated[
            list[Annotated[str, Field(max_length=100)]],
            Field(min_length=1, max_length=10, description="Ids; each may be shortened."),
        ],
    ) -> Annotated[CallToolResult, Items]:
        def answer(knowledge: Knowledge) -> CallToolResult:
            from kn.flows import items

            found = _find(knowledge, ids)
            view = found.view
            lines = [
                line
                for one in found.found
                for line in whole_lines(one, items.item_yaml(knowledge, view, one))
            ]
            whole = [items.item_json(knowledge, view, one) for one in found.found]
            return result(fenced(lines), items_data(found, whole))

        return desk.ask(answer)


def _find(knowledge: Knowledge, ids: list[str]) -> Answer:
    from kn.flows import items

    try:
        return items.show_items(knowledge, ids)
    except UnknownItem as error:
        held = items.list_items(knowledge).view.held_back
        if not held:
            raise
        hint = f"{held} held back: not reviewed. It may be one of these."
        raise UnknownItem(str(error), hint=hint) from None


def _add_why(server: MCPServer[Any], desk: Desk) -> None:
    @server.tool(
        "kn_why",
        title="What applies to a file",
        description=(
            "What this repository's team knows about one file: the decisions, conventions, "
            "gotchas, incidents and owners whose scope holds it, best first. Call it before you "
            "edit a file."
        ),
        annotations=_READS,
    )
    def kn_why(
        path: Annotated[
            str, Field(min_length=1, max_length=1_000, description="A file, also a new one.")
        ],
    ) -> Annotated[CallToolResult, Items]:
        def answer(knowledge: Knowledge) -> CallToolResult:
            from kn.flows import items

            found = items.explain_path(knowledge, _place(knowledge, path))
            lines = found_lines(found, nothing="Nothing is recorded for this file.", why=True)
            return result(fenced(lines), items_data(found, [brief(f) for f in found.found]))

        return desk.ask(answer)


def _add_check(server: MCPServer[Any], desk: Desk) -> None:
    @server.tool(
        "kn_check",
        title="Check the knowledge",
        description=(
            "Problems of this repository's knowledge: schema, links, duplicates, staleness, "
            "secrets. Call it after you edited a file below .knowledge/."
        ),
        annotations=_READS,
    )
    def kn_check(
        paths: Annotated[
            list[_Path], Field(max_length=50, description="Only these files and folders.")
        ] = [],  # noqa: B006
    ) -> Annotated[CallToolResult, Findings]:
        def answer(knowledge: Knowledge) -> CallToolResult:
            from kn.flows.check import check_knowledge

            found = check_knowledge(knowledge, [_place(knowledge, p) for p in paths])
            shown = [f.to_json() | {"message": clean(f.message)[:300]} for f in found]
            shown = shown[:_MOST_FINDINGS]
            lines = [
                quote_data(
                    f"{f['path']}:{f['line']}: {f['severity']}: {f['message']} [{f['code']}]"
                )
                for f in shown
            ]
            if len(found) > len(shown):
                lines.append(f"{len(found) - len(shown)} more are not listed.")
            data = {"format": 1, "findings": shown, "count": len(found)}
            return result(fenced(lines) if lines else "No findings.", data)

        return desk.ask(answer)


def _place(knowledge: Knowledge, given: str) -> str:
    """A path as the flows take it. Agents name files from the repository's top as well as from
    where they were started."""
    top = knowledge.repo.top
    if top is None or Path(given).is_absolute() or Path(given).exists():
        return given
    return str(top / given)
