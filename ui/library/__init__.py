"""The tab Library: articles listed, opened, added and removed."""
