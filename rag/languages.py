"""Says in one sentence that articles or a question are not English, and what to do about it."""

from collections.abc import Iterable
from typing import Final

from index.embedding.embedder import is_multilingual
from index.language import UNDETERMINED, language_asked_in, language_name
from index.types import Change

SETTING: Final = "FOOTNOTE_EMBEDDING_MODEL=multilingual-e5-small"
"""What makes a library one of many languages, as it is typed."""
LEAD: Final = "The question seems"
"""How the sentence about a question begins."""
_NAMED = 3
"""Languages that are named."""


def articles_note(changes: Iterable[Change], *, model: str) -> str:
    """Return the sentence about articles that were added and are not English; empty for none.

    Args:
        changes: What became of each source.
        model: The library's embedding model; one of many languages needs no sentence.
    """
    if is_multilingual(model):
        return ""
    languages = [change.language for change in changes if change.language]
    if not languages:
        return ""
    told = _listed([code for code in dict.fromkeys(languages) if code != UNDETERMINED])
    count = f"{len(languages)} articles are" if len(languages) > 1 else "1 article is"
    return (
        f"{count} not in English{f' ({told})' if told else ''} and will hardly be found: add "
        f"{'them' if len(languages) > 1 else 'it'} to another library with {SETTING}."
    )


def question_note(question: str, *, model: str) -> str:
    """Return the sentence about a question that is not English; empty where it may be.

    Args:
        question: As it was asked.
        model: The library's embedding model; one of many languages needs no sentence.
    """
    if is_multilingual(model):
        return ""
    code = language_asked_in(question)
    if not code:
        return ""
    seems = "not to be in English" if code == UNDETERMINED else f"to be in {language_name(code)}"
    return (
        f"{LEAD} {seems}, and this library is searched in English: ask in English, "
        f"or add the articles to another library with {SETTING}."
    )


def _listed(codes: list[str]) -> str:
    names = [language_name(code) for code in codes]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}"
