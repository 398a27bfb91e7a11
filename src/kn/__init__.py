"""kn: a Git-native knowledge repository for software teams and their AI coding agents."""

__version__ = "0.1.0"
