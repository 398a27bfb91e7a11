"""`kn context --read`: the relevant parts of the named files, within the same budget."""

from __future__ import annotations

from kn.adapters import git
from kn.adapters.tokens import count
from kn.adapters.words import load_stemmer
from kn.core.context.analysis import weigh_task
from kn.core.context.excerpt import choose_parts, divide_source, print_parts
from kn.core.context.render import FENCE_CLOSE
from kn.core.hidden import quote_data, show_hidden
from kn.errors import KnError
from kn.flows.knowledge import Knowledge
from kn.flows.serving.values import Asked, Context

ITEMS_SHARE = 4
"""Items take at most one part in so many of a budget that files are read into, but not less than
`ITEMS_LEAST` tokens (guesses)."""
ITEMS_LEAST = 400
MOST_BYTES = 400_000


def items_budget(budget: int) -> int:
    """What the items may take, so that the files get the rest."""
    return min(budget, max(ITEMS_LEAST, budget // ITEMS_SHARE))


def read_files(knowledge: Knowledge, context: Context, asked: Asked, budget: int) -> Context:
    """The context with the parts of its files that the task is about, within `budget` tokens.

    The files that the task names come first, then those that it will likely touch. The text of a
    file is data: control and hidden characters are shown, and no line of it can close its fence.
    """
    names = dict.fromkeys((*asked.files, *(f.path for f, _ in context.files)))
    terms = weigh_task(asked.task, load_stemmer()).terms
    text, closing = context.text, ""
    if asked.form == "xml" and text:
        at = text.rindex(FENCE_CLOSE[0])
        text, closing = text[:at], text[at:]
    for number, path in enumerate(names):
        left = budget - count(text + closing)
        share = left // (len(names) - number)
        source = _read(knowledge, context.asked.at, path)
        if share < 30 or source is None:
            continue
        parts = divide_source(source, terms, load_stemmer())
        chosen = choose_parts(parts, share - 25, count)
        while (
            chosen
            and count((longer := text + print_parts(quote_data(path), chosen)) + closing) > budget
        ):
            chosen.remove(min(chosen, key=lambda p: p.score))
        if chosen:
            text = longer
    whole = text + closing
    return context._replace(text=whole, spent=count(whole), budget=budget)


def _read(knowledge: Knowledge, at: str, path: str) -> str | None:
    commit = git.resolve(knowledge.repo, at) if at else knowledge.probe.head
    if not at and knowledge.repo.top is not None:
        from kn.adapters.files import read_regular
        from kn.adapters.snapshot import is_inside

        if not is_inside(knowledge.repo.top, path):
            return None
        try:
            raw = read_regular(knowledge.repo.top / path, most=MOST_BYTES)
        except (KnError, FileNotFoundError, NotADirectoryError):
            return None
    else:
        blob = git.blobs_at(knowledge.repo, commit, [path]).get(path, "")
        raw = git.read_blobs(knowledge.repo, [blob]).get(blob, b"") if blob else b""
    if b"\0" in raw[:8000]:
        return None
    text = raw[:MOST_BYTES].decode("utf-8", "replace").replace("\t", "    ")
    return "\n".join(show_hidden(row) for row in text.splitlines())
