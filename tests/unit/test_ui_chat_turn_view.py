"""What a page is told of a turn."""

import json
from dataclasses import replace

import pytest

from rag import Answer, AnswerSentence, Card, Citation, Scope
from rag.types import Usage
from ui.chat.conversation import Turn
from ui.chat.turn_view import as_view

SOURCE = Citation(
    number=1,
    document_id="d",
    card=Card(title="Lune", source="/a/lune.txt", sha256="0"),
    page=None,
    start=4,
    end=8,
    quote="Lune",
)
SAID = AnswerSentence(
    text="The Lune.", citations=(1,), verdict="altered", note="the source says Lane"
)
ANSWER = Answer(
    question="What?",
    status="answered",
    reason=None,
    text="The Lune. [1]",
    sentences=(SAID,),
    citations=(SOURCE,),
    confidence=0.5,
    hits=(),
    model="openai:m",
    usage=Usage(input_tokens=7, output_tokens=5, requests=1, cost=0.25),
    seconds=0.5,
    searched="What is it?",
)
ANSWERED = Turn(number=1, question="What?", sentences=(SAID,), citations=(SOURCE,), answer=ANSWER)


def test_everything_is_json():
    assert json.loads(json.dumps(as_view(ANSWERED))) == as_view(ANSWERED)


def test_a_verdict_and_what_differs_are_told():
    (said,) = as_view(ANSWERED)["sentences"]
    assert (said["verdict"], said["note"]) == ("altered", "the source says Lane")


@pytest.mark.parametrize("span", [(0, 3), None])
def test_the_likely_words_are_told_by_their_offsets(span):
    turn = replace(ANSWERED, sentences=(replace(SAID, span=span),))
    (said,) = json.loads(json.dumps(as_view(turn)))["sentences"]
    assert said["span"] == (list(span) if span else None)


def test_model_time_cost_and_what_was_searched_are_told():
    facts = dict(as_view(ANSWERED)["facts"])
    assert facts["Model"] == "openai:m"
    assert facts["Time"] == "500 ms"
    assert facts["Tokens"] == "7 in, 5 out"
    assert facts["Cost"] == "0.2500"
    assert facts["Searched"] == "What is it?"


def test_a_cost_nobody_knows_is_not_told_as_nothing():
    answer = replace(ANSWER, usage=replace(ANSWER.usage, cost=None))
    facts = dict(as_view(replace(ANSWERED, answer=answer))["facts"])
    assert facts["Cost"] == "unknown: set its price"


def test_a_source_is_its_exact_span():
    (source,) = as_view(ANSWERED)["sources"]
    assert (source["document"], source["start"], source["end"], source["quote"]) == (
        "d",
        4,
        8,
        "Lune",
    )
    assert source["where"] == "characters 4–8"


def test_what_became_of_a_file_is_told_in_the_words_it_comes_with():
    cited = replace(SOURCE, source_state="edited", source_note="source edited since indexed")
    assert as_view(replace(ANSWERED, citations=(cited,)))["sources"][0]["note"] == (
        "source edited since indexed"
    )


def test_a_page_is_told_where_there_are_pages():
    turn = replace(ANSWERED, citations=(replace(SOURCE, page=3),))
    assert as_view(turn)["sources"][0]["where"] == "page 3"


@pytest.mark.parametrize(
    ("turn", "state"),
    [
        (Turn(number=1, question="?"), "searching"),
        (Turn(number=1, question="?", hits=()), "writing"),
        (Turn(number=1, question="?", stopped=True), "stopped"),
        (Turn(number=1, question="?", problem="Gone."), "failed"),
        (ANSWERED, "answered"),
    ],
)
def test_a_turn_is_in_one_state(turn, state):
    assert as_view(turn)["state"] == state


def test_the_short_answer_and_what_a_sentence_leans_on_are_told():
    turn = replace(
        ANSWERED,
        answer=replace(ANSWER, short="Lune"),
        sentences=(replace(SAID, context="The Lune is a river."),),
    )
    view = as_view(turn)
    assert view["short"] == "Lune"
    assert view["sentences"][0]["context"] == "The Lune is a river."
    assert as_view(ANSWERED)["short"] == ""


def test_an_overview_is_told_to_be_a_list():
    told = as_view(replace(ANSWERED, answer=replace(ANSWER, is_overview=True)))
    assert (told["overview"], as_view(ANSWERED)["overview"]) == (True, False)


def test_which_articles_were_asked_is_told_and_whether_the_question_named_them():
    scoped = replace(ANSWER, scope=Scope(tags=("economy",)), scope_named=True)
    told = as_view(replace(ANSWERED, answer=scoped))
    assert (told["scope"], told["named"]) == ("Asked of: tag economy.", True)
    noted = as_view(replace(ANSWERED, answer=replace(ANSWER, scope_note="All were asked.")))
    assert (noted["scope"], noted["named"]) == ("All were asked.", False)
    assert as_view(ANSWERED)["scope"] == ""
