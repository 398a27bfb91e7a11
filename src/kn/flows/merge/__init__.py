"""Merging items: what git calls for each file, and helping a person with what is left."""
