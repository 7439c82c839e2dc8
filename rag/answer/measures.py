"""Tells when a figure is of another measure, or of another time, than a question asks for.

"The crossing takes eight minutes" does not tell how fast the ferry is, nor "in 1925" how old she
was. Only figures whose unit is known are ruled out; a sentence without any is let pass.
"""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import Literal, NamedTuple

from index.data_files import data_toml
from index.terms import content_terms, terms
from rag.question import any_of, asks_from, names

_PER = r"(?: ?/ ?|[- ](?:per|an?|each|every)[- ])(?:hour|second|minute|h|s|sec|min)\b"
_VALUE = re.compile(r"[$€£]?(?P<number>-?\d{1,15}(?:,\d{3})*(?:\.\d{1,6})?)(?P<unit>[^\d.,]{0,20})")
_DIGITS = re.compile(r"\+?\d[\d /().-]{0,24}")
"""A number as telephones have it, in groups."""
_LASTS = re.compile(r"(?:and )?how long\b.{1,90}\b(?:last|take)s?\b", re.IGNORECASE)
_RECURS = re.compile(
    r"\b(?:every|each) (?:other |second |third |first |last )?[A-Za-z]*(?:day|week|month)\b"
)
_FOR_LONG = re.compile(
    r"\b(?:hours?|minutes?|seconds|(?:\d+|an?|one|two|three|four|five|six|several|a few|half) "
    r"(?:days?|weeks?|months?|years?)|until|till|\d (?:to|and|[-–]) \d)\b|\d [-–] \d"
)
_UNIT_ASKED = re.compile(
    r"\b(?:how many|in) (?P<unit>[a-z]{4,15})\b(?=[?\s]*$| (?:is|are|was|were|do|does|did|long|away"
    r"|high|tall|later|after|before|old|per|has|have|had|will)\b)",
    re.IGNORECASE,
)
_YEAR = r"(?:1[0-9]{3}|20[0-9]{2})"
_OF_TWO = ("pound", "pounds")
"""Units of money and of weight."""
_COMPARED = re.compile(r"\b(?:than|compar)", re.IGNORECASE)
_MORE_THAN = re.compile(
    r"\b(?:more|less|fewer|[a-z]{2,12}er)\b[^.;]{0,40} than (?:the |in |at |on )?"
    r"(?:[A-Z][\w’'-]{0,20} ){0,2}$"
)
_MOST_ASKED = re.compile(
    r"\bthe (?:most|least|fewest|highest|lowest|largest|biggest|smallest|longest|shortest)\b", re.I
)
_MOST = re.compile(r"\b(?:most|least|record|ever|(?:all|any) other|[a-z]{2,12}est)\b", re.I)
_GAP = re.compile(
    r"\d(?: [a-z]{1,20})? (?:more|fewer|less|higher|lower|larger|bigger|smaller|longer|shorter)"
    r" than\b",
    re.I,
)
_LED = re.compile(
    r"(?:[,;]| and| but)(?: and| but)? (?:(?:in|for|at|on|to) )?(?:the |an? )?"
    r"(?P<what>[^\W\d]['’\w\-]*(?: [^\W\d]['’\w\-]*){0,2}?)(?P<verb> (?:has|have|had|gets?|got"
    r"|pays?|paid|costs?|takes?|took|holds?|held|carries|carried))? $"
)
"""What leads a figure in a part of a sentence: ", for offices one year", "the master has one"."""
_ENDS_PART = re.compile(r"\s*(?:[.,;)]|and\b|$)")
_ENDS = re.compile(r"[\s”\"']*(?:[.;!?]|$)")
_BEFORE = 80
"""Characters before a name in which the comparison begins."""
_NUMBER = r"\d{1,3}(?:[ ,. ]\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?"


class Figure(NamedTuple):
    """A figure of a text."""

    start: int
    end: int
    """Offsets of its words, unit included."""
    kind: str
    """As in `rag/data/measures.toml`; "" for one of no known unit."""


class _Aside(NamedTuple):
    """How figures of something else are told, for the questions that they do not answer."""

    form: re.Pattern[str]
    unless: re.Pattern[str]
    before: re.Pattern[str]
    kinds: frozenset[str]
    digits: int
    """Fewest that a figure must have with what stands close to it; 0 where any number will do."""


_VOTES_ASKED = re.compile(
    r"how many\b.{0,60}\b(?:vot\w{1,4}|were|was)\b.{0,40}\b(?P<side>for|against|in favou?r)\b",
    re.IGNORECASE,
)
_VOTES = re.compile(
    r"\b(?:(?P<against>rejected|voted against|turned down|threw out|defeated)"
    r"|voted (?:for|in favou?r)|approved|adopted|passed|carried|accepted|backed|agreed)\b"
    r"[^.;]{0,60}? by (?P<most>\d[\d,]{0,9})(?: votes)? to (?P<least>\d[\d,]{0,9})\b"
)
"""What became of something, and by how many to how many."""
_SOME_OF = re.compile(
    r", (?:of|among) (?:which|whom|these|them),? (?:(?:only|just|about|nearly) )?"
    r"(?P<some>[\w.,-]{1,20}?(?: (?:hundred|thousand|million))?)"
    r" (?P<rest>(?:are|were|have|had|is|was) [^.;:,]{2,80})"
)
"""How many of those before it are so."""
_CODE = re.compile(r"(?<![\w-])(?P<letters>[A-Z]{1,4})[ -]?(?P<number>\d{1,4})(?![\w%]|[.,]\d)")
"""Letters and a number that name something: "E1", "SK 1204"."""


def is_of_other_measure(text: str, *, asked: str) -> bool:
    """Say whether a text has figures, and all of them of measures that do not answer.

    Or of something else: when she was born is no answer to when she retired, nor "every second
    Friday" to how long it lasts. Of 34,001 sentences that answer, of training questions, 12 are
    called so.
    """
    if _LASTS.match(asked) and _RECURS.search(text) and not _FOR_LONG.search(text):
        return True
    other = _other(asked)
    found = figures(text)
    if other and found and all(one.kind in other for one in found) and not _tells(text, asked):
        return True
    aside = _aside_of(asked)
    own = [one for one in found if aside and one.kind in aside.kinds]
    if aside and aside.digits and not own:
        return True
    return aside is not None and bool(own) and all(_is_aside(text, one, aside) for one in own)


def figure_is_other(text: str, start: int, end: int, *, asked: str) -> bool:
    """Say whether the words of a span have a figure, and each is of a measure that does not answer.

    A unit may stand behind the span.
    """
    other, aside = _other(asked), _aside_of(asked)
    if not other and not aside:
        return False
    own = [one for one in figures(text) if one.start < end and one.end > start]
    return bool(own) and all(
        one.kind in other or (aside is not None and _is_aside(text, one, aside)) for one in own
    )


def _is_aside(text: str, figure: Figure, aside: _Aside) -> bool:
    if figure.kind not in aside.kinds or not aside.before.search(text[: figure.start]):
        return False
    around = _DIGITS.finditer(text) if aside.digits else ()
    whole = (m.group() for m in around if m.start() <= figure.start < m.end())
    return not any(sum(map(str.isdigit, run)) >= aside.digits for run in whole)


def own_figure(text: str, *, asked: str) -> tuple[int, int] | None:
    """Return where a sentence has the figure of just that part that is asked of; mostly None.

    Of "rejected it by 143 to 12" 143 against it, and of "48 plots, of which five are empty" five.
    """
    side, told = _VOTES_ASKED.search(asked), _VOTES.search(text)
    if side and told:
        won = (side["side"].casefold() == "against") == bool(told["against"])
        return told.span("most" if won else "least")
    some = _SOME_OF.search(text) if asked.casefold().startswith("how many") else None
    said = set(terms(some["rest"])) - set(terms(text[: some.start()])) if some else set()
    own = some.span("some") if some and said & {*content_terms(asked)} else None
    return own or _of_its_part(text, asked)


def _of_its_part(text: str, asked: str) -> tuple[int, int] | None:
    """Return the figure of a part of which all words but a verb are from the question.

    Of "the reading room has 60 seats and the study room 12" the study room has 12: of 7 such
    sentences that answer training questions it is told rightly of all.
    """
    begins, wanted, kept = asked[:8].casefold(), set(content_terms(asked)), []
    for before, one in pairwise(figures(text) if begins[:4] == "how " else ()):
        led = _LED.search(text, before.end, one.start)
        what = content_terms(led["what"]) if led else []
        if not led or not set(what) <= wanted or set(what) <= set(terms(text[: led.start()])):
            continue
        plain = text[one.start].isdigit() or led["verb"]
        bare = plain and _ENDS_PART.match(text, one.end)
        fits = (
            one.kind == before.kind if one.kind else bare and (before.kind or begins != "how much")
        )
        if fits and one.kind != "year" and len(what) == len(led["what"].split()):
            kept.append((one.start, one.end))
    return kept[0] if len(kept) == 1 else None


def extreme_of(told: Sequence[str], *, most: bool) -> int | None:
    """Return the place of the greatest or smallest of figures of one unit.

    None where one is no figure, has another unit, or two are as great.

    Args:
        told: Each a number with its unit and nothing else; fewer than two give None.
        most: Whether the greatest is wanted.
    """
    values = [found for text in told if (found := _VALUE.fullmatch(text))]
    if len(values) < max(2, len(told)) or len({value["unit"] for value in values}) > 1:
        return None
    sizes = [float(value["number"].replace(",", "")) for value in values]
    best = max(sizes) if most else min(sizes)
    return sizes.index(best) if sizes.count(best) == 1 else None


def measured_by(asked: str) -> frozenset[str]:
    """Return the terms of the columns that a word is about: height of "tallest" and "how tall"."""
    spoken = asked.casefold().rstrip(" ?").split()
    said = {*spoken, *("_".join(two) for two in pairwise(spoken))}
    table = data_toml("rag", "tables.toml")["measured"]
    return frozenset(t for name, of in table.items() if said & set(of.split()) for t in terms(name))


@cache
def superlative(side: Literal["most", "least"]) -> re.Pattern[str]:
    """Return the form of words that ask for the most or the least of something."""
    words = data_toml("rag", "tables.toml")["superlatives"][side].split()
    return re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE)


def is_of_other_code(text: str, *, asked: str) -> bool:
    """Say whether a question names a code, and a text only others of its kind: "E7" for "E1".

    Of 244 sentences that answer such questions, of training sets, none is called so.
    """
    meant, told = _codes(asked), _codes(text)
    return bool(meant) and not meant & told and {one[0] for one in meant} <= {o[0] for o in told}


def _codes(text: str) -> set[tuple[str, str]]:
    return {(one["letters"], one["number"]) for one in _CODE.finditer(text)}


def is_only_compared(text: str, *, asked: str) -> bool:
    """Say whether what is asked of stands in a sentence for comparison alone, at its end.

    "24 cars, a third more cars than the Terna" does not tell how many the Terna carries.
    """
    if _COMPARED.search(asked):
        return False
    held = (re.finditer(rf"\b{re.escape(name)}\b", text, re.IGNORECASE) for name in names(asked))
    return any(
        places
        and all(_MORE_THAN.search(text[max(0, p.start() - _BEFORE) : p.start()]) for p in places)
        and _ENDS.match(text, places[-1].end())
        for places in map(list, held)
    )


def is_no_difference(sentence: str, *, asked: str) -> bool:
    """Say whether it is asked by how much two things differ, and a sentence tells of no difference.

    "The crossing takes 28 minutes instead of 22" has no number of minutes that it takes longer.
    """
    return bool(_differs().search(asked)) and not _difference().search(sentence)


def only_compares(sentence: str, *, asked: str) -> bool:
    """Say whether it is asked what has most or least, and a sentence tells the gap of two alone.

    "410 fewer than in 2023" does not tell in which year there were fewest.
    """
    asks = _MOST_ASKED.search(asked) is not None
    return asks and bool(_GAP.search(sentence)) and not _MOST.search(sentence)


@lru_cache(maxsize=4096)
def figures(text: str) -> tuple[Figure, ...]:
    """Return the figures of a text in their order, each with its kind."""
    return tuple(
        Figure(start=match.start(), end=match.end(), kind=_kind(match))
        for match in _figure().finditer(text)
    )


def _kind(match: re.Match[str]) -> str:
    if match["date"]:
        return "year"
    if match["clock"]:
        return "time"
    if match["symbol"]:
        return "money"
    unit = (match["unit"] or "").casefold().replace(" ", "_").replace("-", "_")
    kind = _units().get(unit, "")
    if kind == "length" and match["per"]:
        return "speed"
    if not kind and not unit and re.fullmatch(_YEAR, match["number"]):
        return "year"
    return kind


@lru_cache(maxsize=1024)
def _other(asked: str) -> frozenset[str]:
    plain = asked.replace("’", "'")
    asking = plain[asks_from(plain) :]
    fitting = (other for form, other, _ in _asked() if form.match(asking))
    return next(fitting, frozenset()) | _of_unit(asking)


def _tells(text: str, asked: str) -> bool:
    """Say whether a text tells without a figure what is asked: "twice"."""
    plain = asked.replace("’", "'")
    asking = plain[asks_from(plain) :]
    told = next((told for form, _, told in _asked() if form.match(asking)), None)
    return told is not None and bool(told.search(text))


@lru_cache(maxsize=1024)
def _aside_of(asked: str) -> _Aside | None:
    plain = asked.replace("’", "'")
    asking = plain[asks_from(plain) :]
    return next(
        (a for a in _asides() if a.form.match(asking) and not a.unless.search(asking)), None
    )


@cache
def _asides() -> Sequence[_Aside]:
    return [
        _Aside(
            form=re.compile(entry["form"], re.IGNORECASE),
            unless=re.compile(entry["unless"], re.IGNORECASE),
            before=re.compile(entry["before"], re.IGNORECASE),
            kinds=frozenset(entry["kinds"]),
            digits=entry.get("digits", 0),
        )
        for entry in data_toml("rag", "measures.toml")["aside"]
    ]


@lru_cache(maxsize=1024)
def _of_unit(asking: str) -> frozenset[str]:
    """Return the measures that do not answer where a unit is asked for: "in minutes"."""
    found = _UNIT_ASKED.search(asking)
    kind = _units().get(found["unit"].casefold(), "") if found else ""
    same = {kind, "year"} if kind == "time" else {kind}
    return frozenset(_units().values()) - same - {""} if kind else frozenset()


@cache
def _asked() -> Sequence[tuple[re.Pattern[str], frozenset[str], re.Pattern[str] | None]]:
    return [
        (
            re.compile(entry["form"], re.IGNORECASE),
            frozenset(entry["other"]),
            re.compile(entry["told"], re.IGNORECASE) if "told" in entry else None,
        )
        for entry in data_toml("rag", "measures.toml")["asked"]
    ]


@cache
def _units() -> dict[str, str]:
    """Return the kind of each spelling of more than one letter, blanks as underscores."""
    found: dict[str, str] = {}
    quantities = data_toml("rag", "quantities.toml")
    for kind, rows in quantities["units"].items():
        found |= {word: kind for _, words in rows for word in words.split()}
    for words in quantities["currencies"].values():
        found |= dict.fromkeys(words.split(), "money")
    for kind, words in data_toml("rag", "measures.toml")["further"].items():
        found |= dict.fromkeys(words.split(), kind)
    found |= dict.fromkeys(_OF_TWO, "")
    return {word: kind for word, kind in found.items() if len(word) > 1 or word == "%"}


@cache
def _figure() -> re.Pattern[str]:
    """Return the form of a figure with its unit; constant, for nothing of a text is in it."""
    quantities = data_toml("rag", "quantities.toml")
    spelt = "|".join((*quantities["ones"], *quantities["tens"]))
    scale = r"(?:hundred|thousand|million|billion|trillion|dozen|mn|bn)"
    number = rf"(?:{_NUMBER}|(?:{spelt})(?:[- ](?:{spelt}))?)(?:[- ]{scale}){{0,2}}"
    units = sorted(_units(), key=len, reverse=True)
    unit = "|".join(re.escape(word).replace("_", "[- ]") for word in units)
    months = any_of("holds", "month")
    short = any_of("holds", "month_beside_a_day")
    date = (
        rf"\d{{1,2}}(?:st|nd|rd|th)?(?: of)? (?:{months}|{short}\b)(?:,? {_YEAR})?"
        rf"|(?:{months}|{short}\.?) \d{{1,2}}(?:st|nd|rd|th)?\b(?!,\d)(?:,? {_YEAR})?"
        rf"|(?:{months}) {_YEAR}"
    )
    hour = r"\d{1,2}(?:[.:]\d\d)?"
    clock = rf"(?:from|between) {hour} (?:to|and|until|till) {hour}|(?:until|till) {hour}"
    no_unit = rf"(?![\d.,]*\d)(?![- ]?(?:{unit})(?!\w))"
    return re.compile(
        rf"(?<![\w.,\-])(?:(?P<date>{date})\b|(?P<clock>{clock}){no_unit}"
        rf"|(?P<symbol>[$€£¥₹] ?)?(?P<number>{number})"
        rf"(?:[- ]?(?P<unit>{unit})(?!\w)(?P<per>{_PER})?)?)(?!\w)",
        re.IGNORECASE,
    )


@cache
def _differs() -> re.Pattern[str]:
    """Return the form of "how much longer" and "how many more people"."""
    more = any_of("difference", "more")
    return re.compile(rf"\bhow (?:much|many)(?: [\w'-]+){{0,2}}? {more}\b", re.IGNORECASE)


@cache
def _difference() -> re.Pattern[str]:
    words = rf"(?:{any_of('difference', 'more')}|{any_of('difference', 'changed')})"
    return re.compile(rf"\b{words}\b", re.IGNORECASE)
