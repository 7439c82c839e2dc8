"""The reader: finds the exact answer inside a passage; `train` makes it, `model` runs it."""
