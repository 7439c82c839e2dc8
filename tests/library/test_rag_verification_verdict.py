"""Verdicts of single claims over small articles, through the Python API."""

import pytest

from index.embedding import load_embedder
from rag import Article, Assistant, MisuseError, Settings, verify
from rag.testing import open_assistant

_PORT = (
    "Dock workers in Rotterdam rejected an offer of 4.5 percent on Wednesday. The city council "
    "voted 27 to 18 against asking the government for help. The port handled 467 million tonnes "
    "last year, 0.3 percent less than in 2022. A court will decide on Friday. The harbour master, "
    "Maria Lindgren, praised the council. The union intends to call a strike in May. It could not "
    "say whether the ships may wait. The port lost 21 million euros in 2021."
)
_CANAL = (
    "The Talin canal was opened in 1964 after four years of work. It cost 12 million crowns, of "
    "which the state paid half. The canal is 310 metres long and carries two lanes of boats. "
    "The guarantee is two years, and five years for the gates."
)
_TRAM = (
    "The tram leaves the square at 8:15 from Monday to Friday and at 9:30 on Saturdays. It does "
    "not run on Sundays. Dogs are not allowed before 10:00. A ticket costs 3.50 euros."
)


_LORE = (
    "It is not true that the Marl bridge opened in 1963. Rossi denied that he had stolen the ring. "
    "Did Samuel Reed build Fort Almy in 1811? In 1866 Moritz Kahn tried to murder Duke Albrecht."
)


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    settings = Settings.load(library=tmp_path_factory.mktemp("judge") / "library", seeds=False)
    assistant = open_assistant(settings, embedder=load_embedder())
    assistant.library.add_articles(
        [
            Article(source="port", title="Port strike", text=_PORT),
            Article(source="canal", title="The Talin canal", text=_CANAL),
            Article(source="tram", title="Timetable of the tram", text=_TRAM),
            Article(source="lore", title="What is told", text=_LORE),
        ]
    )
    return assistant


def verdict_of(assistant: Assistant, claim: str) -> str:
    (found,) = verify(claim, assistant=assistant).claims
    return found.verdict


@pytest.mark.parametrize(
    "claim",
    [
        "Dock workers in Rotterdam rejected an offer of 4.5 per cent.",
        "The port handled 467,000,000 tonnes last year.",
        "The Talin canal was opened in 1964.",
        "The canal is 310 metres long.",
        "The canal cost 12 million crowns.",
        "The tram does not run on Sundays.",
        "Dogs are not allowed before 10:00.",
        "Maria Lindgren praised the council.",
        "The port lost 21 million euros in 2021.",
    ],
)
def test_a_true_claim_is_supported(assistant: Assistant, claim: str) -> None:
    assert verdict_of(assistant, claim) == "supported"


@pytest.mark.parametrize(
    "claim",
    [
        "The Marl bridge opened in 1963.",
        "Rossi had stolen the ring.",
        "Samuel Reed built Fort Almy in 1811.",
        "Moritz Kahn murdered Duke Albrecht in 1866.",
    ],
)
def test_what_a_source_denies_asks_or_tells_as_tried_is_not_supported(
    assistant: Assistant, claim: str
) -> None:
    (found,) = verify(claim, assistant=assistant).claims
    assert (found.verdict, found.note) == ("altered", "the source does not say that it is so")


def test_that_a_source_denies_it_is_supported(assistant: Assistant) -> None:
    assert verdict_of(assistant, "Rossi denied that he had stolen the ring.") == "supported"


@pytest.mark.parametrize(
    "claim",
    [
        "The canal was opened after 1964.",
        "The canal was opened before 1964.",
        "The canal was opened by 1964.",
        "The canal was opened until 1964.",
        "The canal is under 310 metres long.",
        "The canal is more than 310 metres long.",
        "The canal cost up to 12 million crowns.",
        "The canal cost over 12 million crowns.",
        "The canal may have been opened in 1964.",
        "Dogs are not allowed after 10:00.",
        "Dogs are not allowed until 10:00.",
        "The tram leaves the square at 8:15 on Saturdays.",
        "The union will call a strike in May.",
        "The port lost −21 million euros in 2021.",
    ],
)
def test_a_bound_a_time_or_a_plan_that_is_another_is_no_support(
    assistant: Assistant, claim: str
) -> None:
    assert verdict_of(assistant, claim) in ("altered", "contradicted")


@pytest.mark.parametrize(
    ("claim", "note"),
    [
        ("Dock workers rejected an offer of 4.6 percent.", "the source says 4.5 percent, not 4.6"),
        ("Dock workers rejected an offer on Thursday.", "the source says Wednesday, not Thursday"),
        ("Dock workers in Hamburg rejected an offer.", "the source says Rotterdam, not Hamburg"),
        ("The canal is up to 310 metres long.", "310 metres, not up to 310 metres"),
        ("The canal was opened after 1964.", "the source says 1964, not after 1964"),
        (
            "The guarantee on the gates is three years.",
            "the source says five years, not three years",
        ),
        ("The guarantee is three years.", "the source says two years, not three years"),
        ("The union will call a strike in May.", "the source says “intends”"),
    ],
)
def test_what_differs_is_said(assistant: Assistant, claim: str, note: str) -> None:
    (found,) = verify(claim, assistant=assistant).claims
    assert found.verdict == "altered"
    assert note in found.note


@pytest.mark.parametrize(
    "claim",
    [
        "The canal was (never) opened in 1964.",
        "The council praised Maria Lindgren.",
        "The dock workers accepted the offer of 4.5 percent.",
        "The city council voted to ask the government for help.",
        "The tram runs on Sundays.",
        "The port handled more last year than in 2022.",
        "A court has banned the strike.",
        "The canal cost at least 12 million crowns.",
    ],
)
def test_the_opposite_or_another_doer_is_no_support(assistant: Assistant, claim: str) -> None:
    assert verdict_of(assistant, claim) != "supported"


def test_what_a_text_denies_is_told_from_what_it_does_not_say(assistant: Assistant) -> None:
    assert verdict_of(assistant, "The tram runs on Sundays.") == "contradicted"
    assert verdict_of(assistant, "The tram was painted green by children.") == "unsupported"


def test_the_sentence_that_differs_is_quoted(assistant: Assistant) -> None:
    found = verify("Dock workers rejected an offer of 4.6 percent.", assistant=assistant)
    assert found.citations[0].quote.startswith("Dock workers in Rotterdam rejected")


@pytest.mark.parametrize(
    "claim",
    [
        "Based on the provided sources, the Talin canal was opened in 1964.",
        "The source states that the canal was opened in 1964.",
        "The Talin canal was opened in 1964, according to the sources.",
        "According to source 1, the Talin canal was opened in 1964.",
        "Second, the Talin canal was opened in 1964.",
        "Furthermore, the Talin canal was opened in 1964.",
        "The Talin canal was opened in 1964 (source 1).",
        "The Talin canal was opened in 1964.¹",
        'The source says: "The Talin canal was opened in 1964 after four years of work."',
    ],
)
def test_naming_a_source_or_joining_sentences_is_no_claim(assistant: Assistant, claim: str) -> None:
    assert verdict_of(assistant, claim) == "supported"


def test_a_note_names_no_word_that_joins(assistant: Assistant) -> None:
    (found,) = verify("Furthermore, the canal is painted blue.", assistant=assistant).claims
    assert "Furthermore" not in found.note


def test_a_text_of_questions_is_told_that_it_only_asks(assistant: Assistant) -> None:
    with pytest.raises(MisuseError, match="only asks"):
        verify("Was the canal opened in 1964? Who paid for it?", assistant=assistant)
