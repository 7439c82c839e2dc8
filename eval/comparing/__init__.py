"""Baselines, significance and the gate."""
