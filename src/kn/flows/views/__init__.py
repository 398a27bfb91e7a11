"""Views made ready: the items of a tree, each read once by content, judged, and kept."""
