"""Who holds an office, what one pays and who wrote it are told of that, or not at all."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import Article, Assistant, Settings

WEIR = """# The weir at Tolm turns again
3 May 2026, by Anna Berg

The weir at Tolm makes power again, thirty years after its wheel was taken out. The Weir Society \
spent two winters on it. Digging out the channel took Jonas Hove, a retired baker, and four \
neighbours a month.
The old gate could not be mended; a new one from a scrapped barge is in its place.
The work cost 90,000 crowns. The parish paid a third, the savings bank 20,000 crowns, and the rest \
came from 240 members. The college paid nothing but lent its crane.
Ida Sand chairs the parish council. She cut the ribbon in the rain.
"""

LIGHT = """# The old lighthouse on Gull Point shines again
*3 May 2026, by Anna Berg*

The lighthouse on Gull Point will be open to visitors from 6 June, ten years after the last keeper \
left. The volunteers of the Friends of Gull Point have spent three winters on the building.
The lamp had rusted to its rail. Freeing it took Jonas Hove, a retired smith, and two helpers a \
month.
The motor that used to turn it could not be saved; a new one from a scrapped ski lift now does \
the work.
The repairs cost 90,000 crowns. The county paid half of that, the lottery fund 20,000 crowns, and \
the rest came from 240 donors. The harbour master, Lone Bech, called the work overdue.
"""


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    settings = Settings.load(library=tmp_path_factory.mktemp("library"), seeds=False)
    with Assistant.open(settings) as opened:
        opened.library.add_articles([Article(source="weir", title="The weir at Tolm", text=WEIR)])
        yield opened


@pytest.mark.parametrize(
    "question",
    ["Who is the head of the Weir Society?", "Who is the director?", "Who made the new gate?"],
)
def test_nobody_is_named_for_what_the_article_does_not_tell(
    assistant: Assistant, question: str
) -> None:
    assert assistant.ask(question).status == "abstained"


@pytest.mark.parametrize(
    ("question", "short"),
    [
        ("Who dug out the channel?", "Jonas Hove"),
        ("Who is the head of the parish council?", "Ida Sand"),
        ("How much did the savings bank pay?", "20,000 crowns"),
        ("Who wrote this article?", "Anna Berg"),
        ("Who is the author?", "Anna Berg"),
    ],
)
def test_what_it_tells_is_answered(assistant: Assistant, question: str, short: str) -> None:
    assert short in (assistant.ask(question).short or "")


@pytest.fixture(scope="module")
def of_the_light(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    settings = Settings.load(library=tmp_path_factory.mktemp("library"), seeds=False)
    with Assistant.open(settings) as opened:
        opened.library.add_articles([Article(source="light", title="Gull Point", text=LIGHT)])
        yield opened


@pytest.mark.parametrize(
    "question",
    [
        "Who is the director of the lighthouse?",
        "Who is the head of the Friends?",
        "Who is the captain of the harbour?",
        "Who made the new motor?",
        "How much did the university contribute?",
        "Who wrote the article about the ferry?",
    ],
)
def test_a_byline_a_helper_a_ski_lift_and_the_donors_answer_nothing_else(
    of_the_light: Assistant, question: str
) -> None:
    assert of_the_light.ask(question).status == "abstained"


def test_what_a_thing_costs_is_not_what_its_members_gave(assistant: Assistant) -> None:
    assert assistant.ask("How much did the members contribute?").short != "90,000 crowns"


def test_a_number_of_people_is_no_sum(assistant: Assistant) -> None:
    for payer in ("college", "members", "province"):
        assert "240" not in (assistant.ask(f"How much did the {payer} contribute?").short or "")


def test_a_writer_told_by_the_card_is_cited_where_the_head_has_the_name(tmp_path: Path) -> None:
    named, unnamed = tmp_path / "named.md", tmp_path / "unnamed.md"
    card = "---\nauthor: Ida Sand\n---\n"
    named.write_text(f"{card}Ida Sand reports from Tolm.\n\nThe weir makes power.\n", "utf-8")
    unnamed.write_text(f"{card}The weir makes power. The wheel was taken out.\n", "utf-8")
    with Assistant.open(Settings.load(library=tmp_path / "a", seeds=False)) as opened:
        opened.library.add(unnamed)
        assert opened.ask("Who wrote this article?").status == "abstained"
        opened.library.add(named)
        answer = opened.ask("Who wrote this article?")
    assert (answer.short, answer.sentences[0].text) == ("Ida Sand", "Ida Sand reports from Tolm.")


BRIDGE = """The town of Holmvik opened its new footbridge on Saturday. Mayor Tove Lind cut the
ribbon before some 400 people. Anders Bakke, director of the Harbour Museum, had collected
signatures for it since 2019. The neighbouring town of Sandnes paid a third of the price.
Nils Berg, captain of the football club Holmvik IL, was the first to cross.
"""


@pytest.fixture(scope="module")
def of_the_bridge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    settings = Settings.load(library=tmp_path_factory.mktemp("library"), seeds=False)
    with Assistant.open(settings) as opened:
        title = "Holmvik gets a new bridge"
        opened.library.add_articles([Article(source="b", title=title, text=BRIDGE)])
        yield opened


@pytest.mark.parametrize(
    ("question", "short"),
    [
        ("Who is the mayor of Holmvik?", "Tove Lind"),
        ("Who is the mayor of Sandnes?", None),
        ("Who is the director of the Harbour Museum?", "Anders Bakke"),
        ("Who is the director of the Railway Museum?", None),
        ("Who is the captain of Holmvik IL?", "Nils Berg"),
        ("Who is the captain of the handball club?", None),
    ],
)
def test_who_holds_an_office_in_one_town_holds_it_in_no_other(
    of_the_bridge: Assistant, question: str, short: str | None
) -> None:
    answer = of_the_bridge.ask(question)
    assert (answer.status == "answered", answer.short) == (short is not None, short)
