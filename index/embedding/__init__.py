"""Texts to vectors: re-exports only."""

from index.embedding.embedder import DEFAULT_MODEL, Embedder, Engine, load_embedder
from index.embedding.model_files import verify

__all__ = ["DEFAULT_MODEL", "Embedder", "Engine", "load_embedder", "verify"]
