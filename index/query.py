"""What is searched for, read once; what kind of answer a question asks for is not its job."""

from dataclasses import dataclass
from typing import Self

from index.terms import content_terms, has_words, terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question, or a claim, as it is searched for."""

    text: str
    """Cleaned by who asks: NFC, one line, no control characters. It is what is embedded."""
    terms: tuple[str, ...]
    """Distinct terms without function words; all terms where it has no others."""

    @classmethod
    def of(cls, text: str) -> Self:
        """Read a text that is clean."""
        return cls(text=text, terms=tuple(content_terms(text) or terms(text)))

    @property
    def is_empty(self) -> bool:
        """Whether there is no word to search for."""
        return not has_words(self.text)
