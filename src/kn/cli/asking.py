"""The options of `kn context`, as a table, and reading a plain command line by it.

click makes its options of the same table, and reads everything that is not plain: help, errors,
abbreviations, `--name=value`. It takes as long to import as a context takes to be served.
"""

from __future__ import annotations

import os
from typing import Any, NamedTuple

from kn.flows.serving.values import Asked


class Option(NamedTuple):
    """One option: `flag`, `number`, `text`, `many` or one of several words."""

    name: str
    shape: str
    metavar: str
    help: str
    choices: tuple[str, ...] = ()


OPTIONS = (
    Option("--file", "many", "PATH", "A file of the task (can be repeated)."),
    Option("--budget", "number", "N", "Tokens at the most."),
    Option("--at", "text", "REV", "The knowledge of a revision."),
    Option("--format", "choice", "", "Plain lines, or fenced for an agent.", ("markdown", "xml")),
    Option("--read", "flag", "", "The relevant parts of the files, within the budget."),
    Option("--max-bytes", "number", "N", "Bytes at the most."),
    Option("--include-unreviewed", "flag", "", "In an agent: unreviewed items as well."),
    Option("--include-proposed", "flag", "", "Proposals as well, marked so."),
    Option("--explain", "flag", "", "Say of each item why it is there, or why not."),
    Option("--json", "flag", "", "Print JSON."),
)
MOST_NUMBER = 1_000_000


def read_plainly(words: list[str]) -> dict[str, Any] | None:
    """The values by option name, and `task`; None when the words are anything but plain."""
    values: dict[str, Any] = {"task": "", "--file": []}
    by_name = {option.name: option for option in OPTIONS}
    waiting = iter(words)
    for word in waiting:
        option = by_name.get(word)
        if option is None:
            if word.startswith("-") or values["task"] or not word:
                return None
            values["task"] = word
        elif option.shape == "flag":
            values[word] = True
        else:
            given = next(waiting, None)
            value = None if given is None else _value(option, given)
            if value is None:
                return None
            if option.shape == "many":
                values[word].append(value)
            else:
                values[word] = value
    return values


def _value(option: Option, given: str) -> Any:
    if given.startswith("-"):
        return None
    if option.shape == "number":
        plain = given.isascii() and given.isdigit() and int(given) <= MOST_NUMBER
        return int(given) if plain else None
    if option.shape == "choice":
        return given if given in option.choices else None
    return given


def asked_of(values: dict[str, Any]) -> Asked:
    """The question that the values ask."""
    return Asked(
        values.get("task") or "",
        tuple(values.get("--file") or ()),
        values.get("--budget"),
        values.get("--at") or "",
        values.get("--format") or "markdown",
        values.get("--max-bytes"),
        bool(values.get("--include-unreviewed")),
        bool(values.get("--include-proposed")),
    )


def answer_plainly(words: list[str]) -> bool:
    """Answer from a view that is ready, if the words are plain and nothing changed since.

    Returns:
        Whether the answer was printed.
    """
    values = read_plainly(words[1:])
    if values is None or any(values.get(o) for o in ("--at", "--explain", "--read")):
        return False
    from kn.flows.serving.ready import answer_ready
    from kn.flows.views.kept import keep_answer

    answer = answer_ready(asked_of(values))
    if answer is None or not answer[0].text:
        return False
    context, generation = answer
    text = json_text(context.to_json()) + "\n" if values.get("--json") else context.text
    try:  # noqa: SIM105 -- contextlib is an import more
        os.write(1, text.encode("utf-8", "surrogateescape"))
    except BrokenPipeError:
        pass  # whoever reads us has enough
    keep_answer(words, text, generation)
    return True


def json_text(value: Any) -> str:
    """JSON with escapes for what a terminal could act upon."""
    import json

    return json.dumps(value, ensure_ascii=False, indent=1).translate(_CONTROLS)


_CONTROLS = {
    **{
        code: f"\\u{code:04x}"
        for first, last in ((0x7F, 0x9F), (0x200B, 0x200F), (0x2028, 0x202E), (0x2060, 0x206F))
        for code in range(first, last + 1)
    },
    0xFEFF: "\\ufeff",
    **{0xE0000 + low: f"\\udb40\\u{0xDC00 + low:04x}" for low in range(0x80)},
}
"""JSON escapes C0 by itself, but not DEL, C1, what turns or hides text, and the tag characters."""
