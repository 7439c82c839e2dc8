"""Runs that ask questions and score the replies."""
