"""The words of `footnote eval` beside running: lint, schema, export, init-ci, calibrate."""

import argparse


def add_upkeep(parser: argparse.ArgumentParser) -> None:
    """Add the words to the parser of `footnote eval`."""
