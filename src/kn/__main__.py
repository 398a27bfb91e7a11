"""`python -m kn`."""

import os
import sys


# Python puts the current folder first, and a repository may hold a `click.py` of its own.
def _is_current(entry: str) -> bool:
    try:
        return not entry or os.path.abspath(entry) == os.getcwd()
    except OSError:  # the folder is gone, and nothing lies in it
        return False


sys.path[:] = [entry for entry in sys.path if not _is_current(entry)]

from kn.cli import main  # noqa: E402 -- only now is the path safe

main()
