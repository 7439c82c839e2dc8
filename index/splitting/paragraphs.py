"""What stands together: the lines that run on, and the sentences that make one passage.

A stretch is a paragraph, a heading, a list item or a table row. Articles copied as text have one
paragraph a line; mail and old archives break prose at some 72 columns. The rule that tells the
two apart is linear in the text:

- A *sure wrap* is a newline after a line of 40 characters or more that ends without a stop or
  colon, before a line that begins in lower case; or whose last word ends nothing: "between", "the".
- A text is *wrapped* when a quarter or more of its newlines between plain lines of 40 characters
  or more are sure wraps and these lines are at most 200 characters long on average; that
  average is its *width*.
- Sure wraps always run on. In a wrapped text, so does every line after which the first word of
  the next would not have fitted into the width (this is what a wrapping editor does), unless it
  is itself more than a quarter longer than that.
- A blank line, a heading, a table row or a list item always begins a stretch. A line of
  punctuation only (a rule, an underline of a heading) belongs to the line above it.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from index.reading.normal import LongText
from index.types import Span

_LONG = 40
_WIDEST = 200
_SURE_SHARE = 0.25
_ROW_TABS = 2
_SLACK = 1.25

_Kind = Literal["plain", "bullet", "number", "heading", "row", "rule"]

_WORD = re.compile(r"[^\W_]")
_QUOTED = re.compile(r"(?:>\s?)*+\s*+")
_FIRST_WORD = re.compile(r"""["'“‘«(\[{*_¿¡]*+(\S{1,40}+)""")
_NUMBER = re.compile(r"(?:\d{1,3}[.)]|\((?:\d{1,3}|[A-Za-z])\)|[A-Za-z][):])\s")
_BULLET = re.compile(r"[-*+•‣▪●○◦·]\s")
_HEADING = re.compile(r"#{1,6}\s")
_UNFINISHED = re.compile(
    r"\b(?:an?|the|and|or|of|between|from|than|because|until|every|each|our|your|their|its|my)$"
)
_LAST_WORD = 12
"""Characters in which the last word of a line is looked for."""
_CLOSERS = "\"'”’»)]}*_"
_TERMINALS = frozenset(".!?…:。！？｡।॥؟۔")
_MARKED: tuple[tuple[re.Pattern[str], _Kind], ...] = (
    (_BULLET, "bullet"),
    (_HEADING, "heading"),
    (_NUMBER, "number"),
)
LONGEST = 1000
"""Characters; about 200 tokens of news prose (839 bytes were 182 tokens on BBC articles)."""
ENOUGH = 500
"""Characters after which a paragraph's end also ends the passage."""


class Stretch(NamedTuple):
    """Half-open offsets of text inside which sentences may end, without blanks at its ends.

    A tuple, because a text of 100,000 short lines has as many of them.
    """

    start: int
    end: int
    whole: bool
    """True for a table row, which is not split."""


class _Line(NamedTuple):
    start: int
    end: int
    content: int
    """Offset behind the marks of a quoted mail."""
    kind: _Kind


def stretches(text: str) -> Iterator[Stretch]:
    """Yield the stretches of a text in order; together they hold every non-blank character.

    A text of blanks only yields nothing. Lines end wherever `str.splitlines` ends them.
    """
    lines = _lines(text)
    width = _width(text, lines)
    first: _Line | None = None
    last: _Line | None = None
    for line in (*lines, None):
        if first and last and line and _runs_on(text, last, line, width=width):
            last = line
            continue
        if first and last:
            yield Stretch(first.start, last.end, first.kind == "row")
        first = last = line


def _lines(text: str) -> list[_Line | None]:
    """Return the lines without blanks at their ends, None for a blank one."""
    found: list[_Line | None] = []
    offset = 0
    for raw in text.splitlines(keepends=True):
        bare = raw.strip()
        if not bare:
            found.append(None)
        else:
            start = offset + raw.index(bare[0])
            found.append(_line(text, start, start + len(bare)))
        offset += len(raw)
    return found


def _line(text: str, start: int, end: int) -> _Line:
    """Return a line that holds something, with its kind told by its first characters."""
    first = text[start]
    if first.isalpha() and text.count("\t", start, end) < _ROW_TABS:
        numbered = text[start + 1 : start + 2] in "):" and _NUMBER.match(text, start, end)
        return _Line(start, end, start, "number" if numbered else "plain")
    content = start
    if first == ">":
        quoted = _QUOTED.match(text, start, end)
        content = quoted.end() if quoted else start
    return _Line(start, end, content, _kind(text, content, end))


def _kind(text: str, start: int, end: int) -> _Kind:
    if _WORD.search(text, start, end) is None:
        return "rule"
    if text[start] == "|" or text.count("\t", start, end) >= _ROW_TABS:
        return "row"
    for pattern, kind in _MARKED:
        if pattern.match(text, start, end):
            return kind
    return "plain"


def _width(text: str, lines: Sequence[_Line | None]) -> float | None:
    """Return the width in characters at which a text is wrapped, None where it is not."""
    breaks = sure = characters = 0
    for upper, lower in pairwise(lines):
        if upper and lower and lower.kind == "plain" and upper.end - upper.start >= _LONG:
            breaks += 1
            if _is_sure_wrap(text, upper, lower):
                sure += 1
                characters += upper.end - upper.start
    if not sure or sure < _SURE_SHARE * breaks or characters > _WIDEST * sure:
        return None
    return characters / sure


def _runs_on(text: str, upper: _Line, lower: _Line, *, width: float | None) -> bool:
    """Tell whether the text of one line goes on in the next."""
    if lower.kind == "rule":
        return True
    if lower.kind in ("bullet", "heading", "row") or upper.kind in ("heading", "row", "rule"):
        return False
    full = width is not None and _is_full(text, upper, lower, width=width)
    if lower.kind == "number":
        return full and not _is_terminated(text, upper)
    return full or _is_sure_wrap(text, upper, lower)


def _is_sure_wrap(text: str, upper: _Line, lower: _Line) -> bool:
    if upper.end - upper.start < _LONG or _is_terminated(text, upper):
        return False
    word = _FIRST_WORD.match(text, lower.content, lower.end)
    if word is None or word[1][0].islower():
        return word is not None
    return bool(_UNFINISHED.search(text, upper.end - _LAST_WORD, upper.end))


def _is_terminated(text: str, line: _Line) -> bool:
    """Tell whether a line ends with a stop or colon; at most 8 closing marks are looked through."""
    tail = text[max(line.start, line.end - 8) : line.end].rstrip(_CLOSERS)
    return bool(tail) and tail[-1] in _TERMINALS


def _is_full(text: str, upper: _Line, lower: _Line, *, width: float) -> bool:
    """Tell whether a line was broken because the first word of the next did not fit."""
    word = _FIRST_WORD.match(text, lower.content, lower.end)
    length = upper.end - upper.start
    return length <= _SLACK * width < _SLACK * (length + 1 + (len(word[0]) if word else 0))


def group(
    text: str | LongText, sentences: Sequence[Span], *, breaks: Sequence[int]
) -> tuple[range, ...]:
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
        if position > first and (crossed or _is_long_enough(text, sentences, first, position)):
            groups.append(range(first, position))
            first = position
    if sentences:
        groups.append(range(first, len(sentences)))
    return tuple(groups)


def _is_long_enough(
    text: str | LongText, sentences: Sequence[Span], first: int, position: int
) -> bool:
    start, end = sentences[first].start, sentences[position - 1].end
    if sentences[position].end - start > LONGEST:
        return True
    return end - start >= ENOUGH and "\n" in text[end : sentences[position].start]
