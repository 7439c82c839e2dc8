"""Groups sentences into passages; it neither splits sentences nor stores anything."""

from collections.abc import Sequence

from index.types import Span

LONGEST = 1000
"""Characters; about 200 tokens of news prose (839 bytes were 182 tokens on BBC articles)."""
ENOUGH = 500
"""Characters after which a paragraph's end also ends the passage."""


def group(text: str, sentences: Sequence[Span], *, breaks: Sequence[int]) -> tuple[range, ...]:
    """Group sentences into passages of at most about `LONGEST` characters.

    Args:
        text: The document's text.
        sentences: Its sentences in order.
        breaks: Ascending offsets that no passage crosses: headings and pages.

    Returns:
        Ranges of sentence positions, in order, that together hold each sentence once; empty for
        no sentences. A sentence longer than `LONGEST` is a passage of its own.
    """
    groups: list[range] = []
    first, barrier = 0, 0
    for position, sentence in enumerate(sentences):
        crossed = barrier < len(breaks) and breaks[barrier] <= sentence.start
        while barrier < len(breaks) and breaks[barrier] <= sentence.start:
            barrier += 1
        if position > first and (crossed or _is_full(text, sentences, first, position)):
            groups.append(range(first, position))
            first = position
    if sentences:
        groups.append(range(first, len(sentences)))
    return tuple(groups)


def _is_full(text: str, sentences: Sequence[Span], first: int, position: int) -> bool:
    start, end = sentences[first].start, sentences[position - 1].end
    if sentences[position].end - start > LONGEST:
        return True
    return end - start >= ENOUGH and "\n" in text[end : sentences[position].start]
