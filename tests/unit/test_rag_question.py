"""What a question asks for, and which sentences hold it."""

import pytest

from rag.question import (
    AnswerType,
    hedges,
    holds,
    is_named,
    names,
    numbers,
    read_question,
    words,
)


@pytest.mark.parametrize(
    ("question", "expects"),
    [
        ("Who signed the treaty?", "person"),
        ("When did the bridge open?", "date"),
        ("In what year was it built?", "date"),
        ("How long did the talks last?", "duration"),
        ("How many people came?", "amount"),
        ("What percentage of voters agreed?", "amount"),
        ("How much did the bridge cost?", "money"),
        ("What is the price of bread?", "money"),
        ("Which of these is a cost of meat?", "any"),
        ("How much rain fell?", "amount"),
        ("Where was the treaty signed?", "place"),
        ("In which city did they meet?", "place"),
        ("Why did the mayor resign?", "reason"),
        ("Did the mayor resign?", "yes_no"),
        ("Which missile will be built?", "any"),
        ("Tell me about the bridge.", "any"),
        ("", "any"),
        ("Which judge heard the case?", "person"),
        ("Whose boat sank?", "person"),
        ("By whom was it built?", "person"),
        ("For whose good is the wax sold?", "person"),
        ("At which station does the train stop?", "place"),
        ("On what day of the week is it closed?", "date"),
        ("Do you know when it opens?", "date"),
        ("After how many hours should the filter be changed?", "duration"),
        ("According to the mayor, how many came?", "amount"),
        ("price of a ticket", "money"),
        ("What sum did the donor give?", "money"),
        ("What was the reason for the delay?", "reason"),
        ("What do people eat there?", "any"),
        ("What happened to the judge?", "any"),
    ],
)
def test_a_question_asks_for(question: str, expects: AnswerType) -> None:
    assert read_question(question).expects == expects


@pytest.mark.parametrize(
    ("question", "expects"),
    [
        ("When the lake had burst, what happened to the hut?", "any"),
        ("When was the hut built?", "date"),
        ("When did they leave, and who saw them?", "date"),
        ("Because two doctors were ill, how many operations were put off?", "amount"),
        ("After the scholar who had vouched died, where was he buried?", "place"),
        ("Who, in the words of the report, will have to pay?", "person"),
        ("By what means are guests helped who cannot walk?", "any"),
        ("After the flood, did the town build a dam?", "yes_no"),
        ("If it rains, is the market held?", "yes_no"),
    ],
)
def test_what_leads_a_question_in_is_not_what_it_asks(question: str, expects: AnswerType) -> None:
    assert read_question(question).expects == expects


@pytest.mark.parametrize(
    ("question", "expects"),
    [
        ("May I bring a dog?", "yes_no"),
        ("Isn’t the museum open?", "yes_no"),
        ("The museum is open on Mondays, isn't it?", "yes_no"),
        ("Can you tell me if the museum is open?", "yes_no"),
        ("Tell me whether it was sold.", "yes_no"),
        ("Is the bridge safe or not?", "yes_no"),
        ("May dogs or cats be brought into the garden?", "yes_no"),
        ("Is the bridge old or new?", "any"),
        ("Was it built in 1964 or in 1974?", "any"),
    ],
)
def test_a_choice_is_no_question_for_yes_or_no(question: str, expects: AnswerType) -> None:
    assert read_question(question).expects == expects


@pytest.mark.parametrize(
    ("question", "several"),
    [
        ("What are the goals of the plan?", True),
        ("Which countries joined?", True),
        ("What did they agree on?", True),
        ("List the members.", True),
        ("What is the goal of the plan?", False),
        ("Which country joined?", False),
        ("What was the goal of the plan?", False),
        ("What does the plan cost the town?", False),
        ("What has the town bought?", False),
        ("What does the mayor say about it?", True),
        ("What makes the bread rise?", False),
        ("What happens when it rains?", False),
        ("What countries in Europe joined?", True),
        ("Who resigned?", False),
    ],
)
def test_a_question_asks_for_several_things(question: str, several: bool) -> None:
    assert read_question(question).several is several


@pytest.mark.parametrize(
    ("question", "open_ended"),
    [
        ("What did they agree on?", True),
        ("What does the mayor say about it?", True),
        ("What have they promised to do?", True),
        ("What are the goals of the plan?", False),
        ("Which countries joined?", False),
        ("What did the bridge cost?", False),
    ],
)
def test_a_question_asks_what_was_said_or_done(question: str, open_ended: bool) -> None:
    assert read_question(question).open_ended is open_ended


@pytest.mark.parametrize(
    ("expects", "sentence", "held"),
    [
        ("date", "The bridge opened on 3 May.", True),
        ("date", "The bridge opened after the war.", False),
        ("duration", "The talks went on for two days.", True),
        ("duration", "The talks went on in May.", False),
        ("amount", "Some twenty-seven thousand came.", True),
        ("amount", "Many came.", False),
        ("money", "It cost £300.", True),
        ("amount", "They bought the SM-6.", False),
        ("money", "It cost twice as much.", True),
        ("money", "It cost many lives.", False),
        ("money", "It was a one-off.", False),
        ("date", "The doors open at 19.30.", True),
        ("date", "It is closed on Mondays.", True),
        ("duration", "He was away for two seasons.", True),
        ("person", "A judge and two pupils came.", True),
        ("place", "It is kept in a building by the river.", True),
        ("person", "Ada Lovelace wrote it.", True),
        ("person", "The bridge is old.", False),
        ("any", "Anything.", True),
    ],
)
def test_a_sentence_holds_the_type(expects: AnswerType, sentence: str, held: bool) -> None:
    assert holds(expects, sentence, asked="What of the bridge?") is held


def test_the_unit_that_a_question_names_is_part_of_its_answer() -> None:
    assert holds("duration", "It takes five years.", asked="How many years does it take?")


def test_what_the_question_says_itself_is_not_an_answer() -> None:
    assert not holds("amount", "The 27 voted.", asked="Why did the 27 vote?")
    assert not holds("person", "Lovelace resigned.", asked="Who is Lovelace?")


def test_who_somebody_is_may_be_told_behind_the_name() -> None:
    told = "It is loud, said Ellen Priddy, 81, who lives by the church."
    assert holds("person", told, asked="Who is Ellen Priddy?")
    assert not holds("person", "It is loud, said Ellen Priddy, 81.", asked="Who is Ellen Priddy?")


def test_a_question_is_one_clean_line() -> None:
    assert read_question("  Who\x00 \n came\u200b? ").text == "Who came ?"


def test_names_are_capitalised_words_without_openers() -> None:
    assert names("The mayor of Paris met Ada’s sister.") == {"paris", "ada"}
    assert names("Somebody has to be at home.") == set()


def test_hedges_are_words_that_only_intend_or_suppose() -> None:
    assert hedges("They may plan a bridge.", asked="What is built?") == 2
    assert hedges("They may plan a bridge.", asked="What do they plan?") == 1
    assert hedges("They build a bridge.", asked="What is built?") == 0
    assert hedges("They built it in May.", asked="What is built?") == 0


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Ethiopian", "The court sits in Ethiopia."),
        ("Italy", "An Italian firm won."),
        ("Siemens-led", "Siemens leads the group."),
        ("Siemens", "The Siemens-led group won."),
        ("Kriz", "Kříž came."),
        ("Ortiz's", "Dana Ortiz came."),
        ("Wickramarachchi", "Mr Wickramarachi came."),
    ],
)
def test_a_name_is_known_in_another_form(name: str, text: str) -> None:
    (asked,) = names(name)
    assert is_named(asked, words(text))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Austria", "In Australia."),
        ("Anna", "Anne came."),
        ("Iraq", "In Iran."),
        ("Berg", "Bergen."),
    ],
)
def test_another_name_is_not_taken_for_it(name: str, text: str) -> None:
    (asked,) = names(name)
    assert not is_named(asked, words(text))


def test_numbers_are_read_in_digits_and_in_words() -> None:
    assert numbers("Twelve of 27,000 came, one by one.") == {"12", "27000"}
