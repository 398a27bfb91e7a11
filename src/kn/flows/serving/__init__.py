"""Serving a context: repeated, from a view that is ready, or renewed; and what belongs to it."""
