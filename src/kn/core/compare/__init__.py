"""Knowledge compared: what two trees' items differ in, by item and field and never by line."""

from kn.core.compare.change import Change, Version, compare
from kn.core.compare.markdown import to_markdown
from kn.core.compare.text import convert_text, field_lines, to_text

__all__ = [
    "Change",
    "Version",
    "compare",
    "convert_text",
    "field_lines",
    "to_markdown",
    "to_text",
]
