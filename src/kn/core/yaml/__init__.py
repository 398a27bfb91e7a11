"""The strict YAML of kn's files: reading it, writing it, and changing single fields in place."""
