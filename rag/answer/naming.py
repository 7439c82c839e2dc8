"""Finds the sentence before that names what "she" or "the museum" at a sentence's head stands for.

It claims nothing of who that is: it gives the words of the article by which a reader sees it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

from index.types import Hit, Sentence
from rag.question import any_of, names, words
from rag.types import DraftSentence, Evidence

_PRONOUN = re.compile(
    r"[\"'“‘(]?(?:(?:In|On|At|By|Since|After|Before|During|From|For|However|Later|Then|Today)\b"
    r"[^,.;:]{0,40},\s+)?(?:(?:and|but|so|yet|then)\s+)?"
    r"(?:he|she|it|they|this|these|his|her|its|their)(?=[\s'’])",
    re.IGNORECASE,
)
"""A pronoun that a sentence begins with, perhaps behind "In 1964, " or "But "."""
_NOTHING = re.compile(
    r"[\"'“‘(]?(?:but\s+)?it(?:\s(?:is|was|will be|has been|seems|seemed|appears|takes|took)\b"
    r"|['’]s\b)[^.;:]{0,60}?\s(?:that|to|whether|for|because|when|until)\b",
    re.IGNORECASE,
)
"""An "it" that stands for nothing: "It is not known whether"."""
_GAP = 1
"""Characters between sentences of one paragraph."""
_FAR = 3
"""Sentences that are looked back, as long as each begins with a pronoun itself."""

_FARTHEST = 12
"""Sentences that are looked back for one that names "the museum"."""

_Places = Mapping[tuple[str, int], tuple[Hit, Sentence]]
"""Sentences by their document and number."""


def with_names(
    sentences: Sequence[DraftSentence], hits: Sequence[Hit]
) -> tuple[DraftSentence, ...]:
    """Return sentences, each that begins with a pronoun with the one before that has a name.

    One that begins with "the museum" comes with the nearest before that has this word and a name.
    None is added that is quoted anyway, and for a pronoun none of another paragraph.

    Args:
        sentences: As they are shown; what has no evidence is left as it is.
        hits: What was retrieved: the sentence before may lie in another passage.
    """
    places = _places(hits)
    quoted = {(e.hit.passage.document_id, e.start) for s in sentences for e in s.evidence}
    return tuple(
        replace(sentence, context=found)
        if (found := _context(sentence, places))
        and (found.hit.passage.document_id, found.start) not in quoted
        else sentence
        for sentence in sentences
    )


def with_what_it_leans_on(cited: Evidence, hits: Sequence[Hit]) -> str:
    """Return a sentence with those before it that say what a pronoun at its head stands for."""
    places = _places(hits)
    own = next((s.sentence for s in cited.hit.sentences if s.sentence.start == cited.start), None)
    text = cited.text
    for _ in range(_FAR):
        before = places.get((own.document_id, own.ordinal - 1)) if own and leans(own.text) else None
        if own is None or before is None or own.start - before[1].end > _GAP:
            break
        own = before[1]
        text = f"{own.text} {text}"
    return text


def leans(text: str) -> bool:
    """Say whether a sentence begins with a pronoun that stands for something."""
    return bool(_PRONOUN.match(text)) and not _NOTHING.match(text)


def _places(hits: Sequence[Hit]) -> _Places:
    return {
        (scored.sentence.document_id, scored.sentence.ordinal): (hit, scored.sentence)
        for hit in hits
        for scored in hit.sentences
    }


def _context(sentence: DraftSentence, places: _Places) -> Evidence | None:
    if sentence.context or not sentence.evidence:
        return sentence.context
    cited = sentence.evidence[0]
    own = next((s.sentence for s in cited.hit.sentences if s.sentence.start == cited.start), None)
    body = _body().match(cited.text)
    if body and own:
        return _naming(body["noun"].casefold(), own, places)
    return _before(own, places) if own and leans(cited.text) else None


def _naming(noun: str, own: Sentence, places: _Places) -> Evidence | None:
    """Return the nearest sentence before that has a noun, such as "company", and a name."""
    for back in range(1, _FARTHEST + 1):
        before = places.get((own.document_id, own.ordinal - back))
        if before is None:
            continue
        hit, sentence = before
        if noun in words(sentence.text) and names(sentence.text) - {noun}:
            return Evidence(hit=hit, start=sentence.start, end=sentence.end)
    return None


def _before(found: Sentence, places: _Places) -> Evidence | None:
    """Return the sentence with a name before one with a pronoun, in the same paragraph."""
    own: Sentence | None = found
    for _ in range(_FAR):
        before = places.get((own.document_id, own.ordinal - 1)) if own else None
        if own is None or before is None or own.start - before[1].end > _GAP:
            return None
        hit, own = before
        if not leans(own.text):
            named = names(own.text)
            return Evidence(hit=hit, start=own.start, end=own.end) if named else None
    return None


@cache
def _body() -> re.Pattern[str]:
    """Return the form of a sentence about "The company", which does not name it itself."""
    return re.compile(rf"[\"'“‘(]?The (?P<noun>{any_of('names', 'body')})(?='s | [a-z])(?! of\b)")
