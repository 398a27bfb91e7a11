"""`python -m kn`."""

import os
import sys

# Python puts the current folder first, and a repository may hold a `click.py` of its own.
sys.path[:] = [entry for entry in sys.path if entry and os.path.abspath(entry) != os.getcwd()]

from kn.cli import main  # noqa: E402 -- only now is the path safe

main()
