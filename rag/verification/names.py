"""Compares names: initials, surnames, and short forms of organisations."""

from rag.verification.reading import Word


def in_names(claimed: Word, held: Word) -> bool:
    """Say whether a word of a claim's name is a word of a source's name, or its initial."""
    if not claimed.name:
        return False
    if claimed.stem == held.stem:
        return True
    one, other = claimed.text.rstrip("."), held.text
    return held.name and len(one) == 1 and one.isupper() and other[:1] == one
