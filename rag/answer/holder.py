"""Tells whether a sentence names who holds an office, pays, acts or wrote the article.

A question for one of these is answered by no other name: a helper is not the head, nor the mayor
that of another town, what a county pays is not what a university does, and a byline tells of
nothing but the article's writer.
"""

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from functools import cache

from index.data_files import data_toml
from index.terms import content_terms, terms
from index.types import Hit, Sentence
from rag.question import Question, any_of, countries, is_named, names, words
from rag.types import Draft, DraftSentence, Evidence

_SOURCE = r"(?:from|out of|with|by means of|using|through|via) (?:(?:the|an?|its|his|her|their) )?"
_BEHIND_SOURCE = re.compile(rf"\b{_SOURCE}$", re.IGNORECASE)
_FROM_SOURCE = re.compile(_SOURCE, re.IGNORECASE)
_HAVE = r"(?:(?:have|has|had|got|holds?|held|owns?|owned)(?! to\b))"
_HAS = re.compile(rf"\b(?P<who>[a-z][\w’'\-]{{1,30}}) (?:also |now |still )?{_HAVE}\b")
_TAKEN_OVER = re.compile(r"\bt(?:ook|ak(?:es?|en|ing)) over\b", re.IGNORECASE)
_QUOTED = re.compile(
    r"[>\s]{0,12}(?:On\b[^\n]{4,100}|[^\n]{2,60})(?:<[^<>\n]{3,60}>)? wrote:\s{0,3}"
)
_BYLINE_LENGTH = 120
"""Characters of a byline, at most."""
_HEAD = 6
"""Sentences of an article that its byline is one of."""
_BELOW_TITLE = 2
"""Sentences below an article's title that names alone may be."""
_BYLINES = 3
"""Articles whose writers are told at once."""

_OFFICE = re.compile(
    r"^who(?:['’]s| is| was| are| were| became) (?:now |currently |also )?(?:the|its|their) "
    r"(?P<role>(?!.*\b(?:that|who|which)\b)[\w\- ]{1,60}?)"
    r"(?: (?:of|in|at|for|to|when|with|behind)\b.*)?[?.!\s]*$",
    re.IGNORECASE,
)
"""Who is asked for by an office; where it is told what they did, the office need not be told."""
_OF_HOME = re.compile(
    r"^who(?:['’]s| is| was| are| were) (?:now |currently |also )?(?:(?:the|its|their|an?) )?"
    r"(?:(?P<whose>[A-ZÀ-Þ][\w\-]{1,30}(?: [A-ZÀ-Þ][\w\-]{1,30}){0,4})['’]s? )?"
    r"(?P<role>(?!.*\b(?:that|who|which)\b)[\w\- ]{1,60}?)"
    r"(?: (?:of|in|at|for) (?:the |an? |its |their )?(?P<home>.{2,80}?))?"
    r"(?: (?:in \d{4}|when|during|after|before|at the time)\b.{0,80})?[?.!\s]*$",
    re.IGNORECASE,
)
"""Who is asked for by an office and whose it is: "the mayor of Brevik", "Brevik's mayor"."""
_HOME_TOLD = (
    re.compile(r"\b(?P<role>[\w\-]{2,30}) (?:of|at|for|in) (?P<home>[\w’'\-]+(?: [\w’'\-]+){0,5})"),
    re.compile(
        r"\b(?P<home>[A-ZÀ-Þ][\w\-]{1,30}(?: [A-ZÀ-Þ][\w\-]{1,30}){0,4})['’]s?"
        r" (?:[a-z\-]{2,30} )??(?P<role>[\w\-]{2,30})"
    ),
)
_TITLED = re.compile(r"\b(?P<role>[\w\-]{2,30}),? (?=[A-ZÀ-Þ][a-zà-ÿ])")
"""An office with a name and no home: "Mayor Ida Sand"."""


def is_without_role(text: str, *, asked: str) -> bool:
    """Say whether the holder of an office is asked for, and a text has no word of it or near it.

    Of 39,608 sentences that answer, of training questions, 12 are called so, of the 580 that are
    asked so at all.

    Args:
        text: A sentence with those that it leans on, its heading and its article's title.
        asked: The question.
    """
    found = _OFFICE.match(asked) or _task_asked().match(asked)
    role = terms(found["role"])[-1:] if found else []
    near = [asked_for | told for asked_for, told in _roles() if set(role) & asked_for]
    seen = set(terms(text))
    if not role or not near or _TAKEN_OVER.search(text):
        return False
    return not any(seen & line for line in (*near, *_lines("holding")))


def is_of_other_home(text: str, *, asked: str, title: str, before: str, behind: str) -> bool:
    """Say whether the holder of an office is asked for, and a text tells that of another home.

    "Jo Berg, director of the Harbour Museum" does not tell who directs the Railway Museum, nor
    "Mayor Ida Sand" who is the mayor of a town that only what follows speaks of; who chairs a
    society chairs no council. Of 822 sentences that answer such training questions one is so.

    Args:
        text: A sentence with those that it leans on.
        asked: The question.
        title: Of its article.
        before: What of the article was found before it.
        behind: What was found behind it.
    """
    found = _OF_HOME.match(asked)
    home = (found["home"] or found["whose"] or "") if found else ""
    role = set(terms(found["role"])[-1:]) if found else set()
    near = [one | told for one, told in _roles() if role & one]
    if not home or not near:
        return False
    own, around = names(f"x {home}"), f"{title} {text}"
    proper = [one for one in own if not _payer(one)]
    if not own and not _is_of_family(home, f"{around} {before} {behind}", told=around):
        return True
    mine, told = set(content_terms(home)), _homes_told(text, role.union(*near))
    if own & countries():
        return False
    if proper and told and not any(_names_one(other, proper) for other in told):
        return True
    if mine <= set(terms(around)) or any(is_named(one, words(around)) for one in proper):
        return False
    others = [] if own else [set(content_terms(other)) for other in told]
    if any(mine & other and other - mine for other in others):
        return True
    titled = any(role & set(terms(one["role"])) for one in _TITLED.finditer(text))
    named = any(is_named(one, words(before)) for one in proper)
    return titled and not named and any(is_named(one, words(behind)) for one in proper)


def is_of_other_payer(text: str, *, asked: str) -> bool:
    """Say whether it is asked how much one pays, and a text tells what others do, and not who.

    Of 77 sentences that answer so, of training questions, none is called so. A name may be meant
    by "the company". What a thing costs is nobody's gift.

    Args:
        text: A sentence with those that it leans on.
        asked: The question.
    """
    if _asks_what_one_has(asked) and not _says("having").search(text):
        return True
    payer = _payer_asked(asked)
    if not payer or set(content_terms(payer)) & set(terms(text)):
        return False
    told = _payers_told(text, asked=asked)
    is_noun = payer.split()[-1].islower() and bool(content_terms(payer))
    if told and (is_noun or _payer(payer)):
        return not any(_payer(payer) & known for _, known in told)
    return bool(not told and _says("giving").search(asked) and _says("cost").search(text))


def is_no_sum(text: str, start: int, *, asked: str) -> bool:
    """Say whether an answer counts who pays, or is what another pays than who is asked of."""
    counts_people = bool(_payer_asked(asked) and _people().match(text, start))
    return counts_people or _is_paid_by_other(text, start, asked=asked)


def is_source(text: str, start: int, end: int) -> bool:
    """Say whether words stand behind "from" or its like, or begin so, and name nobody that acts."""
    told = text[start:end]
    behind = _BEHIND_SOURCE.search(text[:start]) or _FROM_SOURCE.match(told)
    return bool(behind) and not names(told) and not _acting().search(told)


def is_byline(text: str) -> bool:
    """Say whether a sentence is a byline alone: "14 October 2026, by Maud Ferrier".

    Or what leads a quoted message, "On Mon, 15 Sep 2025 at 08:02, Maud Ferrier wrote:".
    """
    form = _QUOTED.fullmatch(text) or _byline().fullmatch(text)
    return form is not None and len(text) <= _BYLINE_LENGTH


def is_signature(hit: Hit, sentence: Sentence) -> bool:
    """Say whether a sentence is a name alone, at the end of a passage and behind no other name."""
    *others, last = hit.sentences
    own = last.sentence.start == sentence.start and _names_alone().fullmatch(sentence.text)
    return bool(own) and not any(_names_alone().fullmatch(s.sentence.text) for s in others[-1:])


def asks_for_writer(asked: str) -> bool:
    """Say whether it is asked who wrote the article itself."""
    return bool(_writer_asked().fullmatch(asked))


def may_be_told_by_byline(question: Question) -> bool:
    """Say whether a question is for an article's writer, or for its day."""
    of_article = words(question.text) & set(_families()["writing"].split())
    return asks_for_writer(question.text) or (question.expects == "date" and bool(of_article))


def with_writer(draft: Draft, question: Question, hits: Sequence[Hit], *, sure: float) -> Draft:
    """Return the bylines as the answer where it is asked who wrote the article, else the draft.

    A writer that only the document's properties name is cited where the article's head has the
    name. Of several articles each has its own byline, and there is no short answer.

    Args:
        draft: What else would be answered.
        question: What is asked.
        hits: Retrieved for it, best first.
        sure: Confidence from which the draft stays, where it is asked of no "article".
    """
    asked = _writer_asked().fullmatch(question.text)
    of_article = asked is not None and (asked["article"] or "authors" in question.text)
    if asked is None or (not of_article and draft.confidence >= sure):
        return draft
    found: dict[str, DraftSentence] = {}
    for hit in hits:
        for scored in hit.sentences[:_HEAD]:
            written = _written_by(scored.sentence, hit)
            if written:
                found.setdefault(hit.passage.document_id, written)
    if asked["topic"]:
        topic = set(content_terms(asked["topic"]))
        first = hits[0].passage.document_id
        texts = (f"{h.card.title} {h.passage.text}" for h in hits if h.passage.document_id == first)
        is_on_it = topic <= set(terms("\n".join(texts)))
        found = {key: one for key, one in found.items() if key == first and is_on_it}
    told = tuple(found.values())[:_BYLINES]
    if not told:
        return draft
    span = told[0].span
    short = told[0].text[slice(*span)] if span and len(told) == 1 else None
    return replace(draft, sentences=told, short=short, parts=(), confidence=1.0)


def _is_paid_by_other(text: str, start: int, *, asked: str) -> bool:
    """Say whether a figure, which starts there, stands behind another payer than is asked of.

    Of a sentence that names that one too: "The county paid half, the town 900 euros".
    """
    wanted = _payer(_payer_asked(asked))
    told = _payers_told(text, asked=asked)
    before = [known for at, known in told if at < start]
    own = any(wanted & known for _, known in told)
    return own and bool(before) and not before[-1] & wanted


def _homes_told(text: str, roles: Set[str]) -> list[str]:
    """Return whose offices a text tells: "the Harbour Museum was" of "director of" that."""
    found = (one for form in _HOME_TOLD for one in form.finditer(" ".join(text.split())))
    return [one["home"] for one in found if roles & set(terms(one["role"]))]


def _names_one(home: str, proper: Sequence[str]) -> bool:
    """Say whether a home has one of the names, or none at all: "captain of the team"."""
    return not names(f"x {home}") or any(is_named(one, words(home)) for one in proper)


def _is_of_family(home: str, article: str, *, told: str) -> bool:
    """Say whether an article may speak of a body: of no kind that is known, or of its kind."""
    family, lines, seen = _payer(home), _lines("payers"), set(terms(article))
    if not family or any(lines[n] & seen for n in family):
        return True
    return not any(line & set(terms(told)) for line in lines)


def _payer_asked(asked: str) -> str:
    return found["who"] if (found := _sum_asked().match(asked)) else ""


def _asks_what_one_has(asked: str) -> bool:
    return bool((found := _sum_asked().match(asked)) and found["has"] and found["money"])


def _payer(name: str) -> frozenset[int]:
    """Return the families of payers that the last word of a name is of."""
    last = set(terms(name)[-1:])
    return frozenset(n for n, line in enumerate(_lines("payers")) if last & line)


def _payers_told(text: str, *, asked: str) -> list[tuple[int, frozenset[int]]]:
    """Return who pays, or who has money where that is asked, by place and families."""
    form = _HAS if _asks_what_one_has(asked) else _told_to_pay()
    found = ((m.start(), _payer(m["who"])) for m in form.finditer(text))
    return [one for one in found if one[1]]


def with_family(name: str, asked: frozenset[str]) -> frozenset[str]:
    """Return terms with those of their families, of a list of `rag/data/families.toml`."""
    return asked.union(*(line for line in _lines(name) if line & asked))


@cache
def _sum_asked() -> re.Pattern[str]:
    return re.compile(
        r"^(?:and )?how much (?P<money>money )?(?:did|does|do|has|have|had|will|would)"
        r" (?P<who>.{2,60}?)(?: (?:have|need|want|agree|agreed|offer) to)?"
        rf" (?:{_any('paying')}|(?P<has>{_HAVE}))\b",
        re.IGNORECASE,
    )


@cache
def _says(name: str) -> re.Pattern[str]:
    return re.compile(rf"\b{_any(name)}\b", re.IGNORECASE)


@cache
def _told_to_pay() -> re.Pattern[str]:
    """Return the form of a payer with a verb or, where that goes without saying, with a share."""
    share = any_of("holds", "share")
    figure = rf"(?:(?:about|around|over|almost|nearly|just) )?(?:[$€£¥]|\d|(?:an? |the )?{share}\b)"
    return re.compile(
        r"\b(?P<who>[a-z][\w’'\-]{1,30}),? (?:(?:has|had|have|will|would|also|only|then) ){0,2}"
        rf"(?:{_any('paying')}\b|{figure})"
    )


@cache
def _people() -> re.Pattern[str]:
    """Return the form of a number of people or bodies, or of days."""
    who = rf"{any_of('holds', 'payer')}|{any_of('asks', 'person')}s|{any_of('holds', 'duration')}"
    return re.compile(
        rf"\d[\d.,]{{0,15}}(?: (?!{any_of('holds', 'currency')}\b)[a-z\-]{{2,20}})?? (?:{who})\b"
    )


def _written_by(sentence: Sentence, hit: Hit) -> DraftSentence | None:
    """Return a sentence of an article's head that names who wrote it."""
    text, author = sentence.text, hit.card.author
    byline = _byline().fullmatch(text) if len(text) <= _BYLINE_LENGTH else None
    if not byline and 0 < sentence.ordinal <= _BELOW_TITLE:
        byline = _names_alone().fullmatch(text)
    if sentence.ordinal >= _HEAD or not (byline or (author and author in text)):
        return None
    at = text.find(author or "")
    span = byline.span("who") if byline else (at, at + len(author or ""))
    evidence = Evidence(hit=hit, start=sentence.start, end=sentence.end)
    return DraftSentence(text=text, evidence=(evidence,), span=span)


@cache
def _lines(name: str) -> tuple[frozenset[str], ...]:
    """Return the terms of each family of a list of `rag/data/families.toml`."""
    found = _families()[name]
    return tuple(frozenset(terms(line)) for line in ([found] if isinstance(found, str) else found))


def _any(name: str) -> str:
    """Return the form of any word of a line of it."""
    return f"(?:{'|'.join(_families()[name].split())})"


@cache
def _acting() -> re.Pattern[str]:
    """Return the form of people and bodies: words of the tables, and what ends as they do."""
    ending = rf"(?:er|or|ant|ent|ee|{any_of('asks', 'person_ending')})s?"
    bodies = rf"{any_of('holds', 'payer')}|{any_of('names', 'body')}|{any_of('asks', 'person')}s?"
    return re.compile(rf"\b(?:{_any('acting')}|[a-z]{{3,}}{ending}|{bodies})\b", re.IGNORECASE)


@cache
def _roles() -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    """Return the terms of each family of offices: those asked for by it, and others that tell."""
    lines = (line.partition(" | ") for line in data_toml("rag", "families.toml")["roles"])
    return tuple((frozenset(terms(first)), frozenset(terms(rest))) for first, _, rest in lines)


@cache
def _task_asked() -> re.Pattern[str]:
    return re.compile(
        r"^who(?:['’]s)? (?:now |currently |is |was )?(?:in )?"
        rf"(?P<role>{_any('tasks')}|charge)\b",
        re.IGNORECASE,
    )


@cache
def _names_alone() -> re.Pattern[str]:
    """Return the form of names and nothing else: "Ida Moe, Per Dahl and Jo Berg"."""
    name = r"[A-ZÀ-Þ][a-zà-ÿ.’'\-]{0,30}"
    full = rf"{name}(?: (?:(?:van|von|de|der|da|del|di|la|le) ){{0,2}}{name}){{1,3}}"
    return re.compile(rf"(?P<who>{full}(?:(?:, and |, | and | & ){full}){{0,8}})[\W_]{{0,4}}")


@cache
def _byline() -> re.Pattern[str]:
    """Return the form of a byline: "by" and names, behind a date or "Text", before a post."""
    name = r"[A-ZÀ-Þ][\w.’'\-]{0,30}"
    full = rf"{name}(?: (?:(?:van|von|de|der|da|del|di|la|le) ){{0,2}}{name}){{1,3}}"
    day = (
        rf"\d[\w:.]{{0,9}}|(?i:{any_of('holds', 'month_beside_a_day')})[a-z]{{0,6}}"
        rf"|(?i:{any_of('holds', 'weekday')})"
    )
    told = rf"(?:{day}|(?i:{_any('byline')}))\b[ .,:;|·–—\-]{{1,3}}"
    post = rf"(?:{day}|{name}|(?i:{_any('post')}))\b[ .,:;|·–—)\-]{{0,3}}"
    return re.compile(
        rf"[\W_]{{0,4}}(?:{told}){{0,8}}[Bb][Yy] (?P<who>{full}(?:(?:, | and | & ){full}){{0,4}})"
        rf"(?:[ ,]{{0,2}}[,|·–—(]\s?(?:{post}){{1,8}})?[\W_]{{0,4}}"
    )


@cache
def _writer_asked() -> re.Pattern[str]:
    """Return the form of "Who wrote this article?" and "Who is its author?"."""
    writer = r"who(?:['’]s| is| was| are| were) (?:the|its) (?:author|writer|reporter|journalist)s?"
    article = rf"(?:the|this|that) (?:news(?:paper)? )?(?P<article>{_any('writing')})"
    return re.compile(
        rf"(?:and )?(?:who (?:wrote|has written|authored|reported)|{writer}(?: of| behind)?)"
        rf"(?: (?:it|this|that|{article}(?: (?:on|about) (?P<topic>.{{1,80}}))?))?[?.!\s]{{0,3}}",
        re.IGNORECASE,
    )


def _families() -> Mapping[str, str]:
    return data_toml("rag", "families.toml")
