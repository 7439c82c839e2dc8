"""Reads rows, lines of forms and lists, and finds the line or the list that a question names.

A file that is a table says the names in each row, "Town: Lindvik; 2021: 18400."; in an article a
row is "Lindvik | 18400" below a row of names. A line of a form is "Apologies: Ida Moe", which tells
who was absent, and a list stands under a heading, such as "Ingredients". By form alone, without the
reader: cells of rows are `rag.answer.cell`'s.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final, Literal, NamedTuple

from index.data_files import data_toml
from index.terms import content_terms, terms
from index.types import Hit, ScoredSentence
from rag.answer.items import Listing, Place, item_of, lists_of
from rag.answer.measures import is_of_other_measure
from rag.answer.neighbours import BAR, Below, rows_below_names
from rag.answer.yes_no import is_negated
from rag.question import AnswerType, Question, holds, numbers, words
from rag.types import Draft, DraftPart, DraftSentence, Evidence

TABLES: Final = frozenset(
    {
        "text/csv",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.oasis.opendocument.spreadsheet",
    }
)
_FIELD = re.compile(r"; (?=[^;:]{1,200}: )")  # parts the cells of a row that have a name
_MOST_ARTICLES = 3  # whose lines are shown beside each other
_FIGURES: Final[frozenset[AnswerType]] = frozenset({"amount", "money"})
_SURE = 1.0  # confidence of what is found by its name, which may have no word of the question
_HOW_MANY = re.compile(
    r"how (?:much|many) (?P<thing>[\w’'\-]{2,30}(?: [\w’'\-]{2,30}){0,2}?)"
    r"(?= (?:do|does|did|should|must|will|would|is|are|was|were|goes|go|in|for|to|into)\b|[?\s]*$)",
    re.IGNORECASE,
)
_NEEDED = re.compile(
    r"\s(?:(?:do|will|would|should|must) (?:i|you|we|one) (?:need|use|take|add|buy)"
    r"|go(?:es)? in(?:to)?|(?:is|are) (?:needed|required|used|in (?:it|there)))\b",
    re.IGNORECASE,
)
_DATED = re.compile(
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November"
    r"|December|(?:1[5-9]|20)\d\d)\b"
)
_LABEL = re.compile(
    r"(?P<name>[^\W\d_a-z][\w’'()/&-]{0,24}(?: [\w’'()/&-]{1,24}){0,4})(?P<between>: )(?=\S)"
)
_CLAUSE = re.compile(r", (?=(?:who|which)\b)")
_CUT = re.compile(r"\.\w\.\s*$")
_SERVES = re.compile(r"(?P<name>Serves|Makes|Feeds|Yields)(?P<between> (?:about )?)\d[^.]{0,40}\.?")


class Named(NamedTuple):
    """A kind of lines or lists: what they are called, and how they are asked for."""

    names: frozenset[frozenset[str]]
    """The terms of each name."""
    asked: re.Pattern[str]
    counts: bool
    """Whether things in the list are counted or measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell of a row, named or not."""

    name: str
    """Of its column; empty where it has none."""
    text: str
    start: int
    """Offset of its text in the row's sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row, and where it was found."""

    hit: Hit
    scored: ScoredSentence
    cells: tuple[Cell, ...]
    named_by: Evidence | None = None
    """The row of names above it in an article; None in a file that is a table."""
    is_whole: bool = False
    """Whether all rows of its table in an article were found."""

    @property
    def evidence(self) -> Evidence:
        """The row as what an answer rests on."""
        own = self.scored.sentence
        return Evidence(hit=self.hit, start=own.start, end=own.end)

    @property
    def is_of_file(self) -> bool:
        """Whether it is of a file that is a table."""
        return self.named_by is None


class Line(NamedTuple):
    """A line of a form: one name, and what it says."""

    place: Place
    cell: Cell


def rows_of(hits: Sequence[Hit]) -> list[Row]:
    """Return the rows of tables among hits, those of files first; none for no hits."""
    own = [
        Row(hit=hit, scored=scored, cells=cells)
        for hit in hits
        if hit.card.media_type in TABLES
        for scored in hit.sentences
        if (cells := cells_of(scored.sentence.text))
    ]
    return [*own, *map(_row, rows_below_names(hits, apart=TABLES))]


def lines_of(hits: Sequence[Hit]) -> list[Line]:
    """Return the lines of forms among hits, in their order: "Place: the library".

    A row of two cells in an article is one too.
    """
    return [
        Line(Place(hit, scored.sentence), cell)
        for hit in hits
        if hit.card.media_type not in TABLES
        for scored in hit.sentences
        if scored.sentence.ordinal and (cell := labelled(scored.sentence.text))
    ]


def with_named(draft: Draft, question: Question, hits: Sequence[Hit]) -> Draft:
    """Return the line or the list that a question asks for by its name, else the draft.

    "Who was absent?" is answered by "Apologies: Ida Moe", "What do I need?" by what stands under
    "Ingredients", and how much of a thing by the lines of such a list that have it. Lines of
    several articles are all given, each behind its article's title.

    Args:
        draft: What else would be answered.
        question: What is asked.
        hits: Retrieved for it.
    """
    if question.expects == "yes_no" or question.is_empty:
        return draft
    lists = lists_of(hits)
    return (
        _told_by_lines(draft, question, lines_of(hits))
        or _told_by_list(draft, question, lists)
        or _counted_in(draft, question, lists)
        or draft
    )


def cells_of(row: str) -> tuple[Cell, ...]:
    """Return the cells of a row as a sentence tells it; none where no column is named in it."""
    cells: list[Cell] = []
    start = 0
    for end in (*(gap.start() for gap in _FIELD.finditer(row)), len(row)):
        part = row[start:end]
        name, named, text = part.partition(": ")
        if not named:
            name, text = "", part
        last = end == len(row) and text.endswith(".")
        at = start + (len(name) + 2 if named else 0)
        cells.append(Cell(name=name, text=text[:-1] if last else text, start=at))
        start = end + 2
    return tuple(cells) if any(cell.name for cell in cells) else ()


def cells_of_table(text: str, media_type: str) -> tuple[Cell, ...]:
    """Return the cells of a quoted row; none where its article is no table."""
    return cells_of(text) if media_type in TABLES else ()


def labelled(text: str) -> Cell | None:
    """Return what a line of a form says under its name; None for any other sentence."""
    name, _, rest = text.partition(BAR)
    if rest and BAR not in rest:
        return Cell(name=name, text=rest, start=len(text) - len(rest))
    label = _LABEL.match(text) or _SERVES.fullmatch(text)
    at = label.end("name") + len(label["between"]) if label else 0
    told = _CLAUSE.split(text[at:].rstrip(), maxsplit=1)[0]
    told = told if _CUT.search(told) else told.removesuffix(".")
    return Cell(name=label["name"], text=told, start=at) if label and told else None


def _row(below: Below) -> Row:
    cells, start = [], 0
    for name, text in zip(below.names, below.scored.sentence.text.split(BAR), strict=True):
        cells.append(Cell(name=name, text=text, start=start))
        start += len(text) + len(BAR)
    return Row(
        hit=below.hit,
        scored=below.scored,
        cells=tuple(cells),
        named_by=below.named_by,
        is_whole=below.is_whole,
    )


def _told_by_lines(draft: Draft, question: Question, lines: Sequence[Line]) -> Draft | None:
    kept = [line for line in lines if _names_line(question, line)]
    own = draft.short and question.expects != "person"
    told = draft.sentences[0].evidence[0] if draft.sentences and own else None
    if not kept or any(told == line.place.evidence for line in kept):
        return None
    asked = set(content_terms(question.text))
    shares = [len(asked & set(terms(line.place.hit.card.title))) for line in kept]
    kept = [line for line, share in zip(kept, shares, strict=True) if share == max(shares)]
    kept = kept[:1] if len({line.cell.text for line in kept}) == 1 else kept
    articles = {line.place.hit.passage.document_id for line in kept}
    if (len(articles) < len(kept) and not question.several) or len(articles) > _MOST_ARTICLES:
        return None
    short = kept[0].cell.text if len(kept) == 1 else None
    quoted = [_quoted_line(line, titled=len(articles) > 1) for line in kept]
    return _drafted(draft, quoted, short=short)


def _quoted_line(line: Line, *, titled: bool) -> DraftSentence:
    place, cell = line.place, line.cell
    lead = f"{place.hit.card.title}: " if titled else ""
    span = (len(lead) + cell.start, len(lead) + cell.start + len(cell.text))
    return DraftSentence(text=lead + place.sentence.text, evidence=(place.evidence,), span=span)


def _told_by_list(draft: Draft, question: Question, lists: Sequence[Listing]) -> Draft | None:
    if question.expects not in ("any", "person"):
        return None
    kept = _narrowed(question, [one for one in lists if _names_list(question, one)])
    if len({one.heading.evidence.start for one in kept}) != 1:
        return None
    quoted = [_quoted_item(one, place) for one in kept for place in one.items]
    return _drafted(draft, quoted, short=None, parts=True)


def _quoted_item(one: Listing, place: Place) -> DraftSentence:
    """Quote an item; the first of a list comes with what leads it."""
    lead = (one.lead or one.heading).evidence if place is one.items[0] else None
    return DraftSentence(text=place.sentence.text, evidence=(place.evidence,), context=lead)


def _counted_in(draft: Draft, question: Question, lists: Sequence[Listing]) -> Draft | None:
    """Return the items of a list that say how much there is of a thing, where that is asked."""
    asked = _HOW_MANY.match(question.text)
    wanted = set(content_terms(asked["thing"])) if asked else set()
    if asked is None or not wanted:
        return None
    rest = question.text[asked.end("thing") :]
    about = [
        one
        for one in lists
        if any(kind.counts and is_called(one.heading.sentence.text, kind) for kind in kinds("list"))
        and not left_of(rest, one.heading.hit, _words_of(one))
    ]
    found = [
        (one, place)
        for one in about
        for place in one.items
        if wanted <= set(terms(place.sentence.text)) and numbers(place.sentence.text)
    ]
    told_of = [place.hit.passage.text for one in about for place in (one.heading, *one.items)]
    told_of += [sentence.text for sentence in draft.sentences]  # perhaps of another article
    is_needed = bool(found) or any(wanted & set(terms(text)) for text in told_of)
    if about and not is_needed and _NEEDED.match(rest):
        return replace(draft, confidence=0.0)
    if not found or len({place.hit.passage.document_id for _, place in found}) > 1:
        return None
    told = [
        DraftSentence(
            text=place.sentence.text,
            evidence=(place.evidence,),
            span=item_of(place.sentence.text),
            context=(one.lead or one.heading).evidence,
        )
        for one, place in found
    ]
    short = told[0].text[slice(*item_of(told[0].text))] if len(told) == 1 else None
    return _drafted(draft, told, short=short, parts=len(told) > 1)


def _drafted(
    draft: Draft, sentences: Sequence[DraftSentence], *, short: str | None, parts: bool = False
) -> Draft:
    items = tuple(
        DraftPart(asked="", text=one.text[slice(*item_of(one.text))], evidence=one.evidence)
        for one in sentences
    )
    return replace(
        draft,
        sentences=tuple(sentences),
        short=short,
        parts=items if parts and len(items) > 1 else (),
        confidence=max(draft.confidence, _SURE),
    )


def _names_line(question: Question, line: Line) -> bool:
    """Say whether a question asks for a line, and for nothing beyond it."""
    asking = question.text.replace("’", "'")
    hit, cell = line.place.hit, line.cell
    if not _is_of_its_time(asking, hit) or not holds(question.expects, cell.text, asked=asking):
        return False
    for kind in kinds("line"):
        form = kind.asked.match(asking)
        of_kind = frozenset[str]().union(*kind.names)
        if form and is_called(cell.name, kind) and not left_of(asking[form.end() :], hit, of_kind):
            return True
    own = frozenset(content_terms(cell.name))
    wanted = left_of(asking, hit, ())
    if (
        BAR in line.place.sentence.text
        and question.expects in _FIGURES
        and wanted
        and wanted <= own
    ):
        return not is_of_other_measure(cell.text, asked=asking)
    said = own and own <= set(content_terms(asking))
    plain = bool(said) and not question.open_ended and not is_negated(asking)
    return plain and not left_of(asking, hit, own)


def _names_list(question: Question, one: Listing) -> bool:
    asking, heading = question.text.replace("’", "'"), one.heading.sentence.text
    if not _is_of_its_time(asking, one.heading.hit):
        return False
    for kind in kinds("list"):
        form = kind.asked.match(asking)
        if form and is_called(heading, kind):
            return not left_of(asking[form.end() :], one.heading.hit, _words_of(one))
    own = frozenset(content_terms(heading))
    said = (
        own - frozenset(terms(one.heading.hit.card.title))
        and own <= set(content_terms(asking))
        and not is_negated(asking)
    )
    asks = bool(said) and question.expects == "any"
    return asks and not left_of(asking, one.heading.hit, _words_of(one))


def _narrowed(question: Question, lists: Sequence[Listing]) -> list[Listing]:
    """Keep the parts of a list whose lead a question names: "the filling"; else all."""
    asked = set(content_terms(question.text))
    own = [
        one
        for one in lists
        if one.lead
        and asked
        & set(content_terms(one.lead.sentence.text)) - frozenset(terms(one.heading.hit.card.title))
    ]
    return own or list(lists)


def _words_of(one: Listing) -> frozenset[str]:
    lead = one.lead.sentence.text if one.lead else ""
    return frozenset(terms(f"{one.heading.sentence.text} {lead}"))


def left_of(text: str, hit: Hit, own: Collection[str]) -> frozenset[str]:
    """Return what a question has beyond the name, the article's title and words that ask."""
    return frozenset(content_terms(text)) - frozenset(terms(hit.card.title)) - set(own) - _free()


def _is_of_its_time(asked: str, hit: Hit) -> bool:
    """Say whether an article's title has each month and year that a question names."""
    return {found.casefold() for found in _DATED.findall(asked)} <= words(hit.card.title)


def is_called(name: str, kind: Named) -> bool:
    """Say whether a line or a list has a name of a kind."""
    return _called(name) in kind.names


def _called(name: str) -> frozenset[str]:
    return frozenset(content_terms(name) or terms(name))


def kinds(table: Literal["line", "list"]) -> tuple[Named, ...]:
    """Return the kinds of lines or of lists, as `rag/data/labels.toml` has them."""
    return _kinds()[table]


@cache
def _kinds() -> Mapping[str, tuple[Named, ...]]:
    def named(entry: Mapping[str, Any]) -> Named:
        names = frozenset(map(_called, entry["name"].split(", ")))
        asked = re.compile(entry["asked"], re.IGNORECASE)
        return Named(names=names, asked=asked, counts=entry.get("counts", False))

    tables = data_toml("rag", "labels.toml")
    return {table: tuple(map(named, tables[table])) for table in ("line", "list")}


@cache
def _free() -> frozenset[str]:
    return frozenset(terms(data_toml("rag", "labels.toml")["free"]))
