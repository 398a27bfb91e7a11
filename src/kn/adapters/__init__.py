"""Floor 2: one outside world each."""
