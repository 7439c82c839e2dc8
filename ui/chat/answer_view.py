"""Tells in which form each sentence of an answer is drawn: quoted, lit, put right, in a table.

Offsets count code points of the sentence's text. It looks at the answer alone, at no library.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rag import AnswerSentence, Citation
from rag.internal import cells_of_table, corrections, set_against
from rag.types import AnswerPart
from ui.chat.turn import Turn

QUOTES = "extractive"
"""The name of what answers without a language model."""
_OURS = ("Yes", "No")
"""Short answers that are no words of a source."""
_MEANWHILE = 2
"""Sentences shown while a language model has not written any."""
_LONGEST_MEANWHILE = 320
_SETTINGS = {
    "FOOTNOTE_LLM_CONTEXT": "the model's context window",
    "FOOTNOTE_LLM_MAX_TOKENS": "the room for a reply",
    "FOOTNOTE_LLM_DEADLINE": "the time that is waited for it",
    "FOOTNOTE_LLM_BASE_URL": "its address",
    "FOOTNOTE_LLM_API_KEY": "its key",
}
_SETTING = re.compile(r"FOOTNOTE_[A-Z_]+")
_Span = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What of an answer decides how its sentences are drawn."""

    written: bool
    """Whether a language model wrote its sentences."""
    short: str
    parts: tuple[AnswerPart, ...]
    citations: dict[int, Citation]
    """By number."""
    exact: bool
    """Whether the short answer's words are marked in one of the sentences."""


def frame_of(turn: Turn) -> Frame:
    """Return what the sentences of a turn are drawn by."""
    answer = turn.answer
    parts = answer.parts if answer is not None else ()
    compound = any(part.asked for part in parts)
    short = (answer.short if answer is not None and not compound else None) or ""
    short = "" if short in _OURS else short
    model = answer.model if answer is not None else turn.model
    written = model != QUOTES and (answer is None or bool(answer.prompts or answer.usage.requests))
    return Frame(
        written=written,
        short=short,
        parts=parts,
        citations={citation.number: citation for citation in turn.citations},
        exact=any(_is_marked(sentence, short) for sentence in turn.sentences),
    )


def drawn(sentence: AnswerSentence, frame: Frame) -> dict[str, Any]:
    """Return how a sentence is drawn, beside what it says.

    Returns:
        `lit`: spans of the words that answer. `quote`: the span of a source's own words; None
        where a model worded it. `against`, `day`: as `rag.sources.set_against` has them.
        `when`: its date. `cells`: of a table's row, [column, text, whether it is lit].
        `fixes`: [start, end, the source's words] of words that differ from it.
    """
    against, day = set_against(sentence.text)
    quote = None if frame.written and not sentence.is_quote else _quote(sentence, frame)
    lit = [] if quote is None and frame.written else sorted(set(_lit(sentence, frame, against)))
    return {
        "lit": [list(span) for span in lit],
        "quote": list(quote) if quote else None,
        "against": against,
        "day": day,
        "when": sentence.when,
        "cells": _cells(sentence, frame, quote, lit),
        "fixes": [list(fix) for fix in _fixes(sentence)],
    }


def meanwhile(turn: Turn) -> list[dict[str, str]]:
    """Return the nearest sentences, to read until a language model has written one."""
    if turn.is_over or turn.sentences or turn.model == QUOTES:
        return []
    scored = [(s, hit.card.title) for hit in turn.hits or () for s in hit.sentences]
    scored = [one for one in scored if len(one[0].sentence.text) <= _LONGEST_MEANWHILE]
    best = sorted(scored, key=lambda one: -(one[0].similarity + one[0].coverage))[:_MEANWHILE]
    return [{"text": one.sentence.text, "title": title} for one, title in best]


def failure(told: str) -> dict[str, Any]:
    """Return what went wrong with a language model, in words of the page.

    A remedy that names a setting of the environment is left out: the page tells its own.
    """
    what, _, remedy = told.partition(": ")
    named = _SETTING.search(told) is not None
    plain = what if named or not remedy else told
    plain = _SETTING.sub(lambda found: _SETTINGS.get(found[0], "a setting"), plain)
    return {"what": plain.rstrip("."), "settings": named}


def _is_marked(sentence: AnswerSentence, words: str) -> bool:
    if not words or sentence.span is None:
        return False
    return sentence.text[slice(*sentence.span)].casefold() == words.casefold()


def _quote(sentence: AnswerSentence, frame: Frame) -> _Span | None:
    """Return which part of a sentence its source has, word by word."""
    text = sentence.text
    for number in sentence.citations:
        quoted = frame.citations[number].quote if number in frame.citations else ""
        at = text.find(quoted) if quoted else -1
        if at >= 0:
            return at, at + len(quoted)
        if quoted and text in quoted:
            return 0, len(text)
    return None


def _lit(sentence: AnswerSentence, frame: Frame, against: str) -> Iterator[_Span]:
    """Yield where the words that answer stand, where that is sure: no other words are lit."""
    if against and sentence.span:
        yield sentence.span
        return
    own = [p.text for p in frame.parts if set(p.citations) & set(sentence.citations)]
    for words in filter(None, own):
        if found := _place(sentence, words):
            yield found
    sure = _is_marked(sentence, frame.short) or not frame.exact
    if frame.short and sure and (found := _place(sentence, frame.short)):
        yield found


def _place(sentence: AnswerSentence, words: str) -> _Span | None:
    """Return where words stand: as marked, or in the only place; None where that is not sure."""
    if sentence.span and _is_marked(sentence, words):
        return sentence.span
    pattern = rf"(?<!\w){re.escape(words)}(?!\w)"
    found = [match.span() for match in re.finditer(pattern, sentence.text, re.IGNORECASE)]
    whole = len(found) == 1 and found[0] == (0, len(sentence.text))
    return found[0] if len(found) == 1 and not whole else None


def _cells(
    sentence: AnswerSentence, frame: Frame, quote: _Span | None, lit: Sequence[_Span]
) -> list[list[Any]] | None:
    """Return the cells of a row, each with whether it answers; None of what is no row."""
    kinds = [frame.citations[n].card.media_type for n in sentence.citations if n in frame.citations]
    if quote is None or not kinds:
        return None
    start = quote[0]
    row = cells_of_table(sentence.text[start : quote[1]], kinds[0])
    places = [(start + cell.start, start + cell.start + len(cell.text)) for cell in row]
    held = [any(a < end and begin < b for a, b in lit) for begin, end in places]
    told = zip(row, held, strict=True)
    return [[cell.name, cell.text, is_lit] for cell, is_lit in told] or None


def _fixes(sentence: AnswerSentence) -> Iterator[tuple[int, int, str]]:
    """Yield the words of a sentence that its source has otherwise, and how it has them."""
    end = 0
    for claim, source in corrections(sentence.note) if sentence.verdict == "altered" else ():
        pattern = rf"(?<!\w){re.escape(claim)}(?!\w)"
        found = re.search(pattern, sentence.text, re.IGNORECASE)
        if found is None or found.start() < end:
            continue
        ours, theirs = _without_common(found[0].split(" "), source.split(" "))
        start = found.start() + len(" ".join([*found[0].split(" ")[: ours.start], ""]))
        end = start + len(" ".join(found[0].split(" ")[ours]))
        yield start, end, " ".join(theirs)


def _without_common(ours: Sequence[str], theirs: Sequence[str]) -> tuple[slice, Sequence[str]]:
    """Return which words differ, without those that both begin or end with, and what stands there.

    At least one word of ours is left, so that something can be struck.
    """
    first, most = 0, min(len(ours), len(theirs)) - 1
    while first < most and ours[first].casefold() == theirs[first].casefold():
        first += 1
    last = 0
    while last < most - first and ours[-1 - last].casefold() == theirs[-1 - last].casefold():
        last += 1
    return slice(first, len(ours) - last), theirs[first : len(theirs) - last]
