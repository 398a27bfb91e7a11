"""Floor 4: the command line. Parse, call one flow, show.

`main` answers the calls that git and agents make most, a hook, a file to merge, an item for a diff
and a context that was asked for before, without importing click.
"""

from __future__ import annotations

import sys

_WRITING = frozenset(("add", "edit", "retire", "verify", "inbox", "import", "merge"))
"""After these the next context is built ahead."""


def main() -> None:
    """The console script `kn` (and `git-kn`)."""
    arguments = sys.argv[1:]
    answer = _QUICK.get(arguments[0]) if arguments else None
    if answer is not None and answer(arguments):
        return
    from kn.cli.boundary import run

    try:
        run(arguments)
    finally:
        if arguments[:1] and arguments[0] in _WRITING:
            from kn.flows.serving.quick import start_ahead

            start_ahead(written=True)


def _run_hook(arguments: list[str]) -> bool:
    from kn.flows.serving.quick import run_hook

    sys.exit(run_hook(arguments[1:], lambda line: sys.stderr.write(line)))


def _answer_agent(arguments: list[str]) -> bool:
    """Answer an agent's hook; False when the words are not plain, so that click says why."""
    if arguments[1:2] != ["hook"]:
        return False
    import os

    from kn.flows.agents.hook import read_words, run_agent_hook

    words = arguments[2:]
    try:
        read_words(words)
    except ValueError:
        return False
    run_agent_hook(words, _read_stdin, lambda text: os.write(1, text.encode("ascii")))
    return True


def _merge_file(arguments: list[str]) -> bool:
    from kn.flows.merge.files import run_driver

    code = run_driver(arguments[1:])
    if code is None:
        return False
    sys.exit(code)


def _say_version(arguments: list[str]) -> bool:
    if len(arguments) > 1:
        return False
    from kn import __version__

    print(f"kn {__version__}")  # noqa: T201 -- before click is there
    return True


def _convert_text(arguments: list[str]) -> bool:
    if len(arguments) != 2 or arguments[1][:1] == "-":
        return False
    from kn.core.compare import convert_text

    try:
        with open(arguments[1], "rb") as file:  # noqa: PTH123 -- git does this for each file
            raw = file.read()
    except OSError:
        return False  # click says what is wrong
    sys.stdout.buffer.write(convert_text(raw))
    return True


def _print_context(arguments: list[str]) -> bool:
    import gc

    gc.disable()  # what is loaded stays until the end: looking through it takes 5 % of the time
    from kn.flows.views.kept import repeat_answer

    if repeat_answer(arguments):
        return True
    from kn.cli.asking import answer_plainly

    return answer_plainly(arguments)


def _complete(arguments: list[str]) -> bool:
    from kn.cli.tab import answer_plainly

    return answer_plainly(arguments)


_QUICK = {
    "--version": _say_version,
    "agent": _answer_agent,
    "complete": _complete,
    "context": _print_context,
    "hook": _run_hook,
    "merge-driver": _merge_file,
    "textconv": _convert_text,
}
"""What is answered here when its words are plain; each says whether it was."""


def _read_stdin(most: int) -> bytes:
    import os

    parts, size = [], 0
    while size < most and (part := os.read(0, 1 << 16)):
        parts.append(part)
        size += len(part)
    return b"".join(parts)
