"""Sentences of English text as exact offsets: walks the stops and cuts what is too long.

Which lines run on is told by `paragraphs`, which stops end a sentence by `stops`.
"""

import re
import unicodedata
from collections.abc import Iterator

from index.splitting.paragraphs import Stretch, stretches
from index.splitting.stops import CANDIDATE, Lexicon, ends_sentence, lexicon
from index.types import Span

LONGEST = 1000
"""Characters above which a sentence is cut: the embedding model reads 256 tokens."""

_WORD = re.compile(r"[^\W_]")
_BLANKS = re.compile(r"\s*+")
_CUTS = (re.compile(r"[;:](?=\s)|[；：]"), re.compile(r",(?=\s)|[、，،]"), re.compile(r"\s"))
_JOINER = "\u200d"


def split(text: str) -> tuple[Span, ...]:
    """Split a text into sentences: half-open character offsets, in text order.

    Spans do not overlap, have no blank (`str.isspace`) at either end, and hold every character
    that is not blank; headings, list items and table rows are sentences of their own, their marks
    included. A text of blanks only gives none.

    A sentence of more than `LONGEST` characters is cut behind the last semicolon or colon of the
    allowed range, else the last comma, else the last blank, else anywhere but inside a character
    with its combining marks; no piece is shorter than a quarter of `LONGEST` but for blanks.
    Runs in time linear in the text. Raises nothing for any text.
    """
    words = lexicon()
    spans: list[Span] = []
    for stretch in stretches(text):
        whole = ((stretch.start, stretch.end),)
        for start, end in whole if stretch.whole else _sentences(text, stretch, words=words):
            if end - start <= LONGEST:
                spans.append(Span(start=start, end=end))
            else:
                spans.extend(_pieces(text, start, end))
    return tuple(spans)


def _sentences(text: str, stretch: Stretch, *, words: Lexicon) -> Iterator[tuple[int, int]]:
    """Yield the sentences of one stretch as offsets; each holds a word if the stretch does."""
    start, end = stretch.start, stretch.end
    word = _WORD.search(text, start, end)
    if word is not None:
        for found in CANDIDATE.finditer(text, word.end(), end):
            if found.start() < word.end() or found.end() == end:
                continue
            if not ends_sentence(text, found, start=start, word=word.start(), words=words):
                continue
            following = _WORD.search(text, found.end(), end)
            if following is None:
                break
            yield start, found.start("gap")
            start, word = found.end(), following
    yield start, end


def _pieces(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the pieces of a long sentence, each of at most `LONGEST` characters."""
    while end - start > LONGEST:
        high = start + min(LONGEST, end - start - LONGEST // 4)
        at = _best_cut(text, start + LONGEST // 4, high)
        yield Span(start=start, end=start + len(text[start:at].rstrip()))
        blanks = _BLANKS.match(text, at, end)
        start = blanks.end() if blanks else at
    yield Span(start=start, end=end)


def _best_cut(text: str, low: int, high: int) -> int:
    """Return the offset in (low, high] at which a cut does least harm."""
    for pattern in _CUTS:
        places = [found.end() for found in pattern.finditer(text, low, high)]
        if places:
            return places[-1]
    at = high
    while at > low and _is_inside_character(text, at):
        at -= 1
    return at if at > low else high


def _is_inside_character(text: str, at: int) -> bool:
    """Tell whether a cut at `at` would part a character from its marks, joiner or modifier."""
    return (
        text[at - 1] == _JOINER
        or text[at] == _JOINER
        or unicodedata.category(text[at]) in ("Mn", "Mc", "Me", "Sk")
    )
