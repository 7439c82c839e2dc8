"""What a page is told of a turn."""

import json
from dataclasses import replace

import pytest

from rag import Answer, AnswerSentence, Card, Citation, Scope
from rag.types import Usage
from ui.chat.turn import Turn
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


QUOTE = "The number of members rose from 410 to 455 within a year."
MEMBERS = replace(SOURCE, quote=QUOTE, start=0, end=len(QUOTE))
ROSE = AnswerSentence(text=QUOTE, citations=(1,), span=(32, 35))


def quoted(sentence=ROSE, citation=MEMBERS, **answer):
    made = replace(ANSWER, model="extractive", usage=Usage(), **answer)
    (said,) = as_view(replace(ANSWERED, sentences=(sentence,), citations=(citation,), answer=made))[
        "sentences"
    ]
    return said


@pytest.mark.parametrize(
    ("short", "lit"),
    [("455", [[39, 42]]), ("410", [[32, 35]]), (None, []), ("Yes", []), ("41", [])],
)
def test_only_the_words_of_the_short_answer_are_lit(short, lit):
    assert quoted(short=short)["lit"] == lit


def test_words_that_stand_twice_are_lit_where_they_are_marked_and_else_nowhere():
    twice = replace(ROSE, text="Of 12 boats 12 sank.", span=(12, 14))
    assert quoted(twice, short="12")["lit"] == [[12, 14]]
    assert quoted(replace(twice, span=None), short="12")["lit"] == []


def test_what_a_source_has_word_by_word_is_told_from_what_leads_it_in():
    told = f"But another document says: {QUOTE}"
    said = quoted(replace(ROSE, text=told, span=(66, 69)))
    assert (said["quote"], said["against"], said["lit"]) == (
        [27, 27 + len(QUOTE)],
        "otherwise",
        [[66, 69]],
    )
    earlier = quoted(replace(ROSE, text=f"Earlier, on 2022-04-01, another document said: {QUOTE}"))
    assert (earlier["against"], earlier["day"]) == ("earlier", "2022-04-01")


def test_a_row_of_a_table_is_told_cell_by_cell():
    row = "Town: Lindvik; 2021: 18400."
    of_table = replace(MEMBERS, quote=row, card=replace(SOURCE.card, media_type="text/csv"))
    said = quoted(AnswerSentence(text=row, citations=(1,), span=(21, 26)), of_table, short="18400")
    assert said["cells"] == [["Town", "Lindvik", False], ["2021", "18400", True]]
    assert quoted()["cells"] is None


@pytest.mark.parametrize(
    ("text", "note", "fixes"),
    [
        ("It took twenty-eight thousand lives.", "the source says twenty-seven thousand, not "
         "twenty-eight thousand", [[8, 20, "twenty-seven"]]),
        ("They met on March 31st.", "the source says March 30th, not March 31st",
         [[18, 22, "30th"]]),
        ("In 1946, Ann.", "the source says 1945, not 1946; the source says Bo, not Ann",
         [[3, 7, "1945"], [9, 12, "Bo"]]),
        ("It may be.", "the source does not say “may”", []),
        ("It was 28000.", "the source says 27,000, not 28,000", []),
    ],
)  # fmt: skip
def test_words_that_differ_are_put_right_where_they_stand(text, note, fixes):
    altered = replace(SAID, text=text, note=note)
    (said,) = as_view(replace(ANSWERED, sentences=(altered,)))["sentences"]
    assert said["fixes"] == fixes


def test_a_remedy_in_settings_of_the_environment_is_left_to_the_page():
    told = "my-model did not finish within 60 s: raise FOOTNOTE_LLM_DEADLINE, or choose another"
    view = as_view(replace(ANSWERED, answer=replace(ANSWER, fallback=told)))
    assert view["failure"] == {"what": "my-model did not finish within 60 s", "settings": True}
    plain = as_view(Turn(number=1, question="?", problem="Gone: add it again."))["failure"]
    assert plain == {"what": "Gone: add it again", "settings": False}
