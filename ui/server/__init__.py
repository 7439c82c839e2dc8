"""The server: who gets in, how much, and the endpoints for programs."""
