"""Verifies a text from anywhere: each claim is searched for and judged; prints nothing.

First the text's own list of sources is found, and which stored documents its numbers stand for.
Known forms: lines `[1] Title or path` and `[^1]: Title or path`, with indented lines that belong
to them; what `footnote ask` prints, with and without `--json`.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from index.errors import MisuseError
from index.search import Found
from index.terms import has_words
from index.types import DocumentSummary, Sentence
from rag.citations import Footnotes
from rag.types import AnswerSentence, CheckedClaim, DraftSentence, Verification
from rag.verification.claims import Claim, read_claims, statement_of
from rag.verification.verdict import Judged, Tell, judge

_LINE = re.compile(r"[ \t]{0,3}[-*]?[ ]?\[\^?(\d{1,3})\](:?)[ \t]+(\S[^\n]*)")
_SPAN = re.compile(r"characters \d+-\d+$")
_PLACE = re.compile(r"https?://|[/\\]|\.\w{2,4}\b")
_HEADING = re.compile(
    r"[\s#*_]*(?:sources?|references?|footnotes|citations)[\s:*_]*", re.IGNORECASE
)
_WORD = re.compile(r"\w+")
Find = Callable[[str, int], Found]
"""Given a claim and k: the k best passages, and what to compare and check it with."""

_DEEP = 100
"""Passages looked through for one of a document that a claim cites."""
_OF_CITED = 4
"""Passages of the documents that a claim cites, where the best ones are of others."""
_LONGEST = 2000
"""Characters of a claim that are searched for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Referenced:
    """A text without its list of sources, and what the list says."""

    text: str
    """As long as what was given, the list blanked out; the answer's text where it was JSON."""
    sources: Mapping[int, frozenset[str]]
    """Ids of the documents that each number stands for; empty for a document not stored."""


def verify_text(
    text: str,
    *,
    documents: Sequence[DocumentSummary],
    find: Find,
    tell: Tell,
    k: int,
) -> Verification:
    """Verify each claim of a text against the documents of a library.

    Args:
        text: Plain or Markdown, with or without citation marks and a list of sources, or what
            `footnote ask --json` prints.
        documents: Cards of the library, for the numbers of the text's list of sources.
        find: Finds passages, and what claims are compared and quotes checked with; a title that
            bears nothing out may be left out of their cards.
        tell: Tells what windows say of a claim.
        k: Passages searched for each claim.

    Raises:
        MisuseError: The text has no claim.
        CitationError: A stored text does not hold what was retrieved from it.
    """
    if not has_words(text):
        raise MisuseError("the text to verify is empty: give a text with at least one sentence")
    known = resolve(text, documents)
    claims = read_claims(known.text)
    if not claims:
        raise MisuseError(_no_statement(known.text))
    texts: dict[str, str] = {}
    footnotes = Footnotes(texts)
    checked = []
    for claim in claims:
        cited = frozenset().union(*(known.sources.get(n, ()) for n in claim.cited))
        found = _found(claim, cited, find, k)
        one = _judge(claim, cited, found, tell)
        for evidence in one.evidence:  # not the texts of all passages
            texts[evidence.hit.card.sha256] = found.texts[evidence.hit.card.sha256]
        checked.append(_checked(claim, footnotes.cite(_drafted(one))))
    # Of the same text: a document may have changed since the first claim.
    cards = {(document.id, document.card.sha256): document.card for document in documents}
    shown = [
        replace(c, card=cards.get((c.document_id, c.card.sha256), c.card))
        for c in footnotes.citations
    ]
    return Verification(text=known.text, claims=tuple(checked), citations=tuple(shown))


def _no_statement(text: str) -> str:
    """Say why a text with words has nothing to verify."""
    if "?" in text:
        return (
            "the text to verify only asks, and a question states nothing: put what it asks as a "
            "statement, or ask it with `footnote ask`"
        )
    return "the text to verify has no statement: headings and lists of sources are none"


def _drafted(judged: Judged) -> DraftSentence:
    return DraftSentence(
        text=judged.claim.text,
        evidence=judged.evidence,
        verdict=judged.verdict,
        note=judged.note,
    )


def _checked(claim: Claim, sentence: AnswerSentence) -> CheckedClaim:
    return CheckedClaim(
        text=claim.text,
        start=claim.start,
        end=claim.end,
        cited=claim.cited,
        verdict=sentence.verdict,
        citations=sentence.citations,
        note=sentence.note,
    )


def _found(claim: Claim, cited: frozenset[str], find: Find, k: int) -> Found:
    """Return the best passages for a claim, and the best ones of the documents it cites."""
    words = statement_of(claim.text)[:_LONGEST]
    found = find(words, k)
    if not cited or any(hit.passage.document_id in cited for hit in found.hits):
        return found
    deep = find(words, _DEEP)
    more = [hit for hit in deep.hits if hit.passage.document_id in cited][:_OF_CITED]
    return found.joined(replace(deep, hits=tuple(more)))


def _judge(claim: Claim, cited: frozenset[str], found: Found, tell: Tell) -> Judged:
    numbers = tuple(n for n, hit in enumerate(found.hits, 1) if hit.passage.document_id in cited)
    own = replace(claim, cited=numbers)
    cosines = {s.sentence: s.similarity for hit in found.hits for s in hit.sentences}

    def similarity(_: str, sentences: Sequence[Sentence]) -> NDArray[np.float32]:
        """Return what the search measured: it was made for what the claim states."""
        return np.array([cosines[sentence] for sentence in sentences], dtype=np.float32)

    judged = judge(own, found.hits, similarity=similarity, tell=tell)
    if cited and not numbers and judged.verdict == "supported":
        title = judged.evidence[0].hit.card.title
        note = f"it stands in another source: {title}"
        return replace(judged, verdict="misattributed", note=note)
    return judged


def resolve(text: str, documents: Sequence[DocumentSummary]) -> Referenced:
    """Take the list of sources out of a text; a text without one comes back as it is."""
    answer = _answer(text)
    if answer is not None:
        return answer
    sources: dict[int, frozenset[str]] = {}
    kept: list[str] = []
    listing = False
    for line in text.splitlines(keepends=True):
        found = _LINE.match(line)
        ids = _documents(found[3], documents) if found else frozenset()
        if found and (ids or found[2] or listing or _names_place(found[3])):
            sources[int(found[1])] = ids | sources.get(int(found[1]), frozenset())
            kept.append(_blank(line))
            listing = True
        elif _HEADING.fullmatch(line.strip()) or (
            listing and (line[:1] in " \t" or not line.strip())
        ):
            kept.append(_blank(line))
            listing = True
        else:
            kept.append(line)
            listing = False
    return Referenced(text="".join(kept), sources=sources)


def _answer(text: str) -> Referenced | None:
    """Read what `footnote ask --json` prints; None for anything else."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        given = json.loads(text)
        cited = {int(c["number"]): frozenset([str(c["document_id"])]) for c in given["citations"]}
        return Referenced(text=str(given["text"]), sources=cited)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _names_place(reference: str) -> bool:
    return bool(_SPAN.search(reference.strip()) or _PLACE.search(reference)) and (
        not reference.rstrip().endswith(".")
    )


def _documents(reference: str, documents: Sequence[DocumentSummary]) -> frozenset[str]:
    """Return the documents whose title or place a reference names, the longest names only."""
    folded = f" {_folded(reference)} "
    found: dict[str, int] = {}
    for document in documents:
        card = document.card
        names = (card.title, card.source, re.split(r"[/\\]", card.source)[-1])
        lengths = [len(name) for name in map(_folded, names) if name and f" {name} " in folded]
        if lengths:
            found[document.id] = max(lengths)
    return frozenset(i for i, length in found.items() if length == max(found.values()))


def _folded(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))


def _blank(line: str) -> str:
    return re.sub(r"[^\n]", " ", line)
