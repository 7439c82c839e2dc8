"""Splitting: from a text to paragraphs, sentences and passages with exact offsets."""
