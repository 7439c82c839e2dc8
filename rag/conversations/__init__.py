"""Conversations, kept on this machine: the store, and what is written of them for others."""
