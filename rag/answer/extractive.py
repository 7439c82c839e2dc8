"""Answers with the stored words themselves: no language model, no network.

`rag.answer.confidence` says how probably each sentence that was found answers; here it is decided
which of them are shown, and what the short answer is.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, partial

from index.terms import content_terms, terms
from index.types import Hit
from rag.answer.cell import with_cell
from rag.answer.changed import asks_of_past, is_quoted, without_corrected, without_quoted
from rag.answer.confidence import Weighed, weigh, weigh_told, weights
from rag.answer.holder import is_of_other_home, is_of_other_payer, is_without_role, with_writer
from rag.answer.items import is_new, item_of, joined, listed
from rag.answer.measures import (
    is_no_difference,
    is_of_other_code,
    is_of_other_measure,
    is_only_compared,
    only_compares,
)
from rag.answer.mismatch import (
    has_side_of,
    holds_role,
    is_former,
    is_of_other_days,
    is_of_other_line,
    is_of_other_role,
    is_of_other_side,
    is_of_other_thing,
    is_opposite,
    lacks_of_role,
    role_asked,
    tells_doing,
)
from rag.answer.neighbours import announced, with_names, with_what_it_leans_on
from rag.answer.otherwise import Comparison, of_each_thing, with_contrary
from rag.answer.ranking import Reader, is_of_kin, is_of_other_price
from rag.answer.rows import with_named
from rag.answer.several import chosen, is_heading, likely_further, of_two_articles
from rag.answer.short import marked, names_a_thing, short_of, unit_of
from rag.answer.yes_no import Told, Word, bears_out, clause_of, decide, is_negated, permission_asked
from rag.question import AnswerType, Question, holds, read_question
from rag.reader.onnx_reader import Telling
from rag.types import Draft, DraftPart, DraftSentence, Evidence

_Quoted = tuple[list[DraftSentence], str | None, tuple[DraftPart, ...]]
"""What is quoted, the short answer and the items of a list."""
_RANKED = 10
"""Sentences named in `Answer.ranked`."""
_INSTEAD = 0.01
"""Share of the first sentence's probability from which another may answer in its place."""
_IN_PLACE = 0.1
"""The same, where one is of another payer or of no office: any sentence with a name may seem to."""
_TRIED = 4
"""Sentences that may answer a question with a "not"."""
_BORNE_OUT = 0.4
"""Probability from which such a sentence says that its words answer."""
_KINDS: frozenset[AnswerType] = frozenset({"person", "date", "duration", "amount", "money"})
"""What is no answer without a name, a date or a number in it: none of 78 that were right was, but
where its words were sure enough to be the short answer ("a tenth", "the fire brigade")."""


class ExtractiveAnswerer:
    """Quotes the sentences that answer, most direct first, with the exact words where sure."""

    name = "extractive"

    def __init__(
        self, reader: Reader | None = None, *, comparison: Comparison | None = None
    ) -> None:
        """Answer with this reader; None takes the one that ships, loaded at the first question.

        Args:
            reader: What finds the exact answer.
            comparison: What finds what another document says otherwise; without it neither that
                nor a yes or no is said.
        """
        self._reader = reader
        self._comparison = comparison

    def draft(self, question: Question, hits: Sequence[Hit]) -> Draft:
        """Choose sentences of the hits, and the short answer where that is sure.

        Args:
            question: What is asked.
            hits: Retrieved for it, best first; none gives an empty draft of confidence 0.

        Returns:
            A draft whose confidence is the probability that the documents answer.

        Raises:
            EmbeddingError: The reader's file or the base model's is missing or damaged.
        """
        own = self._of_hits(question, hits)
        if _quotes_older(own, question):
            again = self._of_hits(question, without_quoted(hits))
            own = (
                again
                if again.confidence >= weights().threshold and _home(again) == _home(own)
                else own
            )
        wish = permission_asked(question.text)
        if wish is None or own.confidence >= weights().threshold:
            return own
        again = self._draft(read_question(wish.question), hits)
        told = any(wish.is_told_by(sentence.text) for sentence in again.sentences[:1])
        return again if told and again.confidence > own.confidence else own

    def _of_hits(self, question: Question, hits: Sequence[Hit]) -> Draft:
        own = with_named(with_cell(self._draft(question, hits), question, hits), question, hits)
        return with_writer(own, question, hits, sure=weights().threshold)

    def _draft(self, question: Question, hits: Sequence[Hit]) -> Draft:
        reader = self._reader or shipped_reader()
        said: Sequence[Told] = ()
        if question.expects == "yes_no" and self._comparison:
            weighed, answered, said = weigh_told(question, hits, reader)
        else:
            weighed, answered = weigh(question, hits, reader)
        if not weighed:
            return Draft(sentences=(), confidence=0.0)
        kept = _of_the_side(question, _undenied(question, weighed, reader))
        kept = _of_the_role(question, _not_opposite(question, kept))
        kept = _of_the_same(question, kept, lambda one: _is_of_other_holder(question, one, hits))
        code = partial(is_of_other_code, asked=question.text)
        kept = _of_the_same(question, kept, lambda one: code(one.text), _INSTEAD)
        kept = _of_the_same(question, kept, lambda one: _is_of_other_measure(question, one))
        ranked = dict.fromkeys(one.candidate.scored.sentence for one in (*kept, *weighed))
        word = _plain(question, decide(question, said, reader))
        if word:
            found = _of_one(word.evidence, word.word, question, kept)
        elif said:
            found = _of_one(said[0].evidence, None, question, kept)
        else:
            found = _quoted(question, kept, reader)
        if _lacks_kind(question, found):
            held = _of_the_kind(question, kept)
            found = _quoted(question, held, reader) if held else found
            answered = answered if held else 0.0
        quoted, words, items = found
        if self._comparison and not word and not question.several:
            quoted, words = of_each_thing(question, quoted, words, kept)
        return Draft(
            sentences=with_names(with_contrary(question, quoted, kept, self._comparison), hits),
            short=words,
            parts=items,
            confidence=0.0 if _is_of_another(question, kept[0], hits) else answered,
            ranked=tuple(ranked)[:_RANKED],
        )


def _quotes_older(draft: Draft, question: Question) -> bool:
    """Say whether a draft has a line that a message quotes, and it is asked how something is."""
    cited = (evidence for one in draft.sentences for evidence in one.evidence)
    return not asks_of_past(question.text) and any(is_quoted(e.hit, e.start) for e in cited)


def _home(draft: Draft) -> str:
    """Return the article that a draft is first quoted from; empty for an empty draft."""
    return draft.sentences[0].evidence[0].hit.card.sha256 if draft.sentences else ""


def _of_the_role(question: Question, weighed: list[Weighed]) -> list[Weighed]:
    """Keep who holds the very role that is asked for, where the best lacks a word of it."""
    role = role_asked(question.text)
    if not role or not lacks_of_role(weighed[0].text, role):
        return weighed
    return [one for one in weighed if holds_role(one.text, role, asked=question.text)] or weighed


def _of_the_same(
    question: Question,
    weighed: list[Weighed],
    is_other: Callable[[Weighed], bool],
    share: float = _IN_PLACE,
) -> list[Weighed]:
    """Keep what is not of another office, payer, code or measure, where the best is."""
    if question.expects == "yes_no" or not is_other(weighed[0]):
        return weighed
    own = [
        one
        for one in weighed
        if one.probability >= share * weighed[0].probability
        and holds(question.expects, one.text, asked=question.text)
        and not is_other(one)
    ]
    return own or weighed


def _is_of_other_holder(question: Question, one: Weighed, hits: Sequence[Hit]) -> bool:
    """Say whether a sentence has no word of the office, another payer, or a thing for who."""
    asked, text = question.text, with_what_it_leans_on(one.evidence, hits)
    if is_of_other_payer(text, asked=asked) or names_a_thing(one, question):
        return True
    hit, start = one.evidence.hit, one.evidence.start
    before = [s.sentence.text for s in hit.sentences if s.sentence.end <= start]
    headings = [line for line in before if line[-1:].isalnum()]
    title = "\n".join([hit.card.title, *headings[-1:]])
    behind = " ".join(s.sentence.text for s in hit.sentences if s.sentence.start > start)
    return is_without_role(f"{text}\n{title}", asked=asked) or is_of_other_home(
        text, asked=asked, title=title, before=" ".join(before), behind=behind
    )


def _tells_doing(one: Weighed, asked: str) -> bool | None:
    """Say by the clause of the words that may answer whether it tells who does it, or who not."""
    found = one.reading
    part = clause_of(found.sentence, found.start, found.end) if found else None
    return tells_doing(part.text if part else one.text, asked=asked)


def _is_of_other_measure(question: Question, one: Weighed) -> bool:
    figures = (is_of_other_measure, only_compares, is_only_compared, is_of_other_price)
    others = (*figures, is_of_other_code, is_of_kin)
    other = any(is_other(one.text, asked=question.text) for is_other in others)
    return other or is_of_other_line(one.text, question, one.candidate.hit)


def _of_the_side(question: Question, weighed: list[Weighed]) -> list[Weighed]:
    """Leave out who took no side, or does not do what is asked, where it is asked who did."""
    asked = question.text
    taken = [one for one in weighed if not is_of_other_side(one.text, asked=asked)] or weighed
    if _tells_doing(taken[0], asked) is not False:
        return taken
    return [one for one in taken if _tells_doing(one, asked)] or taken


def _not_opposite(question: Question, weighed: list[Weighed]) -> list[Weighed]:
    """Keep what is of the side that is asked of, where the best is of the opposite."""
    asked = question.text
    first = weighed[0].text
    if is_former(first, asked=asked):
        return [one for one in weighed if not is_former(one.text, asked=asked)] or weighed
    if question.expects == "yes_no" or not is_opposite(first, asked=asked):
        return weighed
    least = _INSTEAD * weighed[0].probability
    likely = [one for one in weighed if one.probability >= least]
    own = [o for o in likely if has_side_of(o.text, asked=asked)]
    return [o for o in own if not is_opposite(o.text, asked=asked)] or weighed


def _lacks_kind(question: Question, found: _Quoted) -> bool:
    """Say whether nothing quoted has a date, a number or a name though one is asked for."""
    quoted, words, items = found
    if question.expects not in _KINDS or words or items:
        return False
    return not any(holds(question.expects, one.text, asked=question.text) for one in quoted)


def _of_the_kind(question: Question, weighed: Sequence[Weighed]) -> list[Weighed]:
    """Return the sentences that hold what is asked for, if one on it may answer at all."""
    least, asked = _INSTEAD * weighed[0].probability, set(content_terms(question.text))
    held = [one for one in weighed if holds(question.expects, one.text, asked=question.text)]
    on_it = held and held[0].probability >= least and asked & set(terms(held[0].text))
    return held if on_it else []


def _is_of_another(question: Question, first: Weighed, hits: Sequence[Hit]) -> bool:
    """Say whether the best there is tells of Mondays or a manager, not of Sundays or an owner.

    Or of the opposite of what is asked, or of another thing by its name.
    """
    asked, text = question.text, first.text
    if is_of_other_role(text, asked=asked) or is_of_other_side(text, asked=asked):
        return True
    if question.expects == "yes_no":
        return False
    other = is_of_other_days(text, asked=asked) or is_opposite(text, asked=asked)
    if other or is_former(text, asked=asked) or _is_of_other_measure(question, first):
        return True
    if _is_of_other_holder(question, first, hits) or _tells_doing(first, asked) is False:
        return True
    around = "\n".join(hit.passage.text for hit in hits)
    told = with_what_it_leans_on(first.evidence, hits)
    return is_of_other_thing(told, asked=asked, around=around)


@cache
def shipped_reader() -> Reader:
    """Return the reader that ships, one for all answerers of the process."""
    from rag.reader.onnx_reader import OnnxReader

    return OnnxReader()


def _undenied(question: Question, weighed: Sequence[Weighed], reader: Reader) -> list[Weighed]:
    """Return the sentences that may answer where a "not" is in play, in question or sentence.

    Words that their own sentence denies as an answer are not shown alone; a question with a "not"
    is answered of those sentences alone that bear their words out.
    """
    first, *others = weighed
    negated = is_negated(question.text)
    if question.expects == "yes_no" or question.open_ended:
        return list(weighed)
    if not (negated or is_negated(without_corrected(first.text))):
        return list(weighed)
    if not negated:
        told = _told(question, first, reader)
        denied = told is not None and told.said <= told.denied
        return [replace(first, reading=None) if denied else first, *others]
    least = _INSTEAD * first.probability
    likely = [one for one in weighed[:_TRIED] if one.probability >= least]
    tried = [(one, _told(question, one, reader)) for one in likely]
    kept = [one for one, told in tried if told and told.said >= max(_BORNE_OUT, 2 * told.denied)]
    on_it = [one for one, told in tried if told]
    return kept or [replace(on_it[0], reading=None)] if on_it else list(weighed)


def _told(question: Question, one: Weighed, reader: Reader) -> Telling | None:
    """Return what a sentence says of its words as an answer; None where it was not read.

    None also where it has no word of the question: what it denies is something else.
    """
    shared = set(content_terms(question.text)) & set(terms(one.text))
    if one.reading is None or not shared:
        return None
    return bears_out(question.text, one.reading, one.candidate.hit, reader)


def _plain(question: Question, word: Word | None) -> Word | None:
    """Return a word; no Yes by a sentence of other days, or of the opposite of what is asked."""
    if word is None or word.word == "No":
        return word
    text, asked = word.evidence.text, question.text
    return None if is_of_other_days(text, asked=asked) or is_opposite(text, asked=asked) else word


def _of_one(
    evidence: Evidence, word: str | None, question: Question, weighed: Sequence[Weighed]
) -> _Quoted:
    """Return the sentence that decides most of a question for yes or no, and the word if any.

    With it goes one of a second article where the question likely needs that.
    """
    first = next((one for one in weighed if one.evidence == evidence), weighed[0])
    told = [evidence, *(o.evidence for o in of_two_articles(weighed, first, question))]
    return [DraftSentence(text=e.text, evidence=(e,)) for e in told], word, ()


def _quoted(question: Question, weighed: Sequence[Weighed], reader: Reader) -> _Quoted:
    """Quote the chosen sentences, with the items of a list.

    The short answer is the items, or the words that answer most probably where they are sure.
    """
    if whole := _whole_list(question, weighed):
        return whole
    found = chosen(weighed, question, reader)
    units = [unit_of(one, question) for one in found]
    answer = short_of(found, units, question)
    told = answer.text if answer and answer.worth >= weights().exact else None
    if is_no_difference(found[0].text, asked=question.text):
        told = None
    quoted = [
        DraftSentence(text=one.text, evidence=(one.evidence,), span=marked(one, unit, short=told))
        for one, unit in zip(found, units, strict=True)
    ]
    any_of_them = 1.0 - math.prod(1.0 - one.probability for one in found)
    items = listed(found, question, probability=any_of_them)
    quoted += [
        DraftSentence(text=one.text, evidence=(one.evidence,))
        for one in likely_further(weighed, found, question)
    ]
    if items:
        return quoted, joined([item.text for item in items]), items
    is_thing = told and (not question.several or is_new(told, question))
    return quoted, told if is_thing else None, ()


def _whole_list(question: Question, weighed: Sequence[Weighed]) -> _Quoted | None:
    """Quote what is announced: lines under their lead as items, sentences behind theirs."""
    if not question.several:
        return None
    whole = announced(weighed, question)
    if whole is None:
        return None
    if not whole.are_lines:
        every = whole.items if is_heading(whole.lead) else (whole.lead, *whole.items)
        quoted = [DraftSentence(text=one.text, evidence=(one.evidence,)) for one in every]
        named = _each_named(whole.items, question)
        return quoted, joined([item.text for item in named]) if named else None, named
    first, *others = (DraftSentence(text=one.text, evidence=(one.evidence,)) for one in whole.items)
    items = tuple(
        DraftPart(asked="", text=one.text[slice(*item_of(one.text))], evidence=(one.evidence,))
        for one in whole.items
    )
    return [replace(first, context=whole.lead.evidence), *others], None, items


def _each_named(told: Sequence[Weighed], question: Question) -> tuple[DraftPart, ...]:
    """Return the things that sentences name, where each names one; else nothing."""
    any_of_them = 1.0 - math.prod(1.0 - one.probability for one in told)
    items = listed(told, question, probability=any_of_them)
    held = {item.evidence[0] for item in items}
    return items if all(one.evidence in held for one in told) else ()
