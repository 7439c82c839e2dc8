"""Statements are turned into questions that read well alone; most sentences give none."""

import pytest

from eval.suites.turning import turned

ARTICLE = """Nakatani met Pete Hegseth. “We agree,” said Nakatani. Steel came from Talin.
The town liked Arcosur."""


@pytest.mark.parametrize(
    ("sentence", "question", "answer"),
    [
        (
            "The Skell Bridge between Varnmouth and Eastholm opened to traffic on Saturday, "
            "14 June 2025.",
            "When did the Skell Bridge between Varnmouth and Eastholm open to traffic?",
            "14 June 2025",
        ),
        (
            "Then, on 20 October 2023, a crane barge sank off Eastholm in a storm.",
            "When did a crane barge sink off Eastholm in a storm?",
            "20 October 2023",
        ),
        (
            "The harbour of Lindvik was dredged in the spring of 2024\nfor the first time since "
            "1987, and the work cost 2.4 million crowns.",
            "When was the harbour of Lindvik dredged?",
            "spring of 2024",
        ),
        (
            "The Tide Festival was founded in 2007 by the publican Hugh Petrie.",
            "Who founded the Tide Festival in 2007?",
            "the publican Hugh Petrie",
        ),
        (
            "Beside her stood Iqbal Rahmani, who has led Tamsin county council since 2023.",
            "Who has led Tamsin county council since 2023?",
            "Iqbal Rahmani",
        ),
        (
            "The museum goes back to Axel Lindqvist (1861–1934), who moved to Varnmouth in 1889.",
            "Who moved to Varnmouth in 1889?",
            "Axel Lindqvist",
        ),
        (
            "Minister of Defense of Japan, Gen Nakatani, and the United States Secretary of "
            "Defense, Pete Hegseth, had the first meeting.",
            "Who is the United States Secretary of Defense?",
            "Pete Hegseth",
        ),
        (
            "Skell Crossings has received £3.4 million in compensation.",
            "How much has Skell Crossings received in compensation?",
            "£3.4 million",
        ),
        (
            "Arcosur sold 12 old ferries to Estonia, which was glad.",
            "How many old ferries did Arcosur sell to Estonia?",
            "12",
        ),
        (
            "The Battle of Dorylaeum took place during the First Crusade on July 1, 1097, near it.",
            "When did the Battle of Dorylaeum take place during the First Crusade?",
            "July 1, 1097",
        ),
        (
            "Arcosur has led the Talin Port Group since 2018.",
            "Since when has Arcosur led the Talin Port Group?",
            "2018",
        ),
        (
            "Karin Holst was a politician and author.",
            "Who was Karin Holst?",
            "a politician and author",
        ),
        (
            "There are now an estimated 1,500 wolves in Poland.",
            "How many wolves are there in Poland?",
            "1,500",
        ),
        (
            "The Lindqvist Museum of Sound is a museum of musical instruments.",
            "What is the Lindqvist Museum of Sound?",
            "a museum of musical instruments",
        ),
        (
            "Arcosur was the first company in Talin to build ships of glass.",
            "What was the first company in Talin to build ships of glass?",
            "Arcosur",
        ),
        (
            "Axel Lindqvist was born in Gothenburg in 1861.",
            "Where was Axel Lindqvist born?",
            "Gothenburg",
        ),
        (
            "Nakatani intended to pursue co-production of SM-6.",
            "Who intended to pursue co-production of SM-6?",
            "Nakatani",
        ),
    ],
)
def test_a_statement_becomes_the_question_that_it_answers(sentence, question, answer):
    found = {one.question: one.answer for one in turned(sentence, article=ARTICLE)}
    assert found.get(question) == answer


@pytest.mark.parametrize(
    "sentence",
    [
        "It opened to traffic on 14 June 2025.",
        "She moved to Varnmouth in 1889.",
        "The company bore £6 million of the extra cost itself.",
        "The contract had gone to Arcosur in December 2021.",
        "The trial was led by Professor Ana Verhovec of the Institute for Border Medicine.",
        "Steel prices rose steeply in 2022.",
        "Hegseth attended the ceremony on 29 March 2025.",
        "Arcosur did not open the Skell Bridge in 2024.",
        "Arcosur asked the regulator for approval last month.",
        "Victoria has a written constitution enacted in 1975.",
        "“Arcosur opened the Skell Bridge in 2024.”",
        "Since Exmoor was opened in 2011, Arcosur has grown.",
        "Arcosur has received £3.4 million of the bill.",
        "The medal went to Marek Belka, historian Dipesh Chakrabarty, biologist Jerry Coyne, "
        "physicist James Cronin, economist George Stigler, and others.",
        "The vicar was convicted of Puritan practices in 1634.",
        "Saturday's Mackinlay Cup had four goals.",
        "North Yemen joined on 5 May 1945.",
        "The first episode was recorded at the BBC on 7 September 1969.",
        "Arcosur opens the Skell Bridge",
        "",
    ],
)
def test_what_hangs_on_another_sentence_or_has_another_form_gives_no_question(sentence):
    assert turned(sentence, article=ARTICLE) == ()
