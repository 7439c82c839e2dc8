"""Says why a question has no answer, what is searched, missing and near, and replies to small talk.

Every statement is looked up before it is made: a name is mentioned by no article when the full-text
index has none of its forms, and an article gives no price when neither money nor a word for it is
in its text. Whether a passage is near is estimated of two measures of the search, by weights that
`benchmarks.fit_near` fits. For small talk nothing is searched.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

from index.data_files import data_text, data_toml
from index.embedding.embedder import is_multilingual
from index.search import Found
from index.store.library import Moment
from index.store.migrations import sound
from index.terms import UNDETERMINED, content_terms, language_asked_in, language_name, terms
from index.types import Hit
from rag.question import Question, holds, names, numbers, words
from rag.types import Reason

LEAD = "No answer found"
"""How every refusal begins that comes of a search."""
QUESTION_SEEMS = "The question seems"
"""How the sentence begins about a question in another language than is searched."""

MULTILINGUAL: Final = "FOOTNOTE_EMBEDDING_MODEL=multilingual-e5-small"
"""What makes a library one of many languages, as it is typed."""
_FIXED: Mapping[Reason, str] = {
    "empty_library": "The library is empty: add articles first.",
    "empty_question": "The question is empty: ask it in words.",
}
_MOST = 3
"""Missing words that are named."""
_LONGEST_TITLE = 80
_LEAST_FORM = 4
"""Letters that are left of a name when an ending is taken off."""
_WORD = re.compile(r"[^\W_]+(?:(?:['’\-&/+]|(?<=\d)[.,:](?=\d))[^\W_]+)*")
_WESTERN = re.compile(r"[A-Za-zÀ-ɏ0-9]")
_LONGEST_TALK = 120
"""Characters from which a message says more than a greeting."""
_APOSTROPHE = re.compile(r"['’]")
_NO_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """What was looked up for a question while its library was open."""

    articles: int = 0
    """In the library, or in the scope."""
    scope: str = ""
    """The scope in words, where there is one, and which articles it may lack."""
    by_similarity: bool = False
    """Whether the answerer knows no words, of whatever language, but vectors alone."""
    unnamed: tuple[str, ...] = ()
    """Names and numbers of the question that no article has in any form, as it writes them."""
    unheard: tuple[str, ...] = ()
    """Its other words that no article has, as it writes them; those that only ask left aside."""
    only_orders: bool = False
    """Whether all that was found gives orders to programs, which no answer quotes."""


def searched(question: Question, moment: Moment, found: Found) -> Searched:
    """Look up how many articles there are and which words of the question none of them has."""
    if question.is_empty or moment.is_new:
        return Searched()
    articles = int(moment.db.execute("SELECT count(*) FROM documents").fetchone()[0])
    unknown = [term for term in content_terms(question.text) if term not in found.held]
    held = {**found.held, **moment.db.passage_counts(unknown)}
    absent = [word for word in _written(question.text) if _is_absent(word, held)]
    named = _named(question.text)
    forms = {word: _forms(word, asked=question.text) for word in absent if word in named}
    known = moment.db.passage_counts(sorted(set().union(*forms.values()))) if forms else {}
    unnamed = [word for word in forms if not forms[word] & set(known)]
    asking = _asking_words()
    unheard = [w for w in absent if w not in named and w.casefold() not in asking]
    return Searched(
        articles=articles,
        scope=_scope(moment),
        unnamed=tuple(dict.fromkeys(unnamed)),
        unheard=tuple(dict.fromkeys(unheard)),
    )


def _scope(moment: Moment) -> str:
    inside, named = moment.inside, moment.inside.scope.documents
    if inside.scope.is_everything:
        return ""
    more = f" ({inside.undated:,} more have no date)" if inside.undated else ""
    if len(named) > _MOST:
        of_some = replace(inside.scope, documents=(f"one of {len(named)} chosen",))
        return f" the scope “{of_some.words}”{more}"
    titles = {one: title for one in named if (title := _called(moment, one))}
    told = replace(inside.scope, documents=tuple(titles.get(one, one) for one in named))
    return f" the scope “{told.words}”{more}"


def _called(moment: Moment, document_id: str) -> str:
    query = "SELECT title FROM documents WHERE id = ?"
    row = moment.db.execute(query, (document_id,)).fetchone()
    title = " ".join(sound(row[0], str).split()) if row else ""
    return title if len(title) <= _LONGEST_TITLE else f"{title[:_LONGEST_TITLE].rstrip()}…"


def near(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """Return the hits that are near to their question, in their order."""
    weights = _weights()
    return tuple(hit for hit in hits if _nearness(hit, weights) > 0)


def measures(hit: Hit) -> tuple[float, float]:
    """Return what tells how near a passage is: best similarity and best coverage, both to 1."""
    return (
        max((scored.similarity for scored in hit.sentences), default=0.0),
        max((scored.coverage for scored in hit.sentences), default=0.0),
    )


def says(reason: Reason) -> str:
    """Return what is said where nothing could be searched: no question, or no articles."""
    return _FIXED[reason]


def refusal(
    reason: Reason,
    question: Question,
    searched: Searched,
    hits: Sequence[Hit],
    *,
    texts: Mapping[str, str],
) -> str:
    """Return the sentence that tells a user why there is no answer.

    Args:
        reason: Why.
        question: What was searched for.
        searched: What was looked up for it.
        hits: Those that are near, best first.
        texts: The whole text of each hit's document, by `Hit.card.sha256`.
    """
    if reason in _FIXED:
        return says(reason)
    if reason == "unsupported":
        return f"{LEAD}: what the language model wrote is not in the passages found."
    if not content_terms(question.text) and not searched.by_similarity:
        return f"{LEAD}: the question has no word to look for, so name what it is about."
    one = searched.articles == 1
    if searched.by_similarity and not searched.only_orders:
        none = "no sentence is much nearer to the question than the others"
        return f"{LEAD}{' in' if searched.scope else ''}{searched.scope}: {none}."
    lead = f"{LEAD} in {'the one article' if one else f'{searched.articles:,} articles'}"
    if question.until:
        lead = f"{LEAD} in what the articles say up to {question.until.isoformat()}"
    lead += f" of{searched.scope}" if searched.scope else ""
    why = next(_reasons(question, searched, hits, texts=texts))
    return f"{lead}: {why}."


def is_refusal(text: str) -> bool:
    """Say whether an answer's text is a refusal of ours."""
    return text.startswith((LEAD, QUESTION_SEEMS, "The documents do not say"))


def _reasons(
    question: Question, searched: Searched, hits: Sequence[Hit], *, texts: Mapping[str, str]
) -> Iterator[str]:
    """Yield what is true of a question without an answer, what helps most first."""
    if searched.only_orders:
        yield (
            "what comes near only tells a program what to do, and no answer quotes that, so read "
            "the article itself"
        )
    none = "it does not" if searched.articles == 1 else "none of them"
    verb = ("mention", "have") if searched.articles == 1 else ("mentions", "has")
    if searched.unnamed:
        yield f"{none} {verb[0]} {_listed(searched.unnamed)}"
    if hits:
        yield from _of_the_nearest(question, hits[0], texts=texts)
    if hits:
        yield "some passages are near to the question, but none surely answers it"
    if searched.unheard:
        several = "words" if len(searched.unheard) > 1 else "word"
        yield f"{none} {verb[1]} the {several} {_listed(searched.unheard)}"
    yield "no passage comes near enough to the question"


def _of_the_nearest(question: Question, hit: Hit, *, texts: Mapping[str, str]) -> Iterator[str]:
    """Yield what the article of the nearest passage does not have."""
    text = f"{hit.card.title}\n{texts.get(hit.card.sha256, hit.passage.text)}"
    held = dict.fromkeys(terms(text), 1)
    named = [
        word
        for word in _named(question.text)
        if _is_absent(word, held) and not _forms(word, asked=question.text) & held.keys()
    ]
    if named:
        yield f"the nearest, {_title(hit)}, does not mention {_listed(named)}"
    kind = _kind_missing(question, text)
    if kind:
        yield f"the nearest, {_title(hit)}, gives no {kind}"


def _kind_missing(question: Question, text: str) -> str:
    """Return the kind of thing that is asked for and that a whole text has nothing of."""
    table = _words()["missing"]
    expects = question.expects
    if expects in ("amount", "any") and words(question.text) & _money_words():
        expects = "money"
    if expects not in table:
        return ""
    said = re.search(rf"\b(?:{table[expects]['words']})", text, re.IGNORECASE)
    number = expects == "amount" and numbers(text)
    kinds = expects != "money" and holds(expects, text, asked="")
    return "" if said or number or kinds else str(table[expects]["name"])


def _is_absent(word: str, held: Mapping[str, int]) -> bool:
    """Say whether a word is surely in no text: of a compound, the whole and a part are missing."""
    found = content_terms(word)
    if not found or not all(_WESTERN.match(character) for character in word if character.isalnum()):
        return False
    return not held.get(found[-1]) and not all(held.get(term) for term in found[:-1] or found)


def _forms(name: str, *, asked: str) -> set[str]:
    """Return the terms by which an article may mention a name: "Ethiopian" for Ethiopia.

    A word of "United States" has those of the whole name, where the question has all of it.
    """
    bare = name.casefold().replace("’", "'").removesuffix("'s")
    endings = [ending for ending in _words_of_names()["derived"].split() if "'" not in ending]
    stems = {bare} | {
        bare[: -len(ending)]
        for ending in endings
        if bare.endswith(ending) and len(bare) - len(ending) >= _LEAST_FORM
    }
    forms = {f"{stem}{ending}" for stem in stems for ending in ("", *endings)}
    whole = asked.casefold()
    for same in _same_names():
        of_it = (f for f in same if bare in f.split("_") and f.replace("_", " ") in whole)
        if any(of_it):
            forms |= {form.replace("_", " ") for form in same}
    return {found[-1] for form in forms if (found := terms(form))}


def _named(asked: str) -> list[str]:
    """Return the names and numbers of a question as it writes them, its first word left aside."""
    known, asking = names(asked), _asking_words()

    def is_name(word: str) -> bool:
        upper = word[0].isupper() and names(f"x {word}") & known
        return word[0].isdigit() or bool(upper and word.casefold() not in asking)

    return [word for word in _written(asked)[1:] if is_name(word)]


def _written(asked: str) -> list[str]:
    return [match.group() for match in _WORD.finditer(asked)]


def _listed(words: Sequence[str]) -> str:
    quoted = [f"“{word}”" for word in words[:_MOST]]
    return " or ".join([", ".join(quoted[:-1]), quoted[-1]] if quoted[1:] else quoted)


def _title(hit: Hit) -> str:
    title = hit.card.title
    return f"“{title if len(title) <= _LONGEST_TITLE else f'{title[:_LONGEST_TITLE].rstrip()}…'}”"


def _nearness(hit: Hit, weights: Mapping[str, float]) -> float:
    similarity, coverage = measures(hit)
    told = weights["similarity"] * similarity + weights["coverage"] * coverage
    return told + weights["bias"]


@cache
def _money_words() -> frozenset[str]:
    asks = data_toml("rag", "question_words.toml")["asks"]
    return frozenset(f"{asks['money_verb']} {asks['money_noun']}".split())


@cache
def _weights() -> Mapping[str, float]:
    fitted: Mapping[str, float] = json.loads(data_text("rag", "near.json"))
    return fitted


@cache
def _words() -> Mapping[str, Any]:
    return data_toml("rag", "refusal.toml")


@cache
def _words_of_names() -> Mapping[str, str]:
    found: Mapping[str, str] = data_toml("rag", "question_words.toml")["names"]
    return found


@cache
def _same_names() -> tuple[frozenset[str], ...]:
    """Return the forms of each country's and organisation's name; `_` between words."""
    return tuple(frozenset(line.split()) for line in data_toml("rag", "names.toml")["same"])


@cache
def _asking_words() -> frozenset[str]:
    """Return the words that only ask, or name the kind of answer; none is missed in an article."""
    lists = data_toml("rag", "question_words.toml")["asks"]
    more = _words()["asking"]["words"]
    return frozenset(word for line in (*lists.values(), more) for word in line.split())


def question_note(question: str, *, model: str) -> str:
    """Return the sentence about a question that is not English; empty where it may be.

    Args:
        question: As it was asked.
        model: The library's embedding model; one of many languages needs no sentence.
    """
    if is_multilingual(model):
        return ""
    code = language_asked_in(question)
    if not code:
        return ""
    seems = "not to be in English" if code == UNDETERMINED else f"to be in {language_name(code)}"
    return (
        f"{QUESTION_SEEMS} {seems}, and this library is searched in English: ask in English, "
        f"or add the articles to another library with {MULTILINGUAL}."
    )


def reply(message: str) -> str | None:
    """Return one friendly sentence to small talk; None where something else is in the message.

    Every word must belong to small talk: "Hi, when did the bridge open?" is a question. Empty text
    gives None.
    """
    if len(message) > _LONGEST_TALK:
        return None
    words = _NO_WORD.sub(" ", _APOSTROPHE.sub("", message.casefold())).strip()
    if not _whole().fullmatch(words):
        return None
    kinds = {_kind_of()[said] for said in _phrases().findall(words)} - {"filler"}
    return next((answer for kind, answer in _answers() if kind in kinds), None)


@cache
def _kind_of() -> dict[str, str]:
    """Return the kind of each phrase."""
    said = data_toml("rag", "small_talk.toml")["said"]
    return {phrase: kind for kind, phrases in said.items() for phrase in phrases}


@cache
def _answers() -> tuple[tuple[str, str], ...]:
    """Return the kinds with their answers, what asks something before what only greets."""
    answers = data_toml("rag", "small_talk.toml")["answers"]
    order = ("help", "self", "joke", "feeling", "thanks", "parting", "greeting", "agreed")
    return tuple((kind, answers[kind]) for kind in order)


@cache
def _phrases() -> re.Pattern[str]:
    longest_first = sorted(_kind_of(), key=lambda phrase: (-len(phrase), phrase))
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b")


@cache
def _whole() -> re.Pattern[str]:
    return re.compile(rf"{_phrases().pattern}(?: {_phrases().pattern})*")
