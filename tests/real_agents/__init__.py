"""Tests with real coding agents; optional: skipped where their binaries are absent."""
