"""Floor 3: one use case each. They return values and never print."""
