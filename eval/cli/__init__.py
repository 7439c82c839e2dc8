"""What the sub-commands do; their arguments are in `eval.cli.arguments`."""
