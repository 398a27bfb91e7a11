"""Floor 1: pure. Bytes, text, numbers, dates in; values out. No git, no disk, no clock."""
