"""`kn extract --llm`: a model asked on request, within limits that are shown before."""
