"""`kn init` and `kn uninstall`: what ties a clone to kn, planned, shown, done, and taken back."""
