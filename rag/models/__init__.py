"""Language models behind one protocol: which one is meant, how it is called, how it fails."""

from rag.models.protocol import LanguageModel, Message, Reply

__all__ = ["LanguageModel", "Message", "Reply"]
