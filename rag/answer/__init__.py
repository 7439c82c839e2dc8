"""Answering with the stored words: which sentences, how sure, or none."""
