"""The command line: one file a command, and the table that names them all."""
