"""JSON with comments, edited in place: what goes in comes out again, to the byte."""

from kn.core.jsonc.edit import Inserted, append, insert, read, remove

__all__ = ["Inserted", "append", "insert", "read", "remove"]
