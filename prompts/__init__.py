"""Prompt templates as package data; empty until language models plug in, and read by `rag` only."""
