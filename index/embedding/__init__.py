"""Texts to vectors: the choice of an embedding engine.

Importing this costs nothing: numpy, onnxruntime and torch are imported by the engine chosen.
"""

from typing import get_args

from index.embedding.embedder import DEFAULT_MODEL, Embedder, Engine
from index.embedding.model_files import verify
from index.errors import SettingsError

__all__ = ["DEFAULT_MODEL", "Embedder", "Engine", "load_embedder", "verify"]


def load_embedder(model: str = DEFAULT_MODEL, *, engine: Engine = "auto") -> Embedder:
    """Return the embedder for a model.

    Args:
        model: `all-MiniLM-L6-v2` (its weights are a plain dependency, nothing is downloaded), or
            any name or folder that sentence-transformers can load.
        engine: `auto` takes `onnx` for all-MiniLM-L6-v2 and `sentence-transformers` for every
            other model. `onnx` runs on the processor and imports no torch.
            `sentence-transformers` imports torch (seconds) and uses a GPU where there is one.

    Raises:
        SettingsError: The engine is unknown, or cannot run this model.
        EmbeddingError: The model cannot be found or loaded.
    """
    if engine not in get_args(Engine):
        allowed = ", ".join(repr(name) for name in get_args(Engine))
        raise SettingsError(f"embedding engine {engine!r} is unknown: choose one of {allowed}")
    if engine == "onnx" and model != DEFAULT_MODEL:
        raise SettingsError(
            f"embedding engine 'onnx' runs only {DEFAULT_MODEL!r}, not {model!r}: "
            "choose that model, or the engine 'sentence-transformers'"
        )
    if engine == "onnx" or (engine == "auto" and model == DEFAULT_MODEL):
        from index.embedding.onnx import OnnxEmbedder

        return OnnxEmbedder(DEFAULT_MODEL)
    from index.embedding.sentence_transformers import SentenceTransformerEmbedder

    return SentenceTransformerEmbedder(model)
