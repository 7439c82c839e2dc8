"""Makes any Python string acceptable to a tokenizer; no other normalisation."""

import re

_SURROGATE = re.compile("[\ud800-\udfff]")


def without_surrogates(text: str) -> str:
    """Return the text with each lone surrogate as U+FFFD: tokenizers take only valid Unicode."""
    return _SURROGATE.sub("\ufffd", text)
