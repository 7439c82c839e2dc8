"""Makes questions that an article answers well: of its statements, roles, labels and amounts.

Each is asked of the article first, of the extractive answerer, so nothing is sent anywhere. It is
taken where its short answer is sure and is the very words that it was made of, and the sentence
that has them is whole.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from eval import Turned, turned_within
from rag import Answer, Assistant, Scope
from rag.types import Document, Sentence

MOST = 3
"""Questions of one article."""
_TRIED = 18
"""Questions put to the answerer at most, about 30 ms each."""
_READ = 400
"""Sentences of an article that questions are looked for in."""
_SURE = 0.75
"""Confidence of an answer from which it is offered."""
_ALIKE = 0.5
"""Share of the words that a short answer has in common with those that it was made of."""
_LONGEST_QUESTION, _LONGEST_SHORT = 16, 16
"""Words."""
_NAME = (
    r"\b[A-ZÀ-Þ][\w’'\-]{1,30}(?: (?:de|van|von|der|al|bin|[A-ZÀ-Þ]\.|[A-ZÀ-Þ][\w’'\-]{1,30})){0,6}"
)
_WHOLE = re.compile(r"^[\"“„«'(\[]?[\dA-ZÀ-Þ£$€¥].*[.!?…][\"”»')\]]*$", re.DOTALL)
_WORD = re.compile(r"\w+")
_DATED = re.compile(
    r"(?:\w+day,? )?"
    r"(?:\d{1,2}(?:st|nd|rd|th)? (?:of )?[A-Z][a-z]+|[A-Z][a-z]+ \d{1,2}\b|\d{4}-\d\d)"
)
_NUMBER = r"(?:\d+(?:[.,]\d+)?|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    turned: Turned
    sentence: Sentence


def questions_of(
    assistant: Assistant, document: Document, *, wanted: Callable[[], bool] = lambda: True
) -> tuple[str, ...]:
    """Return at most `MOST` questions that an article answers well; mostly one or more.

    Args:
        assistant: Whose library has the article.
        document: The article.
        wanted: Asked before each is tried; once it says no, those found so far are returned.

    Raises:
        LibraryError: The library cannot be read.
    """
    plain = assistant.adjusted(model="extractive", threshold=None)
    scope = Scope(documents=(document.summary.id,))
    found: list[_Made] = []
    for tried, made in enumerate(_in_turn(_every(document))):
        if tried >= _TRIED or len(found) >= MOST or not wanted():
            break
        answers = {one.turned.answer for one in found}
        if made.turned.answer in answers or any(one.sentence is made.sentence for one in found):
            continue
        if _is_good(made, plain.ask(made.turned.question, scope=scope)):
            found.append(made)
    return tuple(one.turned.question for one in found)


def _in_turn(made: Iterable[_Made]) -> Iterator[_Made]:
    """Yield what was made, the different words that ask in turn, so that not all ask who."""
    by_word: dict[str, list[_Made]] = {}
    for one in made:
        by_word.setdefault(" ".join(one.turned.question.split()[:2]), []).append(one)
    while by_word:
        for word in list(by_word):
            yield by_word[word].pop(0)
            if not by_word[word]:
                del by_word[word]


def _every(document: Document) -> Iterator[_Made]:
    text, seen = document.text, set[str]()
    for sentence in document.sentences[:_READ]:
        plain = " ".join(sentence.text.split())
        forms = (turned_within(plain, article=text), _named(plain), _labelled(plain), _done(plain))
        for turned in (_definite(one) for form in forms for one in form):
            short = len(turned.question.split()) <= _LONGEST_QUESTION
            if short and turned.question not in seen and _is_asked_of(turned, text):
                seen.add(turned.question)
                yield _Made(turned=turned, sentence=sentence)


def _definite(turned: Turned) -> Turned:
    """Ask when "the" student fell ill, of whom the article says "a student"."""
    told = r"^((?:When|Why|For how long|How many [\w ]+?) (?:did|was|were|has|have|had)) an? "
    return replace(turned, question=re.sub(told, r"\1 the ", turned.question))


def _is_asked_of(turned: Turned, text: str) -> bool:
    """Say whether who is asked for is a person: one name alone may be a town's."""
    if not turned.question.startswith("Who ") or " " in turned.answer:
        return True
    return re.search(rf"[A-ZÀ-Þ][\w.’'-]{{1,40}} {re.escape(turned.answer)}\b", text) is not None


def _named(sentence: str) -> Iterator[Turned]:
    """Yield who has a role in brackets, how old somebody is, and what letters stand for."""
    for name, role in re.findall(rf"({_NAME}) \(([a-z][a-z ]{{2,30}})\)", sentence):
        if " " in name:
            yield Turned(question=f"Who is the {role}?", answer=name)
    for name, years in re.findall(rf"({_NAME}), (?:aged )?(\d\d|1[01]\d)(?=[,.])", sentence):
        if " " in name:
            yield Turned(question=f"How old is {name}?", answer=years)
    for told, letters in _LETTERS.findall(sentence):
        words = re.sub(r"^(?:(?:[Tt]he|of|and|for) )+", "", told).strip()
        if "".join(word[0] for word in words.split() if word[0].isupper()) == letters:
            yield Turned(question=f"What does {letters} stand for?", answer=words)


_LETTERS = re.compile(r"((?:[A-Z][\w-]{0,30},? |of |and |for |the ){2,9})\(([A-Z]{2,8})\)")
_LABEL = re.compile(r"(?:\d+\. )?(?P<label>[A-Z][a-z]+(?: [a-z]+){0,4}): (?P<told>[^:;]{2,80})$")
_NO_LABEL = re.compile(
    r"\b(?:from|to|cc|subject|date|present|apologies|note|in|by|re|tel|phone|fax|url|http|source|"
    r"photo|image|figure|table|example|warning|by)\b"
)


def _labelled(sentence: str) -> Iterator[Turned]:
    """Yield what a line says of its label: "Next meeting: 9 April 2025, 7 pm"."""
    line = _LABEL.match(sentence)
    if line is None or _NO_LABEL.search(line["label"].lower()):
        return
    label, told = line["label"].lower(), line["told"].rstrip(".")
    if when := _DATED.match(told):
        yield Turned(question=f"When is the {label}?", answer=when.group())
    elif re.match(rf"(?:(?:Dr|Mr|Ms|Mrs|Professor)\.? )?{_NAME}$", told) and " " in told:
        yield Turned(question=f"Who is the {label}?", answer=told)
    elif re.match(rf"[£$€¥]?{_NUMBER}\b", told):
        yield Turned(question=f"What is the {label}?", answer=told)


def _done(sentence: str) -> Iterator[Turned]:
    """Yield how long something is to be done."""
    step = re.match(
        r"(?:\d+\. )?(?P<verb>[A-Z][a-z]+) (?P<what>the [a-z]+(?: [a-z]+)?) for (?:about )?"
        rf"(?P<time>{_NUMBER}(?: (?:to|or) {_NUMBER})? (?:second|minute|hour|day|week)s?)\b",
        sentence,
    )
    if step and not re.search(r"(?:ing|ed|ly|er)$|^(?:For|In|On|At|By|During)$", step["verb"]):
        question = f"How long should you {step['verb'].lower()} {step['what']}?"
        yield Turned(question=question, answer=step["time"])


def _is_good(made: _Made, answer: Answer) -> bool:
    """Say whether an answer is sure, in the words wanted, and from the sentence wanted, whole."""
    short, first = answer.short or "", answer.citations[0] if answer.citations else None
    if answer.status != "answered" or first is None or not answer.sentences:
        return False
    wanted, own = _words(made.turned.answer), _words(short)
    return (
        answer.confidence >= _SURE
        and 0 < len(own) <= _LONGEST_SHORT
        and 2 * len(wanted & own) >= 2 * _ALIKE * max(len(wanted), len(own))
        and (wanted <= own or own <= wanted)
        and first.start < made.sentence.end
        and made.sentence.start < first.end
        and _WHOLE.match(answer.sentences[0].text.strip()) is not None
    )


def _words(text: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(text)}
