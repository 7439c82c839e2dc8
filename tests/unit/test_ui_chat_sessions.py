"""Conversations are kept apart, found again by their token, and let go."""

from dataclasses import replace

import pytest

from rag import MisuseError
from ui.chat.conversation import Sessions
from ui.chat.turn import Turn
from ui.settings import Choices

MINE, THEIRS = "a" * 32, "b" * 32
ASKED = Turn(number=1, question="Why?")


def numbers(turns):
    return [turn.number for turn in turns]


def test_a_conversation_is_found_by_its_token_only():
    sessions = Sessions()
    sessions.put(MINE, ASKED)
    assert sessions.turns(MINE) == (ASKED,)
    assert sessions.turns(THEIRS) == ()


@pytest.mark.parametrize("token", [None, 7, "", "a", "A" * 32, "a" * 33, ["a" * 32], {}])
def test_what_is_no_token_finds_and_keeps_nothing(token):
    sessions = Sessions()
    sessions.put(token, ASKED)
    sessions.choose(token, Choices(k=3))
    assert sessions.turns(token) == ()
    assert sessions.choices(token) == Choices()


def test_a_turn_takes_the_place_of_its_earlier_self():
    sessions = Sessions()
    assert [sessions.begin(MINE), sessions.begin(MINE)] == [1, 2]
    sessions.put(MINE, ASKED)
    sessions.put(MINE, Turn(number=2, question="And then?"))
    sessions.put(MINE, replace(ASKED, problem="Gone."))
    assert [turn.problem for turn in sessions.turns(MINE)] == ["Gone.", ""]


def test_what_was_stopped_stays_as_it_is():
    sessions = Sessions()
    sessions.put(MINE, ASKED)
    assert numbers(sessions.stop(MINE)) == [1]
    assert not sessions.put(MINE, replace(ASKED, model="late"))
    assert sessions.turns(MINE) == (replace(ASKED, stopped=True),)


def test_follow_ups_may_be_added_to_what_is_over():
    sessions = Sessions()
    over = replace(ASKED, problem="Gone.")
    sessions.put(MINE, over)
    assert sessions.put(MINE, replace(over, follow_ups=(("How?", "a"),)))


def test_a_turn_asked_again_is_put_away_with_those_after_it_and_had_back():
    sessions = Sessions()
    for _ in range(3):
        sessions.put(MINE, Turn(number=sessions.begin(MINE), question="Why?"))
    known, count = sessions.put_away(MINE, 2)
    assert (numbers(sessions.turns(MINE)), count) == ([1], 2)
    sessions.put(MINE, Turn(number=sessions.begin(MINE), question="Why?"))
    sessions.put_back(MINE, known)
    assert numbers(sessions.turns(MINE)) == [1, 2, 3, 4]
    for token, unknown in ((MINE, known), ("b" * 32, known), (MINE, {})):
        with pytest.raises(MisuseError, match="cannot be had back any more"):
            sessions.put_back(token, unknown)


def test_an_answer_that_comes_late_does_not_bring_back_what_was_forgotten():
    sessions = Sessions()
    late = Turn(number=sessions.begin(MINE), question="Why?")
    sessions.put(MINE, late)
    sessions.put_away(MINE, 0)
    assert not sessions.put(MINE, replace(late, problem="Gone."))
    assert sessions.turns(MINE) == ()
    assert sessions.put(MINE, Turn(number=sessions.begin(MINE), question="How?"))


def test_a_long_conversation_lets_its_oldest_turns_go():
    sessions = Sessions()
    for number in range(1, 111):
        sessions.put(MINE, Turn(number=number, question="Why?"))
    assert numbers(sessions.turns(MINE)) == list(range(11, 111))


def test_a_conversation_is_let_go_an_hour_after_it_was_last_used():
    times = iter([0.0, 3599.0, 7000.0, 10_600.0])
    sessions = Sessions(clock=lambda: next(times))
    sessions.put(MINE, ASKED)
    assert sessions.turns(MINE)
    assert sessions.turns(MINE)
    assert sessions.turns(MINE) == ()


def test_the_conversation_unused_longest_makes_room_for_new_ones():
    sessions = Sessions()
    sessions.put(MINE, ASKED)
    for number in range(200):
        sessions.put(f"{number:032x}", ASKED)
    assert sessions.turns(MINE) == ()
    assert sessions.turns(f"{199:032x}") == (ASKED,)
