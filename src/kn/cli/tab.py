"""A tab after a command that takes an id: answered without importing click or the command."""

from __future__ import annotations

import os
import sys

_TAKES_IDS = {"show": False, "edit": False, "log": False, "retire": True, "verify": True}
"""Command -> whether only living items are offered; a test holds this against the commands."""


def answer_plainly(arguments: list[str]) -> bool:
    """Answer `kn complete -- COMMAND ID...` where no option is among the words; else False."""
    words = arguments[2:]
    if arguments[:2] != ["complete", "--"] or len(words) < 2 or words[0] not in _TAKES_IDS:
        return False
    if any(word.startswith(("-", "'", '"')) or word == "=" for word in words):
        return False
    if len(words) > 2 and words[0] != "show":  # the others take one id
        return False
    from kn.flows.complete import guess_ids

    try:
        found = guess_ids(os.getcwd(), words[-1], living=_TAKES_IDS[words[0]])  # noqa: PTH109
        text = "".join(f"plain\t{word}\t{said}\n" for word, said in found)
        sys.stdout.buffer.write(text.encode("utf-8", "replace"))
    except Exception:  # a shell that waits for words must not get a traceback
        return True
    return True
