import json
import re
from pathlib import Path

import pytest

from rag import follow_up as rules
from rag.question import read_question
from rag.types import Turn

_DIALOGUES = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "data/dialogues.jsonl").read_text("utf-8").splitlines()
]
_BRIDGE = Turn(question="When does the old bridge open?", text="It opens on 3 May. [1]")


def stand_alone(question: str, history: list[Turn]) -> str:
    return rules.stand_alone(read_question(question), history).text


@pytest.mark.parametrize("dialogue", _DIALOGUES, ids=lambda d: f"{d['follow_up']}")
def test_a_follow_up_carries_over_the_entity_that_it_lacks(dialogue: dict[str, object]) -> None:
    turns = [Turn(question=question, text=text) for question, text in dialogue["turns"]]  # type: ignore[attr-defined]
    assert stand_alone(str(dialogue["follow_up"]), turns) == dialogue["searched"]


@pytest.mark.parametrize(
    "question",
    [
        "How tall is the Tokyo Tower?",
        "Who is Shigeru Ishiba?",
        "And who is Shigeru Ishiba?",
        "Did Hegseth say that he agrees?",
        "Is it true that trams are loud?",
        "Which trams are there in the city that has them?",
        "What does the law say about that ship?",
    ],
)
def test_a_new_subject_does_not_drag_the_old_one_along(question: str) -> None:
    searched = stand_alone(question, [_BRIDGE])
    assert "bridge" not in searched.casefold()


@pytest.mark.parametrize(
    ("question", "text", "follow_up", "searched"),
    [
        ("Who is Ada Moreau?", "Portugal and Chile signed it. [1]", "What did she say?",
         "What did Ada Moreau say?"),
        ("Who is Moreau?", "Bo Lindqvist met Ada Moreau. [1]", "When was she born?",
         "When was Moreau born?"),
        ("Who was Ada Moreau married to?", "She married Bo Lindqvist. [1]", "Where did he live?",
         "Where did Bo Lindqvist live?"),
        ("Who runs the port of Porto?", "Portugal chose Bo Lindqvist in May. [1]",
         "What did he promise?", "What did Bo Lindqvist promise?"),
        ("When did Portugal sign the treaty?", "Minister Moreau signed it in Rome. [1]",
         "What did she say?", "What did Minister Moreau say?"),
        ("What did Moreau open?", "Bo Lindqvist watched Moreau. [1]", "Why did she come?",
         "Why did Moreau come?"),
        ("Who signed it?", "Ada Moreau and Bo Lindqvist did. [1]", "What did she say?",
         "What did Ada Moreau say?"),
        ("Who signed it?", "The EU, Chile, the Bank of Porto and Harbour Police did. [1]",
         "What did he say?", "What did he say?"),
    ],
)  # fmt: skip
def test_he_and_she_are_persons_and_first_the_one_who_was_named(
    question: str, text: str, follow_up: str, searched: str
) -> None:
    assert stand_alone(follow_up, [Turn(question=question, text=text)]) == searched


def test_without_a_history_a_question_stays_as_it_is() -> None:
    assert stand_alone("  Who\u200b makes it? ", []) == "Who makes it?"


@pytest.mark.parametrize("question", ["", "?", "and", "And?", "it", "What about", "WHY???", "🙂"])
def test_a_question_of_almost_nothing_is_no_trouble(question: str) -> None:
    assert isinstance(stand_alone(question, [_BRIDGE, Turn(question="", text="")]), str)
    assert isinstance(stand_alone(question, [_BRIDGE]), str)


_ASKED = [
    ("What did the council decide about the harbour?", "It decided to close it in winter. [1]"),
    ("How many books does the Lindvik library lend each year?", "It lends 40,000 books. [1]"),
    ("Which company built the wind farm off Karsund?", "Nordvind built the wind farm. [1]"),
    ("Was the strike at the shipyard successful?", "The strike ended after ten days. [1]"),
    ("Does the ferry take cars?", "The ferry takes cars and bicycles. [1]"),
]
_AFTER = [
    "And the school?", "What about bicycles?", "What about Bergen?", "And the old one?",
    "And in summer?", "And its cost?", "And her age?", "And then?", "Tell me more.", "Which one?",
]  # fmt: skip


@pytest.mark.parametrize("turn", _ASKED, ids=lambda turn: turn[0])
@pytest.mark.parametrize("follow_up", _AFTER)
def test_nothing_that_is_searched_is_garbled(turn: tuple[str, str], follow_up: str) -> None:
    searched = stand_alone(follow_up, [Turn(question=turn[0], text=turn[1])])
    assert not re.search(r"\b(?:the|a|its) (?:the|a|its)\b|\b(\w+) \1\b|'s's", searched)
    assert searched[0].isupper()


def test_more_is_asked_of_what_was_spoken_of() -> None:
    assert stand_alone("Tell me more.", [_BRIDGE]) == "Tell me about the old bridge."


def test_another_one_that_was_never_named_stays_unknown() -> None:
    assert stand_alone("What about the other one?", [_BRIDGE]) == "What about the other one?"


@pytest.mark.parametrize(
    ("question", "follow_up", "searched"),
    [
        ("What is the Karsund bridge's length?", "And what about the Talin bridge?",
         "What is the Talin bridge's length?"),
        ("Who grows roses?", "And beans?", "Who grows beans?"),
        ("Which company built the wind farm off Karsund?", "When was that?",
         "When was it that a company built the wind farm off Karsund?"),
        ("May I bring my dog to the fair?", "What about a bicycle?",
         "May I bring a bicycle to the fair?"),
        ("What does entry cost for adults?", "And for my daughter, who is 12?",
         "What does entry cost for my daughter, who is 12?"),
    ],
)  # fmt: skip
def test_a_part_is_put_into_the_question_and_not_behind_it(
    question: str, follow_up: str, searched: str
) -> None:
    assert stand_alone(follow_up, [Turn(question=question, text="")]) == searched


def test_a_part_that_has_no_like_is_not_answered_by_the_old_question() -> None:
    turn = Turn(question="What did the council decide about the harbour?", text="")
    assert stand_alone("What about Bergen?", [turn]) == "What about Bergen?"


def test_what_hangs_on_a_noun_goes_with_it_though_the_answer_leaves_it_out() -> None:
    turn = Turn(question="What did the repair of the roof cost?", text="The repair cost 9,000.")
    assert stand_alone("Who paid for it?", [turn]) == "Who paid for the repair of the roof?"


@pytest.mark.parametrize(
    ("asked", "put"),
    [
        ("How many fought the fire at the mill and what caused it?", None),
        ("Who owns the mill, and where is it?", None),
        ("When was it built and what did it cost?", "When was the old bridge built and"),
    ],
)
def test_a_pronoun_behind_a_noun_of_its_own_question_takes_none_of_another(asked, put):
    history = [Turn(question="Who designed the old bridge?", text="Ida Sand designed it.")]
    meant = stand_alone(asked, history)
    assert meant.startswith(put) if put else meant == asked
