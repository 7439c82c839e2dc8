"""Language models behind one protocol: which one is meant, how it is called, how it fails."""

from rag.models.protocol import LanguageModel, Message, Reply
from rag.models.registry import cost, load_model

__all__ = ["LanguageModel", "Message", "Reply", "cost", "load_model"]
