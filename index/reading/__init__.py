"""Reading: which files to read, and what text each of them holds."""
