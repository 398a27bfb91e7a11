"""What each AI agent's hooks say and expect: settings, events, and answers, as text and values."""
