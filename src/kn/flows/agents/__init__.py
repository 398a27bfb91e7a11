"""kn in AI agents: wired in and out, what their hooks are answered, and whether all of it works."""
