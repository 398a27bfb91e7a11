"""Merging two versions of an item with what they come from: field by field, never a lost side."""
