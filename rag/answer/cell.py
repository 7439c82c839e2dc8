"""Finds the cell of a table that a question names by its row and its column.

It looks at rows as `rag.answer.rows` reads them, and at nothing else. Nothing is reckoned with a
table but which of its figures is the greatest, where all of them stand in one article.
"""

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from typing import Final

from index.terms import content_terms, terms
from index.types import Hit
from rag.answer.columns import (
    covers,
    is_named,
    is_period,
    kind_words,
    most_named,
    says_all,
    table_words,
    without_unit,
    words_of,
)
from rag.answer.items import heading_above, joined
from rag.answer.measures import extreme_of, measured_by, superlative
from rag.answer.mismatch import days_of
from rag.answer.rows import TABLES, Cell, Row, cells_of, left_of, rows_of
from rag.answer.yes_no import is_negated
from rag.question import AnswerType, Question
from rag.types import Draft, DraftSentence, Evidence

_DIGITS_OF_YEAR = 4
_SURE = 0.9
"""Confidence of a cell that a question names by its row and its column."""
_MOST = 3
"""Rows of several tables that are shown where their cells differ."""
_COLUMN_ASKED = re.compile(
    r"\b(?:the|which|what) ([\w'’-]{1,40}(?: [\w'’-]{1,40}){0,2}) (?:column|field)\b", re.IGNORECASE
)
_LEADS: Final = frozenset({"the", "which", "what", "does", "is", "of", "in", "this", "that"})
"""Words in front of a column's name that are none of it."""
_WORD = re.compile(r"\w+")
_FULL_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{1,30}(?: [A-Z][a-z]{1,30}){1,3}")
"""Of somebody or something, not at the beginning of a question."""
_NUMBER = re.compile(r"-?\d{1,15}(?:,\d{3})*(?:\.\d{1,6})?")
_LEAST_NAME = 3  # letters of a cell that is taken for a name
_COUNTED: Final[frozenset[AnswerType]] = frozenset({"amount", "money", "date", "duration"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A cell that a question may name."""

    row: Row
    cell: Cell
    covered: int
    """Words of the question that row and column say."""


def with_cell(draft: Draft, question: Question, hits: Sequence[Hit]) -> Draft:
    """Return the row with its cell as the answer where the question names one, else the draft.

    Rows of several tables whose cells differ are all given, without a short answer. A question for
    a column by its name that no table has is not answered of a row, and one that says the name of
    one row, or a full name that no row has, not of another row.

    Args:
        draft: What else would be answered.
        question: What is asked.
        hits: Retrieved for it.
    """
    found = _asked_cells(question, hits)
    if not found:
        of_article = [row for row in rows_of(hits) if not row.is_of_file]
        told = of_article and _with_value(draft, question, of_article)
        if told:
            return told
        lacks = _lacks_column(draft, question, hits) or _names_nobody_there(draft, question)
        if lacks or _is_surpassed(draft, question, hits):
            return replace(draft, confidence=0.0)
        return _better_named(_of_its_row(draft, question, hits), question, rows_of(hits))
    alone = len(found) == 1
    short = found[0].cell.text if alone else None
    return _of_rows(draft, [_quoted(one, titled=not alone) for one in found], found, short=short)


def _of_rows(
    draft: Draft, told: Sequence[DraftSentence], found: Sequence[_Found], *, short: str | None
) -> Draft:
    rows = tuple(one.row.scored.sentence for one in found)
    return replace(
        draft,
        sentences=tuple(told),
        short=short,
        parts=(),
        confidence=max(draft.confidence, _SURE),
        ranked=tuple(dict.fromkeys((*rows, *draft.ranked)))[: max(len(rows), len(draft.ranked))],
    )


def _with_value(draft: Draft, question: Question, rows: Sequence[Row]) -> Draft | None:
    """Return the rows of an article that have a value, or most of one, that a question asks by.

    "Which drinks take 4 minutes?" has the name of the first column and a value of another; "Which
    drink needs the lowest temperature?" a column, of whose numbers every one must be known.
    """
    text, asked = question.text, frozenset(content_terms(question.text))
    named = [row for row in rows if words_of(row.cells[0].name) & asked]
    if question.expects not in ("any", "person") or is_negated(text):
        return None
    found = [row for row in named if _has_value(row, text, asked)] or _extreme(named, text, asked)
    if not found or len({row.named_by for row in found}) > 1:
        return None
    told = [_Found(row=row, cell=row.cells[0], covered=0) for row in found]
    short = joined([row.cells[0].text for row in found])
    return _of_rows(draft, [_quoted(one, titled=False) for one in told], told, short=short)


def _has_value(row: Row, text: str, asked: frozenset[str]) -> bool:
    """Say whether a number of a row is said, or all that a question has beyond the row's name."""
    wanted = left_of(text, row.hit, words_of(row.cells[0].name))
    held = frozenset(term for cell in row.cells[1:] for term in terms(cell.text))
    numbered = (cell.text for cell in row.cells[1:] if any(map(str.isdigit, cell.text)))
    return any(says_all(cell, asked) for cell in numbered) or (bool(wanted) and wanted <= held)


def _extreme(rows: Sequence[Row], text: str, asked: frozenset[str]) -> list[Row]:
    """Return the row with most or least of a column; none where a number is not known."""
    most, least = (bool(superlative(side).search(text)) for side in ("most", "least"))
    if most == least or not rows or not all(row.is_whole for row in rows):
        return []
    meant = asked | measured_by(text)
    names = [without_unit(cell.name) for cell in rows[0].cells]
    columns = [n for n, name in enumerate(names) if n and is_named(name, meant)]
    columns = columns or [n for n, name in enumerate(names) if n and {*terms(name)[-1:]} & meant]
    if len(columns) != 1:
        return []
    place = extreme_of([row.cells[columns[0]].text for row in rows], most=most)
    return [] if place is None else [rows[place]]


def _better_named(draft: Draft, question: Question, rows: Sequence[Row]) -> Draft:
    """Return the row of a table that a question names best, where others of it are quoted.

    With the cell of the column that it names best, if one stands out.
    """
    cited = [told.evidence[0] for told in draft.sentences if told.evidence]
    quoted = [row for row in rows if row.evidence in cited]
    tables = {(row.hit.passage.document_id, row.named_by) for row in quoted}
    if len(tables) != 1 or len(quoted) < len(draft.sentences) or question.expects == "yes_no":
        return draft
    asked = set(content_terms(question.text))
    table = [r for r in rows if (r.hit.passage.document_id, r.named_by) in tables]
    shares = [len(asked & words_of(row.cells[0].text)) for row in table]
    row = table[shares.index(max(shares))]
    several = draft.parts or (len(quoted) > 1 and len(shares) - shares.count(0) > 1)
    if shares.count(max(shares)) > 1 or quoted == [row] or several:
        return draft
    said = set(terms(question.text))
    fits = [len(said & words_of(without_unit(cell.name))) for cell in row.cells[1:]]
    cell = row.cells[1 + fits.index(max(fits))] if fits.count(max(fits)) == 1 else None
    told = _quoted(_Found(row=row, cell=cell or row.cells[0], covered=0), titled=False)
    told = replace(told, span=told.span if cell else None)
    return replace(draft, sentences=(told,), short=cell.text if cell else None, parts=())


def _of_its_row(draft: Draft, question: Question, hits: Sequence[Hit]) -> Draft:
    """Return the row whose name a question says where the draft quotes another, else the draft.

    Of several rows those stay whose name is said, where there are such.
    """
    if len(draft.sentences) > 1:
        cells = [(one, cells_of(one.text)) for one in draft.sentences]
        kept = tuple(one for one, row in cells if any(_is_said(cell, question) for cell in row))
        if not kept or len(kept) == len(cells) or not all(row for _, row in cells):
            return draft
        return replace(draft, sentences=kept, short=None, parts=())
    if len(draft.sentences) != 1 or not draft.sentences[0].evidence:
        return draft
    quoted = draft.sentences[0]
    table = quoted.evidence[0].hit.passage.document_id
    names = {
        row.sentence: (hit, {c.text for c in cells_of(row.sentence.text) if _is_said(c, question)})
        for hit in hits
        if hit.card.media_type in TABLES and hit.passage.document_id == table
        for row in hit.sentences
    }
    said = {row: hit for row, (hit, named) in names.items() if named}
    own = any(name in quoted.text for _, named in names.values() for name in named)
    if own or len(said) != 1 or not cells_of(quoted.text):
        return draft
    ((row, hit),) = said.items()
    evidence = Evidence(hit=hit, start=row.start, end=row.end)
    ranked = tuple(dict.fromkeys((row, *draft.ranked)))[: max(1, len(draft.ranked))]
    sentence = DraftSentence(text=row.text, evidence=(evidence,))
    return replace(draft, sentences=(sentence,), short=None, parts=(), ranked=ranked)


def _is_said(cell: Cell, question: Question) -> bool:
    """Say whether a question has a cell's words as they stand, which begin as a name does."""
    name = cell.text.strip()
    said = len(name) >= _LEAST_NAME and name[0].isupper()
    return said and f" {_spaced(name)} " in f" {_spaced(question.text)} "


def _spaced(text: str) -> str:
    return " ".join(_WORD.findall(text))


def _names_nobody_there(draft: Draft, question: Question) -> bool:
    """Say whether a row is quoted of a table part in which nobody has a full name that is said."""
    if not draft.sentences or not draft.sentences[0].evidence:
        return False
    hit = draft.sentences[0].evidence[0].hit
    if hit.card.media_type not in TABLES or not cells_of(draft.sentences[0].text):
        return False
    around = f"{hit.card.title} {hit.card.source} {hit.passage.text} {hit.page_label}".casefold()
    full = (name[0].split() for name in _FULL_NAME.finditer(question.text))
    return any(not any(word.casefold() in around for word in name) for name in full)


def _is_surpassed(draft: Draft, question: Question, hits: Sequence[Hit]) -> bool:
    """Say whether a row is quoted for the most or least of a column, and another has more or less.

    Of the rows that were found. In a file that is a table it is surpassed, too, where no column of
    numbers is what is asked for; of a table in an article nothing is said then.
    """
    wanted = 1 if superlative("most").search(question.text) else -1
    if wanted < 0 and not superlative("least").search(question.text):
        return False
    if not draft.sentences or not draft.sentences[0].evidence:
        return False
    table = draft.sentences[0].evidence[0].hit.passage.document_id
    asked = frozenset(content_terms(question.text)) | measured_by(question.text)
    quoted = _measured(draft.sentences[0].text, asked)
    if not quoted and draft.sentences[0].evidence[0].hit.card.media_type in TABLES:
        return bool(cells_of(draft.sentences[0].text))
    others = (
        _measured(row.sentence.text, asked)
        for hit in hits
        if hit.passage.document_id == table
        for row in hit.sentences
    )
    return any(
        wanted * (other[name] - own) > 0
        for other in others
        for name, own in quoted.items()
        if name in other
    )


def _measured(row: str, asked: frozenset[str]) -> dict[str, float]:
    """Return the numbers of a row in the columns that a question names, units left aside."""
    return {
        cell.name: float(cell.text.replace(",", ""))
        for cell in cells_of(row)
        if is_named(without_unit(cell.name), asked)
        and _NUMBER.fullmatch(cell.text)
        and not says_all(cell.text, asked)
    }


def _quoted(found: _Found, *, titled: bool) -> DraftSentence:
    """Quote a row with its cell marked, behind the title of its table where that tells it apart."""
    row, cell = found.row, found.cell
    sentence = row.scored.sentence
    lead = f"{row.hit.card.title}: " if titled else ""
    start = len(lead) + cell.start
    return DraftSentence(
        text=lead + sentence.text,
        evidence=(Evidence(hit=row.hit, start=sentence.start, end=sentence.end),),
        span=(start, start + len(cell.text)),
        context=row.named_by,
    )


def _lacks_column(draft: Draft, question: Question, hits: Sequence[Hit]) -> bool:
    """Say whether a row is to answer a question for a column that no table found has."""
    asked = _COLUMN_ASKED.search(question.text)
    if asked is None or not draft.sentences or not draft.sentences[0].evidence:
        return False
    if draft.sentences[0].evidence[0].hit.card.media_type not in TABLES:
        return False
    words = {
        term for word in asked[1].split() if word.lower() not in _LEADS for term in terms(word)
    }
    rows = (row for hit in hits if hit.card.media_type in TABLES for row in hit.sentences)
    names = {cell.name for row in rows for cell in cells_of(row.sentence.text) if cell.name}
    named = {term for name in names for term in terms(name.replace("_", " "))}
    return bool(words) and not any(covers(named, term) for term in words)


def _asked_cells(question: Question, hits: Sequence[Hit]) -> list[_Found]:
    """Return the cell that a question names, or each of those of several tables that differ.

    None where it names none, several of one table, or too many.
    """
    several = question.several and not question.open_ended
    if question.expects == "yes_no" or several or is_negated(question.text):
        return []
    counts = question.expects in _COUNTED and not question.open_ended
    asked = frozenset(content_terms(question.text))
    measured = measured_by(question.text)
    named = (_named_in(r, asked, measured, question.expects, counts=counts) for r in rows_of(hits))
    found = [one for one in named if one is not None]
    most = max((one.covered for one in found), default=0)
    best = [one for one in found if one.covered == most]
    distinct = list({one.cell.text: one for one in reversed(best)}.values())[::-1]
    if len(distinct) == 1:
        return best[:1]
    tables = {one.row.hit.passage.document_id for one in distinct}
    return distinct if len(tables) == len(distinct) <= _MOST else []


def _named_in(
    row: Row, asked: frozenset[str], measured: Set[str], expects: AnswerType, *, counts: bool
) -> _Found | None:
    """Return the cell of a row that a question names; None where it is not sure.

    Args:
        row: The row.
        asked: The terms of the question.
        measured: Terms of columns that it means by a word: temperature of "how hot".
        expects: What it asks for: "how long" names a column of times.
        counts: Whether a number or a time is asked for.
    """
    cells = row.cells
    days = days_of(" ".join(asked))
    said = [c for c in cells if says_all(c.text, asked) or (days and days <= days_of(c.text))]
    meant = asked | kind_words("implied", expects) | measured
    open_ = [replace(c, name=without_unit(c.name)) for c in cells if c not in said]
    numbers = [c for c in open_ if _is_number_alone(c, expects)]
    named = [c for c in open_ if is_named(c.name, meant) and c not in numbers]
    columns = most_named(named)
    if not said or len(columns) != 1 or not (row.is_of_file or cells[0] in said):
        return None
    of_row = {term for cell in said for term in words_of(cell.text)}
    # The column of the row's name may be named too: "in the year 1916".
    of_row |= {term for cell in (*said, *numbers) for term in words_of(cell.name)} & asked
    of_row |= {term for term in asked if any(days_of(term) & days_of(c.text) for c in said)}
    covered = of_row | {t for t in asked if covers(words_of(columns[0].name), t)}
    about = frozenset(terms(f"{row.hit.card.title} {heading_above(row.named_by)}"))
    left = asked - covered - about - table_words() - kind_words("kind", expects)
    # Columns that are years or days do not say what is counted in them.
    periods = all(is_period(cell.name) for cell in cells if cell.name and cell not in said)
    unsaid = counts and periods and any(map(str.isdigit, columns[0].text))
    long_ = len(words_of(cells[0].text)) > 1 < len(words_of(columns[0].name))
    surely = long_ and not row.is_of_file
    if len(left) > int(unsaid or surely):
        return None
    return _Found(row=row, cell=columns[0], covered=len(covered & asked))


def _is_number_alone(cell: Cell, expects: AnswerType) -> bool:
    """Say whether it is asked when, and a cell has a number of a plot or a room, no year."""
    number = expects == "date" and cell.text.isdigit() and len(cell.text) < _DIGITS_OF_YEAR
    return number and not is_named(cell.name, kind_words("implied", expects))
