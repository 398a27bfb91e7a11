"""`kn_propose`: the one tool that writes, and only into this clone's private inbox."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Annotated, Any

from mcp.server.mcpserver import Context, MCPServer
from mcp_types import CallToolResult, ToolAnnotations
from pydantic import BaseModel, Field

from kn.core.hidden import quote_data
from kn.core.model import Rejected
from kn.mcp.answers import Proposed
from kn.mcp.desk import Desk
from kn.mcp.text import fenced, result

if TYPE_CHECKING:
    from kn.flows.capture.propose import Outcome
    from kn.flows.knowledge import Knowledge

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
"""Of a host, as evidence may repeat it."""


class Turned(BaseModel):
    """An option that was not taken."""

    option: Annotated[str, Field(max_length=300)]
    because: Annotated[str, Field(max_length=300)] = ""


_KINDS = "decision, convention, gotcha, incident, owner, fact, or a kind of the team's."
_Kind = Annotated[str, Field(max_length=40, description=_KINDS)]
_SENTENCE = "One sentence that stands alone, of 36 words at the most."
_Statement = Annotated[str, Field(min_length=3, max_length=300, description=_SENTENCE)]
_QUOTED = "Verbatim, what it rests on: the user's words, or the commit message's."
_Quote = Annotated[str, Field(min_length=1, max_length=2_000, description=_QUOTED)]
_Because = Annotated[str, Field(max_length=1_000, description="The reason.")]
_Rejected = Annotated[
    tuple[Turned, ...], Field(max_length=20, description="Options that were not taken.")
]
_Paths = Annotated[
    tuple[Annotated[str, Field(max_length=300)], ...],
    Field(max_length=20, description="Globs of the files it applies to."),
]
_Tags = Annotated[
    tuple[Annotated[str, Field(max_length=100)], ...],
    Field(max_length=20, description="Topics."),
]
_Details = Annotated[str, Field(max_length=8_000, description="More, if needed.")]
_OWN = (
    "Of the kind: instead (gotcha: what to do); on, severity, impact, cause, fix (incident); "
    "who, expertise (owner)."
)
_Own = Annotated[
    dict[str, Annotated[str, Field(max_length=1_000)]] | None,
    Field(max_length=20, description=_OWN),
]
_Commit = Annotated[
    str, Field(max_length=200, description="If the quote is of a commit's message: which.")
]


def add_propose(server: MCPServer[Any], desk: Desk) -> None:
    """Register the tool."""

    @server.tool(
        "kn_propose",
        title="Propose knowledge",
        description=(
            "Propose something worth keeping, when the user has settled it: a decision with what "
            "was rejected, a convention, a gotcha, an incident, an owner, a fact. It goes into "
            "this clone's private inbox; only the user makes an item of it. Quote the words it "
            "rests on. Secrets are taken out."
        ),
        annotations=ToolAnnotations(
            read_only_hint=False, destructive_hint=False, idempotent_hint=True,
            open_world_hint=False,
        ),
    )  # fmt: skip
    def kn_propose(
        ctx: Context[Any, Any],
        kind: _Kind,
        statement: _Statement,
        quote: _Quote,
        because: _Because = "",
        rejected: _Rejected = (),
        paths: _Paths = (),
        tags: _Tags = (),
        details: _Details = "",
        fields: _Own = None,
        commit: _Commit = "",
    ) -> Annotated[CallToolResult, Proposed]:
        from kn.flows.capture.propose import Proposal, propose

        options = tuple(Rejected(r.option, r.because) for r in rejected)
        own = fields or {}
        proposal = Proposal(
            kind, statement, quote, because, options, paths, tags, details, own, commit
        )
        source = _source(ctx)

        def answer(knowledge: Knowledge) -> CallToolResult:
            return _tell(propose(knowledge, proposal, os.environ, source=source))

        return desk.ask(answer)


def _source(ctx: Context[Any, Any]) -> str:
    """What evidence calls a conversation that has no name: the host's, where it says one."""
    known = ctx.session.client_params
    name = known.client_info.name if known else ""
    return f"mcp:{name}" if _NAME.fullmatch(name) else "mcp"


_STATES = {
    "proposed": "Proposed, and not accepted: it waits in this clone's inbox for the user.",
    "waiting": "A candidate with the same quote waits already, and nothing was added. If yours "
    "says something else, quote the words that it alone rests on. It says:",
    "joined": "A candidate that says the same waits already; your quote is now evidence of it.",
    "known": "An item says so already; nothing was added.",
}


def _tell(outcome: Outcome) -> CallToolResult:
    pending, state = outcome.pending, outcome.state
    accept = f"kn inbox accept {pending.key}" if state in ("proposed", "waiting") else ""
    text = _STATES.get(state, f"The user has decided about it before: {outcome.verdict}.")
    if state == "waiting":
        text += f" {quote_data(pending.candidate.statement)}"
    if accept:
        text += (
            f"\nAsk the user to look at it: `{accept}` makes an item of it, `kn inbox` shows all "
            "that waits."
        )
    near = [f"- [{n.id}] {quote_data(n.statement)}" for n in outcome.near]
    if near:
        text += "\nItems that may say so already, or that it replaces:\n" + fenced(near)
    data = {
        "format": 1,
        "state": state,
        "key": pending.key,
        "candidate": pending.candidate.to_json(),
        "looks_like": [{"id": n.id, "statement": n.statement} for n in outcome.near],
        "accept": accept,
    }
    return result(text, data, repeat=True)
