"""`python -m kn`."""

from kn.cli import main

main()
