"""A model on the loopback that says what a script tells it to, and fails where it is told to."""
