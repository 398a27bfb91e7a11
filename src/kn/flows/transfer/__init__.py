"""What comes into kn from other tools' notes, and what goes out into other tools' files."""
