"""What a language model is to Footnote, and what its replies cost; the types are `rag.types`'."""

import math

from rag.settings import Settings
from rag.types import LanguageModel, Message, Reply

__all__ = ["LanguageModel", "Message", "Reply", "cost", "estimated_tokens"]


def estimated_tokens(text: str) -> int:
    """Return a token for every four UTF-8 bytes, rounded up; 0 for no text.

    The rule of thumb of OpenAI's documentation for English; bytes, so that scripts with several
    bytes a character are not counted too low.
    """
    return math.ceil(len(text.encode("utf-8", "surrogatepass")) / 4)


def cost(reply: Reply, settings: Settings) -> float | None:
    """Return the price of a reply in the currency of the settings; None unless both are named."""
    if settings.llm_price_in is None or settings.llm_price_out is None:
        return None
    spent = (
        reply.input_tokens * settings.llm_price_in + reply.output_tokens * settings.llm_price_out
    )
    return spent / 1_000_000
