"""Has a question drafted: as one, by its parts, or by the two sides that it compares.

What answers where no language model does is made here too. To it, sentences of two documents
contradict each other as answers to a question where each bears out the other's words and they
differ in one kind of thing: in the number, date or name that answers, or in a no. And they must be
of one thing: a fee of the tennis club and one of the chess club do not contradict each other,
though only the titles tell the clubs apart.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from index.embedding import Embedder
from index.embedding.embedder import is_multilingual
from index.terms import content_terms
from index.types import Hit, Sentence
from rag.answer import similar
from rag.answer.confidence import weights, why_abstain
from rag.answer.extractive import ExtractiveAnswerer
from rag.answer.otherwise import are_of_one_thing
from rag.answer.ranking import Reader
from rag.answer.similar import SimilarAnswerer
from rag.comparison import Sides, is_plain, relation
from rag.compound import Part
from rag.question import Question, names, numbers, words
from rag.settings import Settings
from rag.types import Answerer, Draft, DraftPart, DraftSentence, Evidence, Reason

_EVEN = 0.5
"""Probability that both sides are right from which their relation is said."""
_EXACT = frozenset({"person", "place", "date", "duration", "amount", "money"})
"""What a part may ask for that has words of its own in any sentence that answers it."""
_OF_ONE_HOME = 0.6
"""Share of the threshold from which a part is answered by the article of another."""
_FEW = 2
"""Words of a part that says too little of which article it asks."""
_RANKED = 10
"""Sentences named in `Answer.ranked`."""
_SAME = 0.7
"""Share of each sentence's words that the other has."""
_VALUES = frozenset({"number", "date", "name"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """A part of a question with what is proposed for it."""

    asked: str
    """As it is shown."""
    draft: Draft
    reason: Reason | None
    """Why the part is not answered; None where it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfPart:
    """What was retrieved for one part of a question, or one side of a comparison."""

    part: Part
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafting:
    """Drafts by one answerer.

    Args:
        answerer: Proposes the answer to each part.
        threshold: As in `why_abstain`.
    """

    answerer: Answerer
    threshold: float | None

    def whole(self, question: Question, hits: Sequence[Hit]) -> tuple[Draft, Reason | None]:
        """Return a draft, and why it is not shown; None where it is."""
        draft = self.answerer.draft(question, hits)
        if isinstance(self.answerer, SimilarAnswerer):
            return draft, similar.why_abstain(question, hits, draft, threshold=self.threshold)
        return draft, why_abstain(question, hits, draft, threshold=self.threshold)

    def in_parts(
        self, parts: Sequence[OfPart], *, revised: Callable[[Draft, OfPart], Draft]
    ) -> tuple[Draft, Reason | None]:
        """Answer each part on its own; the whole has a reason to abstain where every part has.

        Args:
            parts: What is asked, with what was found for each.
            revised: Returns the draft of a part as newer articles put it right.
        """
        own = self._at_home([self._part(one) for one in parts], parts)
        held = self._held(own, parts)
        drafted = told_apart(
            [
                one if one.reason else replace(one, draft=revised(one.draft, of))
                for one, of in zip(held, parts, strict=True)
            ]
        )
        reasons = [one.reason for one in drafted]
        return together(drafted), None if None in reasons else reasons[0]

    def compared(
        self, question: Question, hits: Sequence[Hit], sides: Sides, parts: Sequence[OfPart]
    ) -> tuple[Draft, Reason | None]:
        """Set both sides beside each other, with what they say of each other where that is sure.

        One side alone is told where the question names both as they are. Else, and where both are
        found in the same words, the question is answered as a whole.
        """
        one, other = parts
        first = _of_its_own(self._part(one), sides.names[0])
        other = replace(other, hits=_elsewhere(other.hits, first)) if sides.elsewhere else other
        drafted = [first, _of_its_own(self._part(other), sides.names[1])]
        answered = [one for one in drafted if one.reason is None]
        if len(answered) == len(drafted) and _are_apart(drafted):
            return replace(together(drafted), short=_said(sides, drafted)), None
        if len(answered) == 1 and sides.named:
            return together(drafted), None
        return self.whole(question, hits)

    def _at_home(self, drafted: Sequence[Drafted], parts: Sequence[OfPart]) -> list[Drafted]:
        """Ask a part that leans on the others, or has no answer, of the article of the surest one.

        What is asked in one breath mostly stands in one article, so that less tells that it does.
        """
        sure = [one for one in drafted if one.reason is None]
        if isinstance(self.answerer, SimilarAnswerer) or not sure:
            return list(drafted)
        surest = max(sure, key=lambda one: one.draft.confidence)
        home = _home(surest)
        near = _of_home(home, parts)
        wanted = weights().threshold if self.threshold is None else self.threshold
        taken = {place for one in sure if (place := _place(one))}
        kept: list[Drafted] = []
        for one, of in zip(drafted, parts, strict=True):
            strays = one.reason is None and _home(one) != home and _leans(one, of)
            again = one
            if strays or one.reason == "weak_match":
                again = self._part(replace(of, hits=near))
                if again.reason and again.draft.confidence >= _OF_ONE_HOME * wanted:
                    again = replace(again, reason=None)
            is_new = again.reason is None and _place(again) not in taken
            kept.append(again if is_new else one)
        return kept

    def _held(self, drafted: Sequence[Drafted], parts: Sequence[OfPart]) -> list[Drafted]:
        """Leave parts unanswered that ask who, when or how much and get a sentence without it.

        They are first asked once more of the sentences that the other parts show.
        """
        if isinstance(self.answerer, SimilarAnswerer):
            return list(drafted)
        bare = [
            one.reason is None and _lacks_answer(of.part.question, one.draft)
            for one, of in zip(drafted, parts, strict=True)
        ]
        shown = [
            e
            for one, lacks in zip(drafted, bare, strict=True)
            if one.reason is None and not lacks
            for s in one.draft.sentences
            for e in s.evidence
        ]
        return [
            self._of_shown(one, of, shown) if lacks else one
            for one, of, lacks in zip(drafted, parts, bare, strict=True)
        ]

    def _of_shown(self, one: Drafted, of: OfPart, shown: Sequence[Evidence]) -> Drafted:
        """Return a part as the sentences that others show answer it, or as not answered."""
        again = self._part(replace(of, hits=_with_only(shown)))
        lacks = again.reason is not None or _lacks_answer(of.part.question, again.draft)
        return replace(one, reason="weak_match") if lacks else again

    def _part(self, one: OfPart) -> Drafted:
        draft, reason = self.whole(one.part.question, one.hits)
        return Drafted(asked=one.part.asked, draft=draft, reason=reason)


def together(drafted: Sequence[Drafted]) -> Draft:
    """Return one draft: the sentences in order without repeats, and a line a part.

    Its confidence is the least of the parts that are answered: all of them are shown. Where none
    is, it is the greatest, which was not enough either.

    Args:
        drafted: At least one.
    """
    answered = [one for one in drafted if one.reason is None]
    sure = [one.draft.confidence for one in answered or drafted]
    ranked = dict.fromkeys(_by_turns([one.draft.ranked for one in drafted]))
    return Draft(
        sentences=_once([s for one in answered for s in one.draft.sentences]),
        confidence=min(sure) if answered else max(sure),
        parts=tuple(part_of(one) for one in drafted),
        ranked=tuple(ranked)[:_RANKED],
    )


def _lacks_answer(question: Question, draft: Draft) -> bool:
    """Say whether a question for a who, a when or a number gets a sentence without one."""
    return question.expects in _EXACT and draft.short is None and not draft.parts


def _with_only(shown: Sequence[Evidence]) -> tuple[Hit, ...]:
    """Return the hits of some evidence, each with the sentences that it quotes alone."""
    starts: dict[str, set[int]] = {}
    hits: dict[str, Hit] = {}
    for evidence in shown:
        passage = evidence.hit.passage.id
        hits.setdefault(passage, evidence.hit)
        starts.setdefault(passage, set()).add(evidence.start)
    return tuple(
        replace(
            hit, sentences=tuple(s for s in hit.sentences if s.sentence.start in starts[passage])
        )
        for passage, hit in hits.items()
    )


def _home(one: Drafted) -> str:
    """Return the article that an answered part is first quoted from, by its hash."""
    return one.draft.sentences[0].evidence[0].hit.card.sha256


def _of_home(home: str, parts: Sequence[OfPart]) -> tuple[Hit, ...]:
    """Return the hits of an article, of all parts, each once."""
    own = {hit.passage.id: hit for one in parts for hit in one.hits if hit.card.sha256 == home}
    return tuple(sorted(own.values(), key=lambda hit: -hit.score))


def _leans(one: Drafted, of: OfPart) -> bool:
    """Say whether a part is of few words, or points back: "How long is the ride?"."""
    pointed = of.part.question.text.casefold() != one.asked.casefold()
    return not names(one.asked) and (pointed or len(content_terms(one.asked)) <= _FEW)


def _elsewhere(hits: Sequence[Hit], first: Drafted) -> tuple[Hit, ...]:
    """Leave out the passages of the article that a side was found in."""
    home = {e.hit.card.sha256 for s in first.draft.sentences[:1] for e in s.evidence}
    return tuple(hit for hit in hits if hit.card.sha256 not in home)


def told_apart(drafted: Sequence[Drafted]) -> list[Drafted]:
    """Leave one of two parts unanswered that are answered by the same words at one place."""
    surest: dict[tuple[str, int, str], Drafted] = {}
    for one in sorted(drafted, key=lambda one: one.draft.confidence):
        if place := _place(one):
            surest[place] = one
    return [
        one
        if (place := _place(one)) is None or surest[place] is one
        else replace(one, reason="weak_match")
        for one in drafted
    ]


def _place(one: Drafted) -> tuple[str, int, str] | None:
    """Return the words of a part and where they stand; None where it has none."""
    if one.reason is not None or one.draft.short is None:
        return None
    evidence = one.draft.sentences[0].evidence[0]
    return evidence.hit.passage.document_id, evidence.start, one.draft.short


def _said(sides: Sides, drafted: Sequence[Drafted]) -> str | None:
    """Return the relation where both figures are plain and more probably right than not."""
    if math.prod(one.draft.confidence for one in drafted) <= _EVEN:
        return None
    both = [one.draft.short or "" for one in drafted]
    told = [one.draft.sentences[0].text for one in drafted]
    plain = all(is_plain(text, words) for text, words in zip(told, both, strict=True))
    return relation(sides, *both) if plain else None


def _of_its_own(drafted: Drafted, name: str) -> Drafted:
    """Return a side, not answered where what it rests on says nothing of what it is named by."""
    if drafted.reason is not None:
        return drafted
    wanted = names(name) | numbers(name)
    evidence = drafted.draft.sentences[0].evidence[0]
    card = evidence.hit.card
    said = "\n".join(filter(None, [card.title, card.published, evidence.hit.passage.text]))
    known = words(said) | numbers(said)
    return drafted if wanted <= known else replace(drafted, reason="weak_match")


def _are_apart(drafted: Sequence[Drafted]) -> bool:
    """Say whether no two of the sides rest on the same words."""
    places = [
        (e.hit.passage.document_id, e.start, one.draft.short)
        for one in drafted
        if one.reason is None
        for e in one.draft.sentences[0].evidence[:1]
    ]
    return len(set(places)) == len(places)


def _by_turns(ranked: Sequence[Sequence[Sentence]]) -> list[Sentence]:
    """Return the first sentence of each part, then the second ones, and so on."""
    longest = max(len(one) for one in ranked)
    return [one[n] for n in range(longest) for one in ranked if n < len(one)]


def part_of(one: Drafted) -> DraftPart:
    """Return the line of a part: its short answer, else its first sentence, else nothing."""
    if one.reason is not None:
        return DraftPart(asked=one.asked, text="", evidence=())
    first = one.draft.sentences[0]
    return DraftPart(asked=one.asked, text=one.draft.short or first.text, evidence=first.evidence)


def _once(sentences: Sequence[DraftSentence]) -> tuple[DraftSentence, ...]:
    """Leave out what was quoted before; of two marks in one sentence the first is kept."""
    kept: dict[object, DraftSentence] = {}
    for sentence in sentences:
        places = [(e.hit.passage.document_id, e.start, e.end) for e in sentence.evidence]
        kept.setdefault(tuple(places), sentence)
    return tuple(kept.values())


class _Comparison:
    """Sees conflicts."""

    def conflict(
        self, asked: str, one: Evidence, other: Evidence, *, words: tuple[str, str]
    ) -> bool:
        """Tell whether a sentence of another document says otherwise; never in texts that are one.

        Args:
            asked: The question that both answer.
            one: The sentence that answers.
            other: A sentence of another document.
            words: Exact words of each that answer; empty where none stand out.
        """
        if other.hit.card.sha256 == one.hit.card.sha256:
            return False
        if not are_of_one_thing(asked, one, other):
            return False
        kinds = _differing(one, other)
        if kinds is None or kinds != _differing(other, one) or len(kinds) != 1:
            return False
        return kinds == {"negation"} or (kinds <= _VALUES and _answers_differ(*words))


def shipped(settings: Settings, embedder: Callable[[], Embedder]) -> Answerer:
    """Return what answers over an embedding model: the reader, or similarity in many languages.

    Args:
        settings: They name the model.
        embedder: Gives the model; it is loaded where a question needs it.
    """
    if is_multilingual(settings.embedding_model):
        return SimilarAnswerer(embedder)
    return extractive_answerer()


def extractive_answerer(reader: Reader | None = None) -> ExtractiveAnswerer:
    """Return the answerer that quotes, says yes or no, and sees conflicts.

    Args:
        reader: Finds the exact answer in a sentence; None takes the one that ships.
    """
    return ExtractiveAnswerer(reader, comparison=_Comparison())


def _answers_differ(one: str, other: str) -> bool:
    """Tell whether both answer and neither merely says more than the other."""
    mine, yours = set(content_terms(one)), set(content_terms(other))
    return bool(mine - yours) and bool(yours - mine)


def _differing(claim: Evidence, held: Evidence) -> frozenset[str] | None:
    """Return the kinds of things that differ; None where the sentences are of something else."""
    # Loaded when a question needs it, which few do.
    from rag.verification.differences import differences, shared, turned
    from rag.verification.parse import names_in, read

    capitals = names_in((claim.hit.passage.text, held.hit.passage.text))
    said, other = read(claim.text, capitals), read(held.text, capitals)
    if shared(said, other) < _SAME:
        return None
    found = [*differences(said, other), *turned(said, other)]
    return frozenset(difference.kind for difference in found)
