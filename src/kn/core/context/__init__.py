"""What a task gets of the knowledge: terms, ranking, cutting to a budget, and the text of it."""
