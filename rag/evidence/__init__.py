"""Evidence pages: an answer's quotes in one file, and checking them against originals."""
