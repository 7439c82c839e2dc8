"""Upkeep: checking, mending, compacting and moving a library."""
