"""Finds what other documents say otherwise than an answer, and of other things than it.

Of one thing that is a disagreement. Of two things, as of two bridges where it was asked when the
bridge was opened, it is two answers, each with the name of its thing. What a sentence is of, titles
and questions tell: a fee of the tennis club and one of the chess club are of two things, though
only the titles tell the clubs apart. No knowledge of what exists: only words that the one has and
the other lacks.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Protocol

from index.terms import content_terms, terms
from rag.answer.confidence import Weighed
from rag.answer.several import limits
from rag.answer.short import marked, unit_of
from rag.question import Question, names
from rag.types import DraftSentence, Evidence

_NEAR = 0.5
"""Share of the shorter sentence's terms that another must have to be compared with it at all."""
_TRIED = 6
"""Sentences that may be of other things."""
_MOST = 2
"""Such sentences that are shown."""
_LONGEST_TITLE = 80
OTHERWISE = "But another document says:"
"""Leads the sentence of another document that says otherwise than the answer."""


class Comparison(Protocol):
    """What compares sentences with each other; `rag.drafting` brings it."""

    def conflict(
        self, asked: str, one: Evidence, other: Evidence, *, words: tuple[str, str]
    ) -> bool:
        """Tell whether two sentences, with the words in each that answer, contradict each other."""


def of_each_thing(
    question: Question,
    quoted: list[DraftSentence],
    words: str | None,
    weighed: Sequence[Weighed],
) -> tuple[list[DraftSentence], str | None]:
    """Return an answer for each thing that the question may mean, named; else what was quoted."""
    first = next((one for one in weighed if one.evidence == quoted[0].evidence[0]), None)
    others = _of_other_things(question, first, weighed) if first else []
    if not first or not others:
        return quoted, words
    every = [first, *others]
    return [_named(one, [other for other in every if other is not one]) for one in every], None


def with_contrary(
    question: Question,
    quoted: Sequence[DraftSentence],
    weighed: Sequence[Weighed],
    comparison: Comparison | None,
) -> tuple[DraftSentence, ...]:
    """Return what is quoted, or its first sentence with what another document says otherwise."""
    first = [one for one in weighed if one.evidence == quoted[0].evidence[0]]
    if comparison is None or question.several or not first:
        return tuple(quoted)
    other = _contrary(question, first[0], weighed, comparison)
    if other is None:
        return tuple(quoted)
    unit = unit_of(other, question)
    words = marked(other, unit, short=other.text[unit.start : unit.end] if unit else None)
    lead = len(OTHERWISE) + 1
    differs = DraftSentence(
        text=f"{OTHERWISE} {other.text}",
        evidence=(other.evidence,),
        span=(words[0] + lead, words[1] + lead) if words else None,
    )
    return quoted[0], differs


def _contrary(
    question: Question, answer: Weighed, weighed: Sequence[Weighed], comparison: Comparison
) -> Weighed | None:
    """Return the most probable sentence of another document that was read and says otherwise."""
    own = answer.reading.words if answer.reading else ""
    for one in weighed:
        if one.reading is None:
            continue
        words = (own, one.reading.words)
        if _are_near(answer, one) and comparison.conflict(
            question.text, answer.evidence, one.evidence, words=words
        ):
            return one
    return None


def _of_other_things(
    question: Question, answer: Weighed, weighed: Sequence[Weighed]
) -> list[Weighed]:
    """Return the sentences that answer as well, of things that the question does not tell apart.

    One of each document at most, whose title names another thing than the answer's: one that the
    question has the common word of, as "the bridge", or that is told of in much the same words. A
    question with a name in it is of one thing.

    Args:
        question: What is asked.
        answer: The sentence that answers.
        weighed: All that were weighed, most probable first.
    """
    if names(question.text):
        return []
    own = answer.candidate.hit.card.sha256
    found: dict[str, Weighed] = {}
    for one in weighed[:_TRIED]:
        sha256 = one.candidate.hit.card.sha256
        if sha256 == own or not _is_of_another(one, answer, question):
            continue
        if sha256 not in found or _alike(one, answer) > _alike(found[sha256], answer):
            found[sha256] = one
    return list(found.values())[:_MOST]


def _named(one: Weighed, others: Sequence[Weighed]) -> DraftSentence:
    """Quote a sentence with its document's title before it, where it does not name its thing."""
    own = frozenset[str]().union(*(_own_words(one.evidence, other.evidence) for other in others))
    title = one.candidate.hit.card.title
    if len(title) > _LONGEST_TITLE:
        title = f"{title[:_LONGEST_TITLE].rstrip()}…"
    text = one.text if own & set(terms(one.text)) else f"{title}: {one.text}"
    return DraftSentence(text=text, evidence=(one.evidence,))


def are_of_one_thing(asked: str, one: Evidence, other: Evidence) -> bool:
    """Tell whether what the question and the titles name is the same of both.

    A name in the question, or a word of it that is in a title, both passages have, or neither.
    Titles that tell two things apart do so of their sentences, unless the other names its own.
    """
    if not _are_asked_alike(asked, one, other):
        return False
    told = bool(_own_words(other, one) & set(terms(other.text)))
    return not _are_two_things(one, other) or (told and not _names_apart(one, other))


def _is_of_another(one: Weighed, answer: Weighed, question: Question) -> bool:
    """Say whether a sentence answers of another thing that the question may mean as well."""
    return (
        _are_two_things(answer.evidence, one.evidence)
        and _are_asked_alike(question.text, answer.evidence, one.evidence)
        and (_are_near(answer, one) or _names_both(question.text, answer.evidence, one.evidence))
        and _shares(question, answer) <= _shares(question, one)
        and one.reading is not None
        and one.reading.span > 0
        and one.probability >= limits().sure * answer.probability
    )


def _alike(one: Weighed, other: Weighed) -> float:
    """Return the share of words that two sentences have in common, 0 to 1."""
    mine, yours = set(terms(one.text)), set(terms(other.text))
    return len(mine & yours) / max(len(mine | yours), 1)


def _shares(question: Question, one: Weighed) -> int:
    """Count the words of the question that a sentence's passage and title have."""
    hit = one.candidate.hit
    held = set(terms(f"{hit.card.title}\n{hit.passage.text}"))
    return len(held & set(content_terms(question.text)))


def _are_near(answer: Weighed, one: Weighed) -> bool:
    """Tell whether comparing is worth while: what compares takes 0.2 s to load the first time."""
    if one.candidate.hit.card.sha256 == answer.candidate.hit.card.sha256:
        return False
    mine, yours = (set(content_terms(other.text)) for other in (answer, one))
    return len(mine & yours) >= _NEAR * min(len(mine), len(yours))


def _are_asked_alike(asked: str, one: Evidence, other: Evidence) -> bool:
    """Tell whether the question names neither rather than the other of two passages."""
    mine, yours = _held(one), _held(other)
    titles = _title(one) | _title(other)
    named = set(content_terms(" ".join(names(asked)))) | (set(content_terms(asked)) & titles)
    return not named & (mine ^ yours)


def _are_two_things(one: Evidence, other: Evidence) -> bool:
    """Tell whether the titles name two things: each has a word that the other's passage lacks.

    Both kinds count: names, as of two bridges, and words before a common one, as of two clubs. What
    else differs in two titles may be news of one thing.
    """
    if _names_apart(one, other):
        return True
    mine, yours = _kinds(one), _kinds(other)
    held, theirs = _held(one), _held(other)
    return any(mine[noun] - theirs and yours[noun] - held for noun in mine.keys() & yours.keys())


def _names_both(asked: str, one: Evidence, other: Evidence) -> bool:
    """Tell whether a question has a word that stands in both titles, as "the bridge" of two."""
    return bool(set(content_terms(asked)) & _title(one) & _title(other))


def _own_words(one: Evidence, other: Evidence) -> frozenset[str]:
    """Return the terms of a title that another document's title and passage lack."""
    return _title(one) - _held(other)


def _kinds(sentence: Evidence) -> dict[str, frozenset[str]]:
    """Return the words of a title, each with those that stand before it, such as club: tennis."""
    words = terms(sentence.hit.card.title)
    own = _title(sentence)
    found: dict[str, frozenset[str]] = {}
    for before, noun in pairwise(words):
        if before in own and noun in own:
            found[noun] = found.get(noun, frozenset()) | {before}
    return found


def _names_apart(one: Evidence, other: Evidence) -> bool:
    """Tell whether each title has a name that the other document's title and passage lack."""
    mine, yours = _held(one), _held(other)
    named = [set(content_terms(" ".join(_title_names(e)))) for e in (one, other)]
    return not named[0] & named[1] and bool(named[0] - yours) and bool(named[1] - mine)


def _title_names(sentence: Evidence) -> frozenset[str]:
    """Return the capitalised words of a title that are names for sure.

    Its first word, which any title begins so, only where it is written as "TechMart" is; of a title
    in capitals none.
    """
    words = sentence.hit.card.title.split()
    if sum(word[:1].isupper() for word in words) > 1 + len(words) // 2:
        return frozenset()
    first = [word for word in words[:1] if any(c.isupper() for c in word[1:])]
    return names(f"x {' '.join([*first, *words[1:]])}")


def _held(sentence: Evidence) -> frozenset[str]:
    """Return the terms of a sentence's passage and its document's title."""
    return frozenset(terms(f"{sentence.hit.card.title}\n{sentence.hit.passage.text}"))


def _title(sentence: Evidence) -> frozenset[str]:
    """Return what a title says in words; a number in it only counts."""
    told = content_terms(sentence.hit.card.title)
    return frozenset(term for term in told if not term[:1].isdigit())
