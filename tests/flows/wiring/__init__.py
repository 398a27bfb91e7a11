"""Setting clones up and taking kn out of them."""
