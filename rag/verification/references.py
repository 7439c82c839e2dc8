"""Finds a text's own list of sources, and which stored documents its numbers stand for.

Known forms: lines `[1] Title or path` and `[^1]: Title or path`, with indented lines that belong
to them; what `footnote ask` prints, with and without `--json`.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.types import DocumentSummary

_LINE = re.compile(r"[ \t]{0,3}[-*]?[ ]?\[\^?(\d{1,3})\](:?)[ \t]+(\S[^\n]*)")
_SPAN = re.compile(r"characters \d+-\d+$")
_PLACE = re.compile(r"https?://|[/\\]|\.\w{2,4}\b")
_HEADING = re.compile(
    r"[\s#*_]*(?:sources?|references?|footnotes|citations)[\s:*_]*", re.IGNORECASE
)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Referenced:
    """A text without its list of sources, and what the list says."""

    text: str
    """As long as what was given, the list blanked out; the answer's text where it was JSON."""
    sources: Mapping[int, frozenset[str]]
    """Ids of the documents that each number stands for; empty for a document not stored."""


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
