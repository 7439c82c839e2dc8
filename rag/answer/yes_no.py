"""Says yes or no where the found passages plainly do; any answer is told as a statement too.

The reader tells each passage, then the nearest sentences, and the clauses of the one that is
quoted. A word needs all of them: it is weighed over passage and sentence by few weights, which
`benchmarks/fit_words.py` fits on questions that the reader never saw, and no clause may turn
against it: "The museum is closed on Mondays; the café is open" says no "Yes" to whether it is open.

"Who may vote?" is not answered by "Members under 18" where "Members under 18 may vote." is denied.
A question with "not" is put without it and told the other way round: that a thing was opened in
1988 denies plainly that it was in 1964, and says less plainly that it was not.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from index.data_files import data_fitted, data_toml
from index.terms import content_terms, terms
from index.types import Hit, ScoredSentence, Sentence
from rag.question import Question, any_of, asks_from, hedges, words
from rag.reader.onnx_reader import ReadSentence, Telling
from rag.reader.windows import Window, window_of
from rag.types import Evidence

YesNo = Literal["Yes", "No"]
_LEAST = 1e-4
"""Probability below which a telling says no more."""
_TOLD = 12
"""Sentences that are told alone; on questions set aside no more and no fewer were better."""
_NEAR = 10.0
"""Log odds that a cosine of 1 is worth. The sentence is of the right article then for 88 of 100
questions set aside; that of the passage that decides most was for 79."""
_LEAST_SHARE = 0.02
"""Share of the belief that a sentence has at least."""
_ODDS = 2.0
"""How many times likelier than the other word the clause that decides most must make a word."""
_CLAUSE = 8
"""Characters from which a part of a sentence is a clause."""

_NOT = re.compile(r"(?<!ca)n['’]t\b|(?<=can)['’]t\b|(?<=can)not\b|\s(?:not|never)\b", re.IGNORECASE)
"""What makes a question one of what is not; "can't" keeps its "can"."""
_OBLIGES = re.compile(
    r"\b(?:must|ought|shall|obliged|required?|requires|obligatory|compulsory|mandatory|duty"
    r"|(?:ha(?:s|ve|d)|needs?|needed|bound) to)\b",
    re.IGNORECASE,
)
"""Says that something has to be. "Children enter free" makes no yes to whether they have to pay."""


class Teller(Protocol):
    """What tells whether windows say a statement; `rag.reader` has the one that ships."""

    def tell(self, statement: str, windows: Sequence[Window]) -> Sequence[Telling]:
        """Return what each window says of a statement, or of a yes/no question, in their order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a sentence says of a yes/no question, by itself and in its passage."""

    hit: Hit
    scored: ScoredSentence
    whole: Telling
    """Of the passage under its article's title."""
    alone: Telling
    """Of the sentence under that title."""
    share: float = 1.0
    """Of the belief that one of the sentences answers, what this one has, 0 to 1."""

    @property
    def evidence(self) -> Evidence:
        """The sentence as what an answer rests on."""
        sentence = self.scored.sentence
        return Evidence(hit=self.hit, start=sentence.start, end=sentence.end)

    @property
    def merit(self) -> float:
        """How well it decides the question: the mean of both log odds, how near, how likely it is.

        A passage is told of more surely than it says; of sentences that are sure alike the one on
        what is asked decides. That a sentence is likely to answer, were it no question for yes or
        no, counts too: of 240 questions set aside 59 had a right word with it and 41 without, at 19
        wrong ones.
        """
        odds = float(_odds(self.whole) + _odds(self.alone)) / 2
        likely = math.log(max(self.share, _LEAST_SHARE))
        return odds + _NEAR * self.scored.similarity + likely


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A yes or no with how sure it is and the sentence that bears it out."""

    word: YesNo
    probability: float
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """What somebody asks to be allowed, put as articles put it."""

    question: str
    """"Is a dog allowed on the ferry?" for "Can I take my dog on the ferry?"."""
    things: frozenset[str]
    """The terms of what it is asked for."""

    def is_told_by(self, sentence: str) -> bool:
        """Say whether a sentence names the thing and that something is allowed or not."""
        return self.things <= set(terms(sentence)) and bool(_permits().search(sentence))


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """The fitted weights, as stored in the package."""

    whole: float
    sentence: float
    """Of the logarithms of what passage and sentence say."""
    open: float
    """Added to what speaks for neither."""
    threshold: float
    """Probability from which a word is shown."""


@cache
def weights() -> Weights:
    """Return the weights that ship with the package."""
    return data_fitted("rag", "yes_no.json", Weights)


def told(
    question: str,
    hits: Sequence[Hit],
    reader: Teller,
    *,
    shares: Mapping[tuple[str, int], float] | None = None,
) -> list[Told]:
    """Return what the nearest sentences of the passages say of a yes/no question, best first.

    Args:
        question: As it was asked.
        hits: Retrieved for it; empty gives nothing.
        reader: What tells.
        shares: How probably each sentence answers, if one does, by document and start; None takes
            them for alike.

    Raises:
        EmbeddingError: A file of the base model or of the reader is missing or damaged.
    """
    wholes = reader.tell(question, [window_of(hit) for hit in hits])
    held = [(hit, w, s) for hit, w in zip(hits, wholes, strict=True) for s in hit.sentences]
    held = sorted(held, key=lambda one: -one[2].similarity)[:_TOLD]
    alone = reader.tell(question, [window_of(hit, (s.sentence,)) for hit, _, s in held])
    found = [
        Told(
            hit=hit,
            scored=scored,
            whole=whole,
            alone=telling,
            share=1.0 if shares is None else shares.get(_place(scored), 0.0),
        )
        for (hit, whole, scored), telling in zip(held, alone, strict=True)
    ]
    return sorted(found, key=lambda one: -one.merit)


def decides(found: Sequence[Told]) -> NDArray[np.float64]:
    """Return the log odds that the best sentence decides a question, (2,): by passage, alone.

    Args:
        found: As `told` gives it; at least one.
    """
    return np.array([_odds(found[0].whole), _odds(found[0].alone)])


def _place(scored: ScoredSentence) -> tuple[str, int]:
    return scored.sentence.document_id, scored.sentence.start


def _odds(telling: Telling) -> float:
    left = min(max(telling.open, _LEAST), 1 - _LEAST)
    return math.log(1 - left) - math.log(left)


def decide(question: Question, found: Sequence[Told], reader: Teller) -> Word | None:
    """Return yes or no with the sentence that says so; None where that is not plain.

    Args:
        question: As `rag.question.read_question` gives it.
        found: As `told` gives it for the question; none decides nothing.
        reader: Tells the clauses of that sentence.
    """
    if question.expects != "yes_no" or not found:
        return None
    fitted = weights()
    word = weighed(found[0], fitted)
    if word is None or word.probability < fitted.threshold:
        return None
    return word if is_borne_out(question.text, word, reader) else None


def weighed(told: Told, fitted: Weights) -> Word | None:
    """Return the likelier word of a sentence, however unsure.

    None where the sentence alone is for the other word.
    """
    logs = fitted.whole * logs_of(told.whole) + fitted.sentence * logs_of(told.alone)
    logs[2] += fitted.open
    yes, no, _ = (np.exp(logs - np.logaddexp.reduce(logs))).tolist()
    if (yes > no) != (told.alone.said > told.alone.denied):
        return None
    return Word(word="Yes" if yes > no else "No", probability=max(yes, no), evidence=told.evidence)


def is_borne_out(question: str, word: Word, reader: Teller) -> bool:
    """Say whether the clause that decides most bears a word out, and none turns against it.

    A duty that is asked for must stand in it. Nor may a "plans to" or another bound: what is
    intended or supposed makes no yes to a question that does not ask for that, and what holds
    before ten tells nothing of after ten.
    """
    found = word.evidence
    held = (scored.sentence for scored in found.hit.sentences)
    sentence = next(one for one in held if one.start == found.start)
    owed = _OBLIGES.search(question) and not _OBLIGES.search(sentence.text)
    if word.word == "Yes" and (owed or hedges(sentence.text, asked=question)):
        return False
    if _bounds_differ(question, sentence.text):
        return False
    parts = [window_of(found.hit, (clause,)) for clause in clauses(sentence)]
    tellings = reader.tell(question, parts)
    if not tellings:
        return True
    turn = 1.0 if word.word == "Yes" else -1.0
    odds = [turn * (logs[0] - logs[1]) for logs in map(logs_of, tellings)]
    surest = min(range(len(odds)), key=lambda place: tellings[place].open)
    return bool(min(odds) >= 0 and odds[surest] >= math.log(_ODDS))


def permission_asked(question: str) -> Permission | None:
    """Return what somebody asks to be allowed with a thing; None for any other question."""
    asked = _may_i().match(question)
    if asked is None:
        return None
    thing, rest = asked["thing"], (asked["rest"] or "").strip(" ?.!")
    be = "Are" if thing.endswith("s") else "Is a"
    return Permission(
        question=f"{be} {thing} allowed{' ' if rest else ''}{rest}?",
        things=frozenset(content_terms(thing)),
    )


def clauses(sentence: Sentence) -> list[Sentence]:
    """Return the clauses of a sentence that says several things; empty where it says one."""
    first, text = sentence.start, sentence.text
    begins = [0, *(found.end("mark") for found in _splits().finditer(text))]
    ends = [*begins[1:], len(text)]
    parts = [
        (begin + len(part) - len(part.lstrip()), begin + len(part.rstrip()))
        for begin, part in ((b, text[b:e]) for b, e in zip(begins, ends, strict=True))
        if len(part.strip()) >= _CLAUSE
    ]
    return [
        replace(sentence, start=first + begin, end=first + end, text=text[begin:end])
        for begin, end in (parts if len(parts) > 1 else ())
    ]


def logs_of(telling: Telling) -> NDArray[np.float64]:
    """Return the logarithms of said, denied and open, (3,)."""
    said = np.array([telling.said, telling.denied, telling.open])
    logs: NDArray[np.float64] = np.log(np.maximum(said, _LEAST))
    return logs


def _bounds_differ(question: str, text: str) -> bool:
    """Say whether one has "before", "under" or the like where the other has its opposite."""
    asked, said = words(question), words(text)
    return any(
        (one in asked and other in said and not (one in said or other in asked))
        for pair in _bounds()
        for one, other in (pair, pair[::-1])
    )


@cache
def _may_i() -> re.Pattern[str]:
    words = data_toml("rag", "clauses.toml")["permission"]
    who, verb, before, rest = (
        "|".join(words[n].split()) for n in ("who", "verb", "before", "rest")
    )
    word = rf"(?!(?:{rest})\b)[\w'\-]{{1,30}}"
    return re.compile(
        rf"(?:can|may|could|am|are) (?:{who}) (?:allowed to )?(?:{verb}) (?:along )?"
        rf"(?:(?:{before}) )?(?P<thing>{word}(?: {word}){{0,2}})"
        rf"(?: (?P<rest>(?:{rest})\b.*))?[?\s]*$",
        re.IGNORECASE,
    )


@cache
def _permits() -> re.Pattern[str]:
    words = data_toml("rag", "clauses.toml")["permission"]["says"].split()
    return re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE)


@cache
def _bounds() -> tuple[tuple[str, str], ...]:
    pairs = data_toml("rag", "clauses.toml")["between"]["bounds"].split(", ")
    return tuple((one, other) for one, other in (pair.split() for pair in pairs))


@cache
def _splits() -> re.Pattern[str]:
    """Return what stands between two clauses; `mark` belongs to the first of them."""
    between = data_toml("rag", "clauses.toml")["between"]
    after, alone, verb = ("|".join(between[n].split()) for n in ("after_comma", "alone", "verb"))
    second = rf"\s(?:{alone}|and\s(?:{verb}|\w+ed))\s"
    return re.compile(
        rf"(?P<mark>[;:]|,(?=\s+(?:{after})\s)|(?={second})|\s[–—](?=\s))", re.IGNORECASE
    )


def bears_out(question: str, found: ReadSentence, hit: Hit, reader: Teller) -> Telling:
    """Return what is said of the words that were found, by their clause where there are several.

    Nothing is said of words that reach over two clauses, of which one may deny what the other says.
    Takes about half as long as reading a passage: a sentence is short.

    Args:
        question: As it was asked.
        found: Words in a sentence of the hit.
        hit: Its title leads the sentence.
        reader: Tells it.

    Raises:
        EmbeddingError: A file of the base model or of the reader is missing or damaged.
    """
    part = clause_of(found.sentence, found.start, found.end)
    if part is None:
        return Telling(said=0.0, denied=0.0, open=1.0)
    window = window_of(hit, (part,))
    if not is_negated(question):
        return reader.tell(put(question, found.words), [window])[0]
    plain = put(_NOT.sub("", question), found.words)
    turned = reader.tell(plain, [window])[0]
    return Telling(said=turned.denied, denied=turned.said, open=turned.open)


def clause_of(sentence: Sentence, start: int, end: int) -> Sentence | None:
    """Return the clause, or the sentence of one, that a span of the text lies in; else None."""
    parts = clauses(sentence) or [sentence]
    return next((part for part in parts if part.start <= start and end <= part.end), None)


def is_negated(text: str) -> bool:
    """Say whether there is a "not" in a question or sentence, or a word that does as much."""
    return bool(_negation().search(text.replace("’", "'")))


def put(question: str, answer: str) -> str:
    """Return a question as a statement, its answer in the place of the words that ask.

    "Who may vote?" and "Members" give "Members may vote."; where nothing asks, the answer follows.
    The order of words stays: "In 1964 was it built." is told as well as the other way round.
    """
    plain = question.replace("’", "'").rstrip(" ?.!")
    at = asks_from(plain)
    asks = _asks().match(plain, at)
    if asks is None:
        return f"{plain}: {answer.rstrip(' .')}."
    before, after = plain[:at], plain[asks.end() :]
    told = f"{before}{answer.rstrip(' .')} {after.strip()}".strip()
    return f"{told[0].upper()}{told[1:]}."


@cache
def _negation() -> re.Pattern[str]:
    return re.compile(rf"n't\b|\b{any_of('asks', 'negation')}\b", re.IGNORECASE)


@cache
def _asks() -> re.Pattern[str]:
    """Return the form of the words that an answer replaces, the noun behind "which" included."""
    auxiliary = any_of("asks", "auxiliary")
    noun = rf"(?:(?!{auxiliary}\b)[\w'\-]+ )"
    return re.compile(
        rf"(?:(?:which|what|whose) {noun}{{1,4}}?(?={auxiliary}\b)|(?:which|whose) {noun}"
        rf"|how {any_of('asks', 'amount_adjective')}\b|{any_of('asks', 'pronoun')}\b)",
        re.IGNORECASE,
    )
