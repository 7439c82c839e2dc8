"""Chooses the language model of an evaluation run: none, live, recorded or replayed."""

import argparse

from rag import Assistant, Settings


def opened(settings: Settings, args: argparse.Namespace) -> Assistant:
    """Open an assistant as the arguments say."""
    return Assistant.open(settings)
