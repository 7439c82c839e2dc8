"""Store: a library's catalog and vectors, in a folder or on servers."""
