"""What later minutes moved or corrected is told as it is now, and then what was said before."""

from dataclasses import replace

import pytest

from index.card import Card
from index.types import Hit
from rag.question import read_question
from rag.sources import in_time
from rag.testing import hit_of
from rag.types import Draft, DraftSentence, Evidence

PARTY = "The party will be held on Saturday, 14 June."
MOVED = "As the mill is not free on 14 June, the party was moved to 28 June."


def article(text: str, published: str | None) -> Hit:
    """Return a hit of a document of a day; None for one of an unknown day."""
    hit = hit_of(text)
    return replace(hit, card=Card(sha256=text, published=published))


def told(question: str, one: Hit, *others: Hit, short: str | None = "14 June") -> Draft:
    """Return what becomes of an answer by the first hit."""
    place = one.sentences[0].sentence
    at = place.text.find(short or "")
    quoted = DraftSentence(
        text=place.text,
        evidence=(Evidence(hit=one, start=place.start, end=place.end),),
        span=(at, at + len(short)) if short else None,
    )
    draft = Draft(sentences=(quoted,), confidence=0.9, short=short)
    return in_time(draft, read_question(question), (one, *others), {})


OLD, NEW = article(PARTY, "2025-03-11"), article(MOVED, "2025-05-13")


@pytest.mark.parametrize("short", ["14 June", None])
def test_a_day_that_was_moved_is_told_as_it_is_now(short: str | None) -> None:
    draft = told("When is the party?", OLD, NEW, short=short)
    assert draft.short == "28 June"
    assert [one.text for one in draft.sentences] == [
        MOVED,
        f"Earlier, on 2025-03-11, another document said: {PARTY}",
    ]


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        ("When was the party originally to be held?", OLD, NEW),
        ("When is the party?", OLD, article(MOVED, None)),
        ("When is the party?", OLD, article(MOVED, "2025-01-14")),
        ("When is the party?", article(PARTY, None), NEW),
        (
            "When is the party?",
            OLD,
            article("On 14 June a choir sings, on 28 June too.", "2025-05-13"),
        ),
        ("Where is the party?", OLD, article("The party was moved to the mill.", "2025-05-13")),
        ("Is the party on 14 June?", OLD, NEW),
    ],
)
def test_what_nothing_newer_moved_stays(question: str, one: Hit, other: Hit) -> None:
    assert told(question, one, other).sentences == told(question, one).sentences


def test_a_correction_is_told_before_what_it_corrects() -> None:
    wrong = article("The balance was £3,412.", "2025-03-11")
    right = article("The balance was £3,142, not £3,412 as recorded.", "2025-05-13")
    draft = told("What was the balance?", wrong, right, short="£3,412")
    assert draft.short == "£3,142"


def test_of_the_lines_of_two_forms_the_newest_is_first() -> None:
    sentences = []
    for title, day in (("March", "2025-03-11"), ("May", "2025-05-13")):
        hit = article(f"Next meeting: at the {title} hall", day)
        hit = replace(hit, card=replace(hit.card, title=title))
        place = hit.sentences[0].sentence
        sentences.append(
            DraftSentence(
                text=f"{title}: {place.text}",
                evidence=(Evidence(hit=hit, start=place.start, end=place.end),),
                span=(len(title) + 16, len(title) + 2 + len(place.text)),
            )
        )
    draft = Draft(sentences=tuple(sentences), confidence=0.9)
    now = in_time(draft, read_question("Where is the next meeting?"), (), {})
    assert now.short == "at the May hall"
    assert now.sentences[1].text.startswith("Earlier, on 2025-03-11, another document said: Next")
    past = in_time(draft, read_question("Where was the meeting?"), (), {})
    assert past == draft
