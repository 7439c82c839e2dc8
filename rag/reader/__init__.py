"""The reader: finds the exact answer inside a passage; `training` makes it."""
