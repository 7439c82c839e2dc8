"""Gold suites: cases, files, evidence, and their upkeep."""
