"""Floor 4: the command line. Parse, call one flow, show.

`main` answers the calls that git and agents make most, a hook, a file to merge, an item for a diff
and a context that was asked for before, without importing click.
"""

from __future__ import annotations

import sys

_WRITING = frozenset(("add", "edit", "retire", "verify", "inbox", "import"))
"""After these the next context is built ahead."""


def main() -> None:
    """The console script `kn` (and `git-kn`)."""
    arguments = sys.argv[1:]
    if arguments[:1] == ["hook"]:
        from kn.flows.serving.quick import run_hook

        sys.exit(run_hook(arguments[1:], lambda line: sys.stderr.write(line)))
    if arguments[:2] == ["agent", "hook"] and _answer_agent(arguments[2:]):
        return
    if arguments[:1] == ["merge-driver"]:
        from kn.flows.merge.files import run_driver

        code = run_driver(arguments[1:])
        if code is not None:
            sys.exit(code)
    if arguments == ["--version"]:
        from kn import __version__

        print(f"kn {__version__}")  # noqa: T201 -- before click is there
        return
    if arguments[:1] == ["textconv"] and len(arguments) == 2 and arguments[1][:1] != "-":
        from kn.core.compare import convert_text

        with open(arguments[1], "rb") as file:  # noqa: PTH123 -- git does this for each file
            sys.stdout.buffer.write(convert_text(file.read()))
        return
    if arguments[:1] == ["context"]:
        import gc

        gc.disable()  # what is loaded stays until the end: looking through it takes 5 % of the time
        from kn.flows.views.kept import repeat_answer

        if repeat_answer(arguments):
            return
        from kn.cli.asking import answer_plainly

        if answer_plainly(arguments):
            return
    if arguments[:1] == ["complete"]:
        from kn.cli.tab import answer_plainly as answer_tab

        if answer_tab(arguments):
            return
    from kn.cli.boundary import run

    try:
        run(arguments)
    finally:
        if arguments[:1] and arguments[0] in _WRITING:
            from kn.flows.serving.quick import start_ahead

            start_ahead(written=True)


def _answer_agent(words: list[str]) -> bool:
    """Answer an agent's hook; False when the words are not plain, so that click says why."""
    import os

    from kn.flows.agents.hook import read_words, run_agent_hook

    try:
        read_words(words)
    except ValueError:
        return False
    run_agent_hook(words, _read_stdin, lambda text: os.write(1, text.encode("ascii")))
    return True


def _read_stdin(most: int) -> bytes:
    import os

    parts, size = [], 0
    while size < most and (part := os.read(0, 1 << 16)):
        parts.append(part)
        size += len(part)
    return b"".join(parts)
