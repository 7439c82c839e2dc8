"""Combines what a language model wrote with what is quoted and with what was looked up for it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from index.terms import terms as words_of
from rag.citations import SHOWN_AS_TRUE, Footnotes, Texts, marked
from rag.types import (
    Answer,
    AnswerPart,
    AnswerSentence,
    Citation,
    DraftPart,
    Reason,
    SetAside,
)

if TYPE_CHECKING:
    from rag.llm.writer import Written

_YES_NO = ("Yes", "No")
_NOTES: Mapping[Reason, str] = {
    "declined": "The language model found no answer in the passages",
    "unsupported": "The model's reply was not borne out by the articles",
    "weak_match": "What the language model wrote is in the articles, but does not seem to answer",
}
_QUOTED = ", so they are quoted."


def never_worse(own: Answer, quoted: Answer, written: "Written") -> Answer:
    """Return what is shown of a language model's answer and the quoted one; never less than either.

    Where nothing that the model wrote holds, or it declined, the quoted answer is shown, if there
    is one. What holds but answers nothing, where no answer was found either, is set aside. Where it
    holds, the quoted sentence is added that has something the model did not say.

    Args:
        own: The model's, abstaining where nothing of it holds.
        quoted: The answerer's.
        written: What the model wrote, whatever its check found.
    """
    beside = own.status == "answered" and quoted.status == "abstained" and not written.answers
    if own.status == "answered" and not beside:
        shown = own if quoted.status == "abstained" else _with_quote(own, quoted)
        return replace(shown, set_aside=_cut_short(own, written)) if written.cut else shown
    reason: Reason = own.reason or "weak_match"
    aside = SetAside(
        model=own.model,
        reason=reason,
        note=_NOTES[reason] + (_QUOTED if quoted.status == "answered" else "."),
        sentences=written.sentences,
        citations=written.citations,
    )
    shown = own if own.status == quoted.status == "abstained" else quoted
    return replace(shown, set_aside=aside, usage=own.usage, prompts=own.prompts)


def _cut_short(own: Answer, written: "Written") -> SetAside:
    """Return what is told of a reply of which only the whole sentences are shown."""
    note = f"Only whole sentences are shown, for {written.cut}."
    return SetAside(model=own.model, reason="cut_short", note=note, sentences=(), citations=())


def _with_quote(own: Answer, quoted: Answer) -> Answer:
    """Return a model's answer with the short one, and with the quote that has what it lacks."""
    true = [s for s in own.sentences if s.verdict in SHOWN_AS_TRUE]
    said = " ".join(s.text for s in true)
    kept = replace(own, short=quoted.short if agrees(quoted.short, said) else None)
    if quoted.is_overview or kept.short or not quoted.sentences:
        return kept
    first = quoted.sentences[0]
    asked = quoted.short or (first.text[slice(*first.span)] if first.span else "")
    rests_on = [quoted.citations[n - 1] for n in first.citations]
    places = {_span(own.citations[n - 1]) for s in true for n in s.citations}
    if asked and asked not in _YES_NO:
        has_it = set(words_of(asked)) <= set(words_of(said))
    else:
        has_it = not asked and any(_span(citation) in places for citation in rests_on)
    return kept if has_it else _adding(kept, first, rests_on)


def agrees(short: str | None, said: str) -> bool:
    """Say whether what a model says has the words of the short answer, or begins with no other."""
    told = _in_words(said)
    if short in _YES_NO:
        return not told.startswith(_in_words("No" if short == "Yes" else "Yes"))
    return short is not None and _in_words(short) in told


def _in_words(text: str) -> str:
    """Return a text's words and whole numbers, a blank around each."""
    found: list[str] = re.findall(r"\d[\d.,]*\d|\w+", text.casefold())
    return f" {' '.join(found)} "


def with_steps(answer: Answer, steps: Sequence[DraftPart], texts: Texts) -> Answer:
    """Return an answer with what was looked up for it, whose citations are numbered on.

    Where the quotes of the one search stand in the place of what a model wrote, their words are not
    the short answer: that search was not sure.

    Args:
        answer: Of a language model, or what is shown in its place; it may be an abstention.
        steps: The searches in their order, each with its evidence; none changes nothing.
        texts: What to check their evidence against.

    Raises:
        CitationError: The stored text does not hold a step's evidence.
    """
    known, told = answer.citations, []
    aside = answer.set_aside
    if steps and aside is not None and aside.reason != "cut_short":
        answer = replace(answer, short=None)
    for step in steps:
        notes = Footnotes(texts)
        notes.part(step)
        known, numbers = _numbered_on(known, notes.citations)
        told.append(AnswerPart(asked=step.asked, text=step.text, citations=numbers))
    return replace(answer, steps=tuple(told), citations=known)


def _adding(own: Answer, quote: AnswerSentence, rests_on: Sequence[Citation]) -> Answer:
    """Return an answer with a quoted sentence behind it, whose citations are numbered on."""
    known, cited = _numbered_on(own.citations, rests_on)
    added = replace(quote, citations=cited, lead="\n\n> ", is_quote=True)
    sentences = (*own.sentences, added)
    return replace(own, sentences=sentences, citations=known, text=marked(sentences))


def _numbered_on(
    known: tuple[Citation, ...], others: Sequence[Citation]
) -> tuple[tuple[Citation, ...], tuple[int, ...]]:
    """Return citations with others behind them, and the numbers of those; a span has one."""
    numbers = {_span(citation): citation.number for citation in known}
    for citation in others:
        if _span(citation) not in numbers:
            known += (replace(citation, number=len(known) + 1),)
            numbers[_span(citation)] = len(known)
    return known, tuple(numbers[_span(citation)] for citation in others)


def _span(citation: Citation) -> tuple[str, int, int]:
    return citation.document_id, citation.start, citation.end
