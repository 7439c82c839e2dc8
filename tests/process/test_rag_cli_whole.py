"""The commands `footnote overview` and `footnote timeline`, as a user runs them."""

import json

import pytest
from command_desk import MISUSE, SOUND, Desk, Here

_FARM = "The farm was built in 1950 by a sailor. Nobody had lived there before him.\n"


@pytest.fixture(autouse=True)
def farm(desk: Desk, here: Here) -> None:
    desk.write("farm.txt", _FARM)
    assert here("add", "farm.txt").code == SOUND


def test_an_overview_is_a_list_with_places(here: Here) -> None:
    done = here("overview", "dogs")
    assert done.code == SOUND
    assert done.printed.startswith("- Dogs bark at night. [1]\n\n[1] Cats, characters 20-39")


def test_a_topic_that_no_article_names_is_refused_in_a_sentence(here: Here) -> None:
    done = here("overview", "unicorns")
    assert done.code == SOUND
    assert done.printed.startswith("No answer found in 2 articles: ")


def test_a_timeline_has_the_date_above_its_statement(here: Here) -> None:
    done = here("timeline", "farm")
    assert done.code == SOUND
    assert done.printed.startswith("1950\n    The farm was built in 1950 by a sailor. [1]\n")


def test_a_timeline_of_nothing_is_a_sentence(here: Here) -> None:
    assert here("timeline", "unicorns").printed == "The documents date nothing about 'unicorns'.\n"


@pytest.mark.parametrize("command", ["overview", "timeline"])
def test_json_has_every_citation(here: Here, command: str) -> None:
    told = json.loads(here(command, "farm", "--json").printed)
    told_as = told["sentences"] if command == "overview" else told["entries"]
    assert {n for one in told_as for n in one["citations"]} == {
        citation["number"] for citation in told["citations"]
    }


@pytest.mark.parametrize("command", ["overview", "timeline"])
@pytest.mark.parametrize("topic", ["", "?!", "x" * 2001])
def test_a_wrong_topic_is_one_sentence(here: Here, command: str, topic: str) -> None:
    done = here(command, topic)
    assert (done.code, done.printed) == (MISUSE, "")
    assert "topic" in done.said
    assert "\n" not in done.said.strip()
