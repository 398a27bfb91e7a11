"""What a client can list besides tools: items as resources, and prompts for recording."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from mcp.server.mcpserver import MCPServer
from mcp_types import Completion, Resource, ResourceTemplateReference
from pydantic import Field

from kn.core.hidden import quote_data
from kn.mcp.desk import Desk
from kn.mcp.text import fenced, whole_lines

if TYPE_CHECKING:
    from kn.flows.knowledge import Knowledge
    from kn.flows.views.view import Row

MOST_LISTED = 100
"""Items that `resources/list` names, the newest first; there is kn_search for more (a guess)."""

_ASK = (
    "Then show me the sentence, ask whether it is right, and call `kn_propose` with it, quoting my "
    "own words. It waits in my inbox until I accept it: tell me the command."
)


def add_offers(server: MCPServer[Any], desk: Desk) -> None:
    """Register the template `kn://item/{id}`, its completion, and the prompts."""

    @server.resource(
        "kn://item/{id}",
        name="item",
        title="An item of the knowledge",
        description="An item whole, with how it stands today.",
        mime_type="text/plain",
    )
    def read_item(id: str) -> str:
        def read(knowledge: Knowledge) -> str:
            from kn.flows import items

            found = items.show_items(knowledge, [id])
            (one,) = found.found
            return fenced(whole_lines(one, items.item_yaml(knowledge, found.view, one)))

        return desk.read(read)

    async def complete(ref: Any, argument: Any, context: Any) -> Completion | None:
        if not isinstance(ref, ResourceTemplateReference) or argument.name != "id":
            return None
        fits = [r.id for r in await list_rows(desk) if r.id.startswith(argument.value.lower())]
        return Completion(values=fits[:100], total=len(fits), has_more=len(fits) > 100)

    server.completion()(complete)  # type: ignore[no-untyped-call]

    @server.prompt(title="Record a decision", description="Propose a decision to be kept.")
    def record_decision(
        decision: Annotated[str, Field(description="What was decided; empty: in this talk.")] = "",
    ) -> str:
        return _prompt("decision", decision)

    @server.prompt(title="Remember something", description="Propose what was learned just now.")
    def remember(
        what: Annotated[str, Field(description="What to keep; empty: of this talk.")] = "",
    ) -> str:
        return _prompt("convention, gotcha, incident, owner or fact", what)


def _prompt(kinds: str, given: str) -> str:
    about = f"This is to be kept: {given}\n" if given.strip() else "Look at what we settled here.\n"
    return (
        f"{about}Search with `kn_search` whether it is known or replaces something. Put it as a "
        f"{kinds}: one sentence that stands alone, the reason, what was rejected and why, and the "
        f"globs of the files it applies to. {_ASK}"
    )


async def list_rows(desk: Desk) -> list[Row]:
    """The current items that an agent may see, the newest first."""
    from anyio import to_thread

    def read(knowledge: Knowledge) -> list[Row]:
        from kn.flows import items

        found = [f.row for f in items.list_items(knowledge).found if f.row.standing == "current"]
        return sorted(found, key=lambda r: (r.recorded, r.id), reverse=True)

    return await to_thread.run_sync(lambda: desk.read(read))


def as_resource(row: Row) -> Resource:
    """An item as a client lists it for its user to choose."""
    return Resource(
        uri=f"kn://item/{row.id}",
        name=row.id,
        title=quote_data(row.statement),
        description=f"{row.kind}, {'reviewed' if row.trust == 'reviewed' else 'not reviewed yet'}",
        mime_type="text/plain",
    )
