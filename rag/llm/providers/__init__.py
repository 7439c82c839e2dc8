"""One file a provider: its library's objects in, our chunks out."""
