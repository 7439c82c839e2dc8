"""Sync: files, folders and texts brought into a library, and kept in step with it."""
