"""Yes and no: which word is said, by which sentence, and what speaks against one."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from index.types import Hit, Sentence
from rag.answer.yes_no import clauses, decide, permission_asked, told
from rag.question import read_question
from rag.reader.onnx_reader import Telling
from rag.reader.windows import Window
from rag.testing import hit_of

YES = Telling(said=0.96, denied=0.02, open=0.02)
NO = Telling(said=0.02, denied=0.96, open=0.02)
YES_MOSTLY = Telling(said=0.9, denied=0.05, open=0.05)
OPEN = Telling(said=0.05, denied=0.05, open=0.9)


class Tells:
    """Tells of each text what it was told to, of a whole passage what its first known part says."""

    def __init__(self, **of: Telling) -> None:
        self._of = {key.replace("_", " "): telling for key, telling in of.items()}
        self.windows: list[str] = []

    def tell(self, statement: str, windows: Sequence[Window]) -> list[Telling]:
        self.windows += [window.text for window in windows]
        return [self._telling(window.text) for window in windows]

    def _telling(self, text: str) -> Telling:
        exact = self._of.get(text.rstrip(".;"))
        known = (telling for part, telling in self._of.items() if part in text)
        return exact or next(known, OPEN)


def said(question: str, sentences: tuple[str, ...], teller: Tells) -> tuple[str, str] | None:
    """Return the word with the text that is quoted."""
    asked = read_question(question)
    word = decide(asked, told(question, [hit_of(*sentences)], teller), teller)
    if word is None:
        return None
    text = word.evidence.hit.passage.text
    return word.word, text[word.evidence.start : word.evidence.end]


def test_the_word_is_quoted_with_the_sentence_that_tells_it() -> None:
    held = ("The mill is old.", "The mill was sold in May.", "It has a wheel.")
    teller = Tells(was_sold=YES)
    assert said("Was the mill sold?", held, teller) == ("Yes", "The mill was sold in May.")


def test_what_is_denied_is_a_no() -> None:
    teller = Tells(never_sold=NO)
    assert said("Was the mill sold?", ("The mill was never sold.",), teller) == (
        "No",
        "The mill was never sold.",
    )


def near(hit: Hit, *similarities: float) -> Hit:
    """Return a hit whose sentences are as near to the question as said."""
    pairs = zip(hit.sentences, similarities, strict=True)
    return replace(hit, sentences=tuple(replace(s, similarity=n) for s, n in pairs))


def test_of_two_sentences_alike_the_one_on_what_is_asked_is_quoted() -> None:
    hit = near(hit_of("It stands by the river.", "The mill was sold."), 0.1, 0.6)
    teller = Tells(river=YES, sold=YES)
    best = told("Was the mill sold?", [hit], teller)[0]
    assert best.scored.sentence.text == "The mill was sold."


def test_a_near_sentence_of_another_passage_goes_before_one_that_is_told_of_all() -> None:
    far = near(hit_of("The ferry runs from May.", "It is green."), 0.2, 0.1)
    asked_of = near(hit_of("A second ferry may come in July."), 0.7)
    teller = Tells(runs=YES, second=Telling(said=0.7, denied=0.1, open=0.2))
    best = told("Will a second ferry come in summer?", [far, asked_of], teller)[0]
    assert best.hit is asked_of


def test_the_sentence_that_decides_most_is_taken_with_its_passage() -> None:
    hits = [hit_of("The mill is old."), hit_of("It has a wheel.", "The mill was sold.")]
    found = told("Was the mill sold?", hits, Tells(sold=YES))
    assert found[0].hit is hits[1]
    assert (found[0].whole, found[0].alone) == (YES, YES)
    assert len(found) == 3


def test_only_the_nearest_sentences_are_told_alone() -> None:
    texts = [f"Mill {n} was sold." for n in range(20)]
    hit = near(hit_of(*texts), *(n / 20 for n in range(20)))
    teller = Tells()
    assert len(told("Was the mill sold?", [hit], teller)) == 12
    assert [t for t in texts if t in teller.windows[1:]] == texts[8:]


@pytest.mark.parametrize(
    ("question", "text", "teller"),
    [
        ("Was the mill sold?", "The mill is old.", Tells()),
        ("Who sold the mill?", "The mill was sold.", Tells(mill=YES)),
        (
            "Is the shop open on Monday?",
            "The shop is closed on Monday; the inn is open.",
            Tells(The_shop_is_closed_on_Monday=NO, inn=YES),
        ),
        (
            "Is parking free?",
            "Parking costs a euro, but the park is free.",
            Tells(Parking_costs_a_euro=Telling(said=0.5, denied=0.48, open=0.02), park=YES_MOSTLY),
        ),
        ("Will the mill be sold?", "The owner intends to sell the mill.", Tells(mill=YES)),
        ("Is the mill sold?", "The mill may be sold.", Tells(mill=YES)),
        ("May one fish after May?", "One may not fish before May.", Tells(fish=NO)),
        ("Is it free over 65?", "It is free under 12.", Tells(free=YES)),
        ("Do children have to pay?", "Children under twelve enter free.", Tells(enter=YES)),
    ],
    ids=[
        "open",
        "no yes/no",
        "clause against",
        "clause unsure",
        "intended",
        "possible",
        "before",
        "under",
        "duty",
    ],
)
def test_no_word_is_said(question: str, text: str, teller: Tells) -> None:
    assert said(question, (text,), teller) is None


def test_a_duty_that_the_sentence_has_is_a_yes() -> None:
    held = ("All guests must pay.",)
    assert said("Do guests have to pay?", held, Tells(must=YES)) == ("Yes", "All guests must pay.")
    assert said("Do guests have to pay?", ("Guests enter free.",), Tells(free=NO)) is not None


def test_a_may_that_is_asked_for_is_a_yes() -> None:
    assert said("May one fish here?", ("One may fish here.",), Tells(fish=YES)) is not None


def test_nothing_is_told_or_decided_without_passages() -> None:
    teller = Tells()
    assert told("Was it sold?", [], teller) == []
    assert decide(read_question("Was it sold?"), [], teller) is None


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("It is old.", []),
        ("It is shut on Monday; the inn is open.", ["It is shut on Monday;", "the inn is open."]),
        ("Dogs stay out, while cats come in.", ["Dogs stay out,", "while cats come in."]),
        ("It has a hall although the pool went.", ["It has a hall", "although the pool went."]),
        ("Dogs are banned here and allowed there.", ["Dogs are banned here", "and allowed there."]),
        ("Apples, pears and plums grow.", []),
    ],
)
def test_a_sentence_of_several_clauses_is_cut_between_them(text: str, parts: list[str]) -> None:
    sentence = Sentence(document_id="d", ordinal=0, start=7, end=7 + len(text), text=text)
    found = clauses(sentence)
    assert [clause.text for clause in found] == parts
    assert all(text[c.start - 7 : c.end - 7] == c.text for c in found)


@pytest.mark.parametrize(
    ("asked", "put"),
    [
        ("May I bring my dog?", "Is a dog allowed?"),
        ("Can I take my bicycle on the ferry?", "Is a bicycle allowed on the ferry?"),
        ("Can visitors bring dogs into the park?", "Are dogs allowed into the park?"),
        ("Can I bring my dog up the tower?", "Is a dog allowed up the tower?"),
    ],
)
def test_who_asks_to_be_allowed_asks_whether_a_thing_is(asked: str, put: str) -> None:
    wish = permission_asked(asked)
    assert wish is not None
    assert wish.question == put


def test_a_sentence_grants_only_what_it_names() -> None:
    wish = permission_asked("May I bring my dog?")
    assert wish is not None
    assert wish.is_told_by("Dogs are welcome on a lead.")
    assert not wish.is_told_by("Children are welcome.")
    assert not wish.is_told_by("A dog bit the mayor.")


def test_any_other_question_asks_no_permission() -> None:
    assert permission_asked("Can the ferry take 46 cars?") is None
    assert permission_asked("May the council close the pool?") is None


def test_of_sentences_that_decide_alike_the_one_that_may_answer_is_taken() -> None:
    hit = hit_of("The mill is sold, they say.", "The mill was sold in May.")
    first, second = (scored.sentence for scored in hit.sentences)
    shares = {
        (first.document_id, first.start): 0.1,
        (second.document_id, second.start): 0.9,
    }
    best = told("Was the mill sold?", [hit], Tells(sold=YES), shares=shares)[0]
    assert best.evidence.text == "The mill was sold in May."
