"""Language models behind one protocol: which one is meant, how it is called, how it fails."""

from rag.llm.protocol import LanguageModel, Message, Reply
from rag.llm.registry import load_model
from rag.llm.usage import cost, estimated_tokens

__all__ = ["LanguageModel", "Message", "Reply", "cost", "estimated_tokens", "load_model"]
