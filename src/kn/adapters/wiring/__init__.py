"""The files that tie a clone to kn: git hooks and their managers, planned as changes."""
