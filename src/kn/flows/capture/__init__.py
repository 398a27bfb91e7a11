"""Capture: commits, sessions and proposals become candidates, each once, for a person to judge."""
