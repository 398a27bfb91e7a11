"""Judging a change: the knowledge it changes, and the knowledge that its code speaks against."""
