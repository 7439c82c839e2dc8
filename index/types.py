"""The types that carry documents and evidence between modules; no behaviour beyond derivation.

All are frozen, slotted and keyword-only. Offsets are half-open character positions in
`Document.text`, the extracted NFC-normalised text; pages count from 1.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from index.card import Card, OldName
from index.reading.normal import LongText

LONGEST_LABEL: Final = 80
"""Characters of what a page is called; Excel allows 31 for a sheet's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """What a reader took out of one file, before it has an id or a place in a library."""

    card: Card
    """What the file says of itself."""
    text: str | LongText
    """NFC-normalised; `\\n` line ends; the coordinate system of every offset. A `LongText` where
    it is that of a table of over a million characters."""
    section_starts: tuple[int, ...] = ()
    """Ascending offsets at which a heading begins: no passage crosses one."""
    page_starts: tuple[int, ...] = ()
    """Ascending offsets at which a page begins, the first 0; empty where there are no pages."""
    page_labels: tuple[str, ...] = ()
    """What each page is called, as printed: "iv", "12"; empty where that is its number. They are
    kept on one line, without hidden characters, and cut at `LONGEST_LABEL`."""

    def __post_init__(self) -> None:
        labels = tuple(map(_kept_label, self.page_labels[: len(self.page_starts)]))
        object.__setattr__(self, "page_labels", labels)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A half-open range of characters in a text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentSummary:
    """A stored document without its text."""

    id: str
    card: Card
    characters: int
    sentences: int
    added_at: str
    """UTC, ISO 8601, to the second."""

    title = OldName("title")
    source = OldName("source")
    media_type = OldName("media_type")
    sha256 = OldName("sha256")
    published = OldName("published")
    author = OldName("author")
    url = OldName("url")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence of a document: the unit that is embedded, matched, quoted and cited."""

    document_id: str
    ordinal: int
    """Position in the document, from 0."""
    start: int
    end: int
    text: str
    """`document.text[start:end]`."""
    page: int | None = None
    """Page of its first character, from 1; None where the document has no pages."""
    page_label: str = ""
    """What that page is called, as printed; empty where that is its number."""


SourceState = Literal["current", "edited", "moved", "deleted", "unreachable"]
"""What became of a document's file since it was indexed.

current: it is as it was, or there is none, as of an article given as text. unreachable: it may not
be read, or its folder is gone too, as on a drive that is not mounted. Of a citation edited and
deleted also say that the document changed or left the library since it was found.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A stored document with its text and its sentences, in order."""

    summary: DocumentSummary
    text: str
    page_starts: tuple[int, ...]
    sentences: tuple[Sentence, ...]
    page_labels: tuple[str, ...] = ()
    """As in `Extract`."""
    section_starts: tuple[int, ...] = ()
    """As in `Extract`."""
    source_state: SourceState = "current"
    source_note: str = ""
    """What became of its file, for a reader; empty where it is as it was indexed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A run of whole sentences: the unit shown to a language model and searched lexically."""

    id: str
    """`<document id>:<ordinal>`."""
    document_id: str
    ordinal: int
    start: int
    end: int
    text: str
    """`document.text[start:end]`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredSentence:
    """A sentence of a hit with what was measured of it against the question."""

    sentence: Sentence
    similarity: float
    """Cosine of question and sentence vectors, -1 to 1."""
    coverage: float
    """Share of the question's term weight (inverse document frequency) that it holds, 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A passage found for a question, with all its sentences in text order."""

    passage: Passage
    card: Card
    """Of the document."""
    page: int | None
    """Page of the passage's first character; None where the document has no pages."""
    score: float
    """Weighted sum of normalised dense and lexical scores, about 0 to 1, higher is better."""
    sentences: tuple[ScoredSentence, ...]
    similar: tuple[str, ...] = ()
    """Ids of near-duplicate passages that this hit stands for."""
    page_label: str = ""
    """What its page is called, as printed; empty where that is its number."""

    title = OldName("title")
    source = OldName("source")
    document_sha256 = OldName("sha256")
    published = OldName("published")
    author = OldName("author")
    url = OldName("url")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageImage:
    """A page of a document as a picture, perhaps with words framed on it."""

    document_id: str
    page: int
    """From 1."""
    pages: int
    """How many the document has."""
    page_label: str
    """What it is called, as printed; empty where that is its number."""
    png: bytes
    width: int
    height: int
    """Pixels."""
    scale: float
    """Pixels a point (1/72 inch); 2, and less for a page larger than A2."""
    boxes: tuple[tuple[float, float, float, float], ...] = ()
    """Where the words stand, a box a line: left, top, right, bottom in pixels from the upper left.

    None where nothing was to be framed or the words were not found on the page.
    """


ChangeKind = Literal["added", "changed", "moved", "removed", "missing", "unchanged", "skipped"]
"""missing: the file of a stored document is gone; it is removed when pruning is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What became of one source handed to `add`."""

    kind: ChangeKind
    source: str
    document_id: str | None = None
    """None when skipped; of a text that is stored once, that of the document that has it."""
    reason: str = ""
    """Why it was skipped, or which other document has the same text; empty otherwise."""
    moved_from: str = ""
    """The source it had before it was moved; empty otherwise."""
    left_out: tuple[str, ...] = ()
    """Parts of what was read now that are not in the document: names with the reasons."""
    language: str = ""
    """Of what was written now, as `Card.language` has it; empty for English, and where unsure."""
    read_again: bool = False
    """Whether it was read again because an older version of Footnote had read it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddReport:
    """What one call of `add` did: a change per source in the order given, then what is gone."""

    changes: tuple[Change, ...]
    embedded: int = 0
    """Sentences whose vectors were computed; those known already are reused."""
    outdated: tuple[Change, ...] = ()
    """Documents that an older version of Footnote read and that could not be read again, each
    skipped with the reason; they stay as they are."""

    def of(self, kind: ChangeKind) -> tuple[Change, ...]:
        """Return the changes of one kind, in order."""
        return tuple(change for change in self.changes if change.kind == kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A folder that a library is kept in step with; times are UTC, ISO 8601."""

    path: str
    """Absolute, symlinks resolved."""
    added_at: str
    looked_at: str = ""
    """When something in it was last followed; empty before the first time."""
    changed_at: str = ""
    """When a document was last added, changed, moved or removed by it; empty before that."""
    problem: str = ""
    """Why it cannot be followed now, in words; empty where it can."""
    problem_at: str = ""
    """Since when that is so."""
    unread: tuple[tuple[str, str], ...] = ()
    """Files in it that could not be read, by path within it, each with the reason; at most 100."""
    unread_files: int = 0
    """How many there are in all."""

    @property
    def state(self) -> str:
        """How it stands with it, in words."""
        if self.problem:
            return f"{self.problem} (since {self.problem_at}); its documents stay"
        return "in step" if self.looked_at else "not looked at yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a check of the library found wrong."""

    problem: str
    """A sentence a user can read."""
    repairable: bool
    """Whether `footnote doctor --repair` mends it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkup:
    """The result of comparing the catalog with the vectors."""

    documents: int
    sentences: int
    vectors: int
    findings: tuple[Finding, ...] = field(default=())
    originals: int = 0
    """Kept of what was uploaded or fetched; equal ones count once."""
    original_bytes: int = 0
    """Of all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompactReport:
    """What compacting did to the files of a library."""

    bytes_before: int
    bytes_after: int
    kept: tuple[str, ...]
    """Damaged catalogs that repairs set aside: they may hold removed text, and stay."""


def page_of(offset: int, page_starts: Sequence[int]) -> int | None:
    """Return the page, from 1, that holds an offset; None where there are no pages."""
    return bisect_right(page_starts, offset) or None if page_starts else None


def label_of(page: int | None, page_labels: Sequence[str]) -> str:
    """Return what a page, from 1, is called; empty where that is its number."""
    return page_labels[page - 1] if page is not None and page <= len(page_labels) else ""


def _kept_label(label: str) -> str:
    if len(label) <= LONGEST_LABEL and label.isprintable():
        return label
    start = label[: 2 * LONGEST_LABEL]
    return " ".join("".join(c if c.isprintable() else " " for c in start).split())[:LONGEST_LABEL]


def page_name(page: int | None, label: str) -> str:
    """Return what a page is called: `page 4`, `page iv`, or its label alone where that is no page.

    Empty where there is none. A label with a blank or a colon is a name of its own, as those of
    transcripts and notebooks are: `00:12:30`, `cell 4`.
    """
    if page is None:
        return ""
    return label if " " in label or ":" in label else f"page {label or page}"
