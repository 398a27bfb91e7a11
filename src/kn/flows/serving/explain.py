"""Why an item is in a context, and why a near miss is not."""

from __future__ import annotations

from collections.abc import Mapping

from kn.flows.serving.values import Context

NEAR_MISSES = 10


def explain_lines(context: Context, traced: Mapping[str, object]) -> list[str]:
    """What an item scores, costs, why, and where it is from; then the best that did not fit.

    Args:
        context: What was served.
        traced: Item path -> its provenance.
    """
    lines = [f"{context.spent} of {context.budget} tokens, {len(context.items)} items."]
    for item in context.items:
        reasons = "; ".join(item.why)
        lines.append(f"{item.id}  score {item.score:g}, {item.tokens} tokens: {reasons}")
        if item.body.path in traced:
            lines.append(f"    {traced[item.body.path]}")
    for miss in context.left_out[:NEAR_MISSES]:
        lines.append(f"{miss.id}  score {miss.score:g}, did not fit: {'; '.join(miss.why)}")
    for item_id, better in context.repeats.items():
        lines.append(f"{item_id}  left out: much like {better}")
    for file, tokens in context.files:
        lines.append(f"{file.path}  score {file.score:g}, {tokens} tokens: {file.why}")
    rest = len(context.left_out) + context.more - NEAR_MISSES
    if rest > 0:
        lines.append(f"and {rest} more that did not fit")
    if context.held_back:
        lines.append(f"{context.held_back} held back: not reviewed (--include-unreviewed)")
    return lines
