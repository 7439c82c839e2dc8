"""Sentences of English text as exact offsets: which stops end one, and cuts of what is too long.

Which lines run on is told by `paragraphs`.

Rules in the manner of Mikheev, "Periods, Capitalized Words, etc." (Computational Linguistics 28,
2002): the word before the stop, the marks around it and the word behind it decide. Every look is
bounded in length and every pattern possessive, so each decision takes constant time.
"""

import re
import unicodedata
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cache
from itertools import pairwise
from typing import overload

from index.data_files import data_toml
from index.reading.normal import LongText
from index.splitting.paragraphs import Stretch, stretches
from index.types import Span

LONGEST = 1000
"""Characters above which a sentence is cut: the embedding model reads 256 tokens."""

_PIECE = 1_000_000
"""Characters of a table that are split at once."""

_WORD = re.compile(r"[^\W_]")
_BLANKS = re.compile(r"\s*+")
_CUTS = (re.compile(r"[;:](?=\s)|[；：]"), re.compile(r",(?=\s)|[、，،]"), re.compile(r"\s"))
_JOINER = "\u200d"
_LOOK_BACK = 40
_LOOK_AHEAD = 80
_WIDE = "。！？｡।॥؟۔"
"""Stops of scripts that have no capitals to tell by: of Chinese, Japanese, Hindi, Arabic, Urdu."""
_QUOTE_OPENERS, _QUOTE_CLOSERS = "「『“（", "」』”）"
_LONGEST_QUOTE = 120
_GOES_ON = re.compile(r"[ぁ-ゟ、，,；：]")
"""What goes on with the sentence that a quotation is part of: a Japanese particle, a comma."""
_OPENERS = "\"'“‘«„‹([{*_¿¡>—–"
_NO_START = ",;:)]–—&/|=+<-"

CANDIDATE = re.compile(
    r"""
    (?P<stop> \.(?:[ \u00a0]\.)++ | [.!?…‼⁇⁈⁉]++ | [。！？｡।॥؟۔]++ )
    (?P<closers> (?:
        "(?![^\W_]) | ['”’»›)\]}」』）】〉》*_`] | “(?=\s) | [ \u00a0\u202f][”»](?=\s)
    )* )
    (?: [ ]? \[ (?: \d{1,3}(?:[,–-][ ]?\d{1,3}){0,9} | [a-z] | citation[ ]needed ) \] )*
    (?P<gap> \s*+ )
    """,
    re.VERBOSE,
)
"""A run of stops, the closing marks and "[1]" notes that belong to it, and the blanks behind.

Nothing behind the stops can fail, so that the repeats never go back and need not be possessive. In
one run of the tests where they were, a mark was taken that its look ahead forbids; never again.
"""

_NEXT = re.compile(r"""(["'“‘«„‹(\[{*_¿¡># \n\u00a0]{0,8}+)([^\W_][\w’'-]{0,40}+)?""")
_ENUMERATOR = re.compile(r"\d{1,3}|[A-Za-z]|[ivx]{2,5}|[IVX]{2,5}")
_ACRONYM = re.compile(r"(?:[^\W\d_]{1,2}\.)+[^\W\d_]{1,2}")
_SPEAKER = re.compile(r"[^\W\d_][\w’'-]*+\.?(?:\s[^\W\d_][\w’'-]*+\.?){1,4}+")
_QUOTES = frozenset("\"'”’»›“")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """Lower-case words without their last stop; what each set is for stands in the data file."""

    never: frozenset[str]
    titles: frozenset[str]
    either: frozenset[str]
    states: frozenset[str]
    before_number: frozenset[str]
    before_number_capitalised: frozenset[str]
    weekdays: frozenset[str]
    months: frozenset[str]
    letter_nouns: frozenset[str]
    after_time: frozenset[str]
    marked_names: frozenset[str]
    domains: frozenset[str]
    speech_verbs: frozenset[str]
    starters: frozenset[str]


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


class Spans(Sequence[Span]):
    """Spans in 16 bytes each: as objects those of a table's million rows take 130 MB."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self._edges = array("q")
        for span in spans:
            self._edges.append(span.start)
            self._edges.append(span.end)

    def __len__(self) -> int:
        return len(self._edges) // 2

    @overload
    def __getitem__(self, place: int) -> Span: ...

    @overload
    def __getitem__(self, place: slice) -> list[Span]: ...

    def __getitem__(self, place: int | slice) -> Span | list[Span]:
        if isinstance(place, slice):
            return [self[n] for n in range(*place.indices(len(self)))]
        at = 2 * range(len(self))[place]
        return Span(start=self._edges[at], end=self._edges[at + 1])


def split_rows(text: str | LongText) -> Spans:
    """Split a text whose paragraphs are rows of a table into sentences, as `split` does.

    No line of it runs on in the next, so that it is split piece by piece: what is found of the
    lines of a million rows would take more memory than they.
    """
    return Spans(_of_rows(text if isinstance(text, LongText) else LongText(_row_parts(text))))


def _of_rows(text: LongText) -> Iterator[Span]:
    start = 0
    for part in text.pieces():
        for each in split(part):
            yield Span(start=start + each.start, end=start + each.end)
        start += len(part)


def _row_parts(text: str) -> Iterator[str]:
    start = 0
    while start < len(text):
        end = text.find("\n\n", start + _PIECE)
        end = len(text) if end < 0 else end
        yield text[start:end]
        start = end


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


@cache
def lexicon() -> Lexicon:
    """Return the lists of `index/data/abbreviations.toml`; the file is read on the first call."""
    lists: dict[str, list[str]] = data_toml("index", "abbreviations.toml")
    return Lexicon(**{each.name: frozenset(lists[each.name]) for each in fields(Lexicon)})


def ends_sentence(
    text: str, found: re.Match[str], *, start: int, word: int, words: Lexicon
) -> bool:
    """Tell whether a match of `CANDIDATE` ends the sentence that begins at `start`.

    `word` is the offset of the sentence's first letter or digit, before the match; the match does
    not reach the end of the stretch (`found.endpos`), behind which nothing is looked at.
    """
    stop = found["stop"]
    if stop[0] in _WIDE:
        return _ends_at_wide(text, found, start=start)
    if not found["gap"]:
        return _ends_without_blank(text, found, start=start, words=words)
    at, following = _next_word(text, found.end(), found.endpos)
    if not following and text[at : at + 1] in _NO_START:
        return False
    if following[:1].islower() and not following[1:2].isupper():
        return False
    token, prior = _words_before(text, start, found.start())
    starts = _starts_sentence(text, at, following, words=words)
    if stop != ".":
        return _ends_at_mark(text, found, token=token, starts=starts, words=words)
    if _ENUMERATOR.fullmatch(token) and _is_label(text, word, found.start(), words=words):
        return False
    return _ends_at_period(token, prior, following, starts=starts, words=words)


def _ends_at_wide(text: str, found: re.Match[str], *, start: int) -> bool:
    """Decide at a stop that needs no blank: not inside of a quotation, nor before "…」と言った"."""
    if found["gap"]:
        return True
    if found["closers"]:
        return _GOES_ON.match(text, found.end()) is None
    said = text[max(start, found.start() - _LONGEST_QUOTE) : found.start()]
    opened = max(said.rfind(mark) for mark in _QUOTE_OPENERS)
    if opened <= max(said.rfind(mark) for mark in _QUOTE_CLOSERS):
        return True
    closer = _QUOTE_CLOSERS[_QUOTE_OPENERS.index(said[opened])]
    end = min(found.end() + _LONGEST_QUOTE, found.endpos)
    return text.find(closer, found.end(), end) < 0


def _ends_at_mark(
    text: str, found: re.Match[str], *, token: str, starts: bool, words: Lexicon
) -> bool:
    """Decide at "?", "!" or "…" before a capital: not in "[...]", nor before who said it."""
    if text[found.start() - 1] in "([":
        return False
    if token.lower() in words.marked_names:
        return starts
    if _QUOTES.isdisjoint(found["closers"]):
        return True
    end = min(found.end() + _LOOK_AHEAD, found.endpos)
    speaker = _SPEAKER.match(text, found.end(), end)
    return speaker is None or not _is_attribution(speaker[0].split(), words=words)


def _is_attribution(clause: list[str], *, words: Lexicon) -> bool:
    """Tell whether a clause is "Smith said", "Mr. J. Smith said" or "the old man said"."""
    described = clause[0].lower() in ("a", "an", "one", "the")
    for before, each in pairwise(clause):
        if before.endswith(".") and not _goes_on(before[:-1], each, words=words):
            return False
        if each.rstrip(".") in words.speech_verbs:
            return True
        if not (each[0].isupper() or described):
            return False
    return False


def _goes_on(token: str, following: str, *, words: Lexicon) -> bool:
    """Tell whether a full stop inside of a clause belongs to a title or an initial."""
    initial = len(token) == 1 and following.lower() not in words.starters
    return initial or token.lower() in words.titles


def _is_label(text: str, start: int, end: int, *, words: Lexicon) -> bool:
    """Tell whether a sentence so far is only a number or letter, or "Table 1", and so a label."""
    if end - start > _LOOK_BACK:
        return False
    said = text[start:end].split()
    return len(said) == 1 or (len(said) == 2 and said[0].lower() in words.letter_nouns)


def _ends_at_period(
    token: str, prior: str, following: str, *, starts: bool, words: Lexicon
) -> bool:
    """Decide at one full stop before a blank and a word that is not in lower case."""
    lower = token.lower()
    if lower in words.never:
        return False
    if not following[:1].isalpha() and _counts(token, words=words):
        return False
    if lower in words.titles:
        return starts and not token.istitle()
    if lower in ("a.m", "p.m"):
        return following.lower() not in words.after_time
    if token.istitle() and lower in words.weekdays and following.lower() in words.months:
        return False
    return starts or not _is_cautious(token, prior, words=words)


def _counts(token: str, *, words: Lexicon) -> bool:
    """Tell whether a number belongs to a shortened word before it: "No. 5", "Nov. 3", "c. 1500"."""
    lower = token.lower()
    if lower in words.before_number or (len(token) == 1 and token.isalpha()):
        return True
    return token != lower and (lower in words.before_number_capitalised or lower in words.weekdays)


def _is_cautious(token: str, prior: str, *, words: Lexicon) -> bool:
    """Tell whether a token may be short for something, so that its stop needs more to end."""
    lower = token.lower()
    if len(token) == 1:
        return token.isupper() and prior.lower() not in words.letter_nouns
    if lower in words.states:
        return token[0].isupper() and prior.endswith(",")
    return lower in words.either or _ACRONYM.fullmatch(token) is not None


def _ends_without_blank(text: str, found: re.Match[str], *, start: int, words: Lexicon) -> bool:
    """Decide where no blank follows: "conference.The next" ends, "example.Com is" does not."""
    after = found.end()
    if text[after] in '“‘«"':
        return text[after + 1 : min(after + 2, found.endpos)].isupper()
    at, following = _next_word(text, after, found.endpos)
    if at > after or not _is_plain_capitalised(following) or following.lower() in words.domains:
        return False
    end = at + len(following)
    behind = text[end : min(end + 1, found.endpos)]
    if behind and not (behind.isspace() or behind == ","):
        return False
    token, _ = _words_before(text, start, found.start())
    bare = token.replace("-", "").replace("’", "").replace("'", "")
    lower = token.lower()
    if not bare.isalpha() or len(bare) < 2 or _is_short(lower, words=words):
        return False
    return bare.islower() or following.lower() in words.starters


def _is_short(lower: str, *, words: Lexicon) -> bool:
    return lower in words.either or lower in words.titles or lower in words.never


def _is_plain_capitalised(word: str) -> bool:
    return word in ("A", "I") or (word[:1].isupper() and word[1:].islower())


def _next_word(text: str, start: int, end: int) -> tuple[int, str]:
    """Return the word behind at most 8 opening marks at `start`, and its offset; "" if none."""
    found = _NEXT.match(text, start, end)
    return (found.end(1), found[2] or "") if found else (start, "")


def _words_before(text: str, start: int, end: int) -> tuple[str, str]:
    """Return the word that ends at `end` without opening marks, and the word before it.

    At most 40 characters are looked through; a word that is longer is returned as "?", one that
    is not there as "".
    """
    low = max(start, end - _LOOK_BACK)
    parts = text[low:end].rsplit(None, 2)
    if not parts or text[end - 1].isspace():
        return "", ""
    if len(parts) == 1:
        return (parts[0].lstrip(_OPENERS) if low == start else "?"), ""
    return parts[-1].lstrip(_OPENERS), parts[-2].lstrip(_OPENERS)


def _starts_sentence(text: str, at: int, following: str, *, words: Lexicon) -> bool:
    """Tell whether a capitalised word is one that begins sentences; "A." is an initial."""
    if len(following) == 1 and text[at + 1 : at + 2] == ".":
        return False
    return following.replace("’", "'").split("'")[0].lower() in words.starters
