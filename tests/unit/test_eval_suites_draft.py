"""Only what the product answers today, surely and from the very sentence, is proposed."""

from types import SimpleNamespace

import pytest

from eval.suites.new_cases import ModelMaker, proposals
from rag import Card, Settings
from rag.testing import ScriptedModel
from rag.types import AnswerSentence

SENTENCES = (
    "Arcosur opened the Skell Bridge in 2025.",
    "It rains.",
    "Arcosur sold 12 old ferries to Estonia.",
)
FIRST, SECOND = (
    "When did Arcosur open the Skell Bridge?",
    "How many old ferries did Arcosur sell to Estonia?",
)


class StandIn:
    """One article, and an answer to every question from the sentence that has most of its words."""

    def __init__(self, **changes):
        self._changes = changes

    @property
    def library(self):
        return self

    def documents(self):
        return [SimpleNamespace(id="d1", card=Card(source="/x/a.txt", title="A"))]

    def document(self, _):
        text = " ".join((*SENTENCES, "Talin liked Arcosur."))
        found = [
            SimpleNamespace(text=one, start=text.index(one), end=text.index(one) + len(one))
            for one in SENTENCES
        ]
        return SimpleNamespace(text=text, sentences=found, summary=self.documents()[0])

    def ask(self, question, **_):
        document = self.document("d1")
        said = document.sentences[0 if question == FIRST else 2]
        plain = {
            "status": "answered",
            "confidence": 0.9,
            "prompts": (),
            "short": "2025" if question == FIRST else "12",
            "sentences": (AnswerSentence(text=said.text, citations=(1,)),),
            "citations": (SimpleNamespace(document_id="d1", start=said.start, end=said.end),),
        }
        return SimpleNamespace(**(plain | self._changes))


def test_each_sentence_that_answers_gives_its_question_with_its_evidence():
    first, second = proposals(StandIn())
    assert (first.question, first.answers, first.ordinal) == (FIRST, ("2025",), 0)
    assert (first.evidence.document, first.evidence.quote) == ("a.txt", SENTENCES[0])
    assert (second.question, second.answers, second.title) == (SECOND, ("12",), "A")


ELSEWHERE = (SimpleNamespace(document_id="d1", start=41, end=50),)


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "abstained", "citations": (), "sentences": (), "short": None},
        {"short": "1999"},
        {"short": None},
        {"confidence": 0.3},
        {"citations": ELSEWHERE},
    ],
)
def test_what_is_answered_otherwise_or_unsurely_is_not_proposed(changes):
    assert list(proposals(StandIn(**changes))) == []


def test_what_is_known_and_other_articles_are_not_proposed():
    assert [one.question for one in proposals(StandIn(), known=[FIRST.upper()])] == [SECOND]
    assert list(proposals(StandIn(), documents=["d2"])) == []
    assert len(list(proposals(StandIn(), documents=["d1"]))) == 2


def made(reply):
    model = ScriptedModel(reply)
    found = ModelMaker(model, settings=Settings())(
        SENTENCES[2], article=" ".join((*SENTENCES, "Talin liked Arcosur."))
    )
    return model, [(one.question, one.answer) for one in found]


def test_a_model_is_shown_the_sentence_with_what_stands_around_it():
    model, found = made("To which country did Arcosur sell 12 old ferries?\n\nEstonia\n")
    shown = model.asked[0][-1].text
    assert "It rains." in shown
    assert shown.count(SENTENCES[2]) == 2
    assert found[0] == ("To which country did Arcosur sell 12 old ferries?", "Estonia")


@pytest.mark.parametrize(
    "reply",
    [
        "none",
        "To which country did it sell 12 old ferries?\nEstonia",
        "To which country did Arcosur sell 12 old ferries?\nLatvia",
        "To which country did Arcosur sell 12 old ferries?",
        "Here it is:\nTo which country did Arcosur sell ferries?\nEstonia",
        "",
    ],
)
def test_what_a_model_writes_is_no_question_where_it_hangs_or_is_not_in_the_sentence(reply):
    assert made(reply)[1] == [(SECOND, "12")]
