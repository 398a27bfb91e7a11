"""`kn review`: a change held against the knowledge, judged by what it would be merged into."""
