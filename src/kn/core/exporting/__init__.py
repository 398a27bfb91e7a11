"""What kn knows, as other tools read it: pure writers of instruction blocks and MADR records."""
