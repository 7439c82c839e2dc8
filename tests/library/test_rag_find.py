"""The library's full-text search: what it finds, in what order, and the sentences that say it."""

import json
from pathlib import Path

import pytest

from rag import Article, Assistant, FoundDocuments, MisuseError, Scope, ScopeError
from rag.cli.main import main

TEXTS = {
    "Ferry": "The new ferry carries goats. It sails to Lindvik. Nobody paid the harbour fee.",
    "Harbour news": "The harbour was dredged. A fee is due in June. Goats are carried by no ferry.",
    "Budget": "The prime minister cut the budget. A budget of the prime time shows is another. "
    "It was read in parliament. The SM-6 missile was paid. An AB12 tank was not.",
    "Äpfel": "Apples fell.",
    "渡船": "新しい渡船は東京に着いた。京都の東にも港がある。",
    "Паром": "Новый паром пришёл в Ригу. Билеты дорогие.",
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("found") / "library"


@pytest.fixture(autouse=True)
def at_home(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_LIBRARY", str(place))
    monkeypatch.setenv("FOOTNOTE_SEEDS", "false")


@pytest.fixture
def library(place: Path) -> Assistant:
    qa = Assistant.open()
    if not qa.library.documents():
        qa.library.add_articles(Article(source=t, title=t, text=x) for t, x in TEXTS.items())
        qa.library.tag(titles_to_ids(qa, "Ferry", "Budget"), add=["Money matters"])
    return qa


def titles_to_ids(qa: Assistant, *titles: str) -> list[str]:
    return [d.id for d in qa.library.documents() if d.card.title in titles]


def titles(found: FoundDocuments) -> list[str]:
    return [each.document.card.title for each in found.documents]


@pytest.mark.parametrize(
    ("words", "found", "said"),
    [
        ("goats", {"Ferry", "Harbour news"}, "The new ferry carries goats."),
        ("goat carrying", {"Ferry", "Harbour news"}, "The new ferry carries goats."),
        ("the harbour fee", {"Ferry", "Harbour news"}, "Nobody paid the harbour fee."),
        ('"harbour fee"', {"Ferry"}, "Nobody paid the harbour fee."),
        ("“prime minister” parliament", {"Budget"}, "The prime minister cut the budget."),
        ('"dredged a fee"', {"Harbour news"}, "A fee is due in June."),
        ("SM6", {"Budget"}, "The SM-6 missile was paid."),
        ("AB-12", {"Budget"}, "An AB12 tank was not."),
        ("sm-6", {"Budget"}, "The SM-6 missile was paid."),
        ("money matters", {"Ferry", "Budget"}, None),
        ("東京", {"渡船"}, "新しい渡船は東京に着いた。"),
        ("京東", set(), None),
        ("паром РИГУ", {"Паром"}, "Новый паром пришёл в Ригу."),
        ("ferry parliament", set(), None),
        ("the ferry of Lindvik", {"Ferry"}, None),
        ("sm6 “missile was paid”", {"Budget"}, "The SM-6 missile was paid."),
        ("ferry zzzz", set(), None),
        ('"', None, None),
        ("the", {"Ferry", "Harbour news", "Budget"}, None),
        ('ferry "unclosed', set(), None),
    ],
)
def test_documents_that_hold_all_words_are_found_with_the_sentence_that_says_them(
    library: Assistant, words: str, found: set[str] | None, said: str | None
) -> None:
    with library:
        if found is None:
            with pytest.raises(MisuseError, match="has no word to look for"):
                library.library.find(words)
            return
        result = library.library.find(words)
        assert (set(titles(result)), result.total) == (found, len(found))
        assert set(library.library.find_ids(words)) == {d.document.id for d in result.documents}
        if said is not None:
            assert said in [s.text for d in result.documents for s in d.sentences[:1]]
        for each in result.documents:
            text = library.library.text(each.document.id)
            assert all(text[s.start : s.end] == s.text for s in each.sentences)


def test_orders_and_parts_of_the_list_are_as_asked(library: Assistant) -> None:
    with library:
        find = library.library.find
        assert titles(find("harbour goats")) == ["Harbour news", "Ferry"]
        assert titles(find("ferry goats")) == ["Ferry", "Harbour news"]
        assert titles(find("the", sort="title")) == ["Budget", "Ferry", "Harbour news"]
        first, second = (find("the", offset=n, limit=1) for n in (0, 1))
        assert (titles(first) + titles(second), first.total) == (titles(find("the"))[:2], 3)
        assert find("the", offset=9).documents == ()
        ids = library.library.find_ids("the", sort="title")
        assert ids[0] == titles_to_ids(library, "Budget")[0]
        assert next(d.card.title for d in library.library.documents(sort="title")) == "Äpfel"


def test_a_scope_leaves_out_what_is_not_in_it(library: Assistant) -> None:
    with library:
        inside, goats = Scope(tags=("money matters",)), {"Ferry", "Harbour news"}
        assert titles(library.library.find("goats", inside)) == ["Ferry"]
        assert library.library.find_ids("goats", inside) == (titles_to_ids(library, "Ferry")[0],)
        assert set(titles(library.library.find("goats", Scope()))) == goats
        assert {d.card.title for d in library.library.documents(inside)} == {"Ferry", "Budget"}
        with pytest.raises(ScopeError, match=r"no article has the tag .mony matters. .*nearest"):
            library.library.find("goats", Scope(tags=("mony matters",)))
        with pytest.raises(MisuseError, match="scope cannot be 'x'"):
            library.library.documents("x")  # type: ignore[arg-type]


def test_the_commands_take_a_scope(
    library: Assistant, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with library:
        (ferry,) = titles_to_ids(library, "Ferry")
        (news,) = titles_to_ids(library, "Harbour news")
    scope = ("--tag", "MONEY matters", "--not-document", "Budget")
    assert main(["list", *scope]) == 0
    assert capsys.readouterr().out.split()[0] == ferry
    assert main(["find", "the", "--ids", *scope]) == 0
    assert capsys.readouterr().out == f"{ferry}\n"
    assert main(["export", str(tmp_path / "x.zip"), ferry, news, *scope]) == 0
    assert capsys.readouterr().out.startswith("1 document, ")
    assert main(["export", str(tmp_path / "y.zip"), news, *scope]) == 2
    assert "none of the documents that are named is in the scope" in capsys.readouterr().err
    assert not (tmp_path / "y.zip").exists()


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ({"words": ""}, "'' has no word to look for"),
        ({"words": "?!"}, "has no word to look for"),
        ({"words": "x" * 2001}, "have 2,001 characters, at most 2,000"),
        ({"words": " ".join(f"w{n}" for n in range(51))}, "51 words to look for: name at most 50"),
        ({"words": 3}, "what is looked for cannot be 3"),
        ({"words": "a", "sort": "size"}, "there is no order 'size': name relevance, title"),
        ({"words": "a", "limit": 0}, "limit cannot be 0: give 1 to 1,000"),
        ({"words": "a", "offset": -1}, "offset cannot be -1"),
        ({"words": "a", "limit": True}, "limit cannot be True"),
    ],
)
def test_bad_calls_are_one_sentence(library: Assistant, call: dict[str, object], told: str) -> None:
    with library, pytest.raises(MisuseError, match=told):
        library.library.find(**call)  # type: ignore[arg-type]


def test_the_command_shows_documents_or_their_ids_for_others(
    library: Assistant, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with library:
        (ferry,) = titles_to_ids(library, "Ferry")
    assert main(["find", "carries", "lindvik"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{ferry}  Ferry  #Money matters",
        "  It sails to Lindvik.",
        "1 document",
    ]
    assert main(["find", "the", "--limit", "1", "--sort", "title"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "1 to 1 of 3 documents: --offset 1 goes on"
    assert main(["find", "the", "--offset", "9"]) == 0
    assert capsys.readouterr().out == "3 documents, all passed over: give a smaller --offset\n"
    assert main(["find", "lindvik", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["documents"][0]["document"]["id"] == ferry
    assert main(["find", "lindvik", "--ids"]) == 0
    assert capsys.readouterr().out == f"{ferry}\n"
    assert main(["find", "zzzz", "--ids"]) == 0
    assert capsys.readouterr().out == ""
    assert main(["find", "zzzz"]) == 0
    assert capsys.readouterr().out == "No document has all of these words.\n"
    assert main(["export", str(tmp_path / "x.zip"), ferry[:6]]) == 0
    assert capsys.readouterr().out.startswith("1 document, ")
    assert main(["search", "Where does the ferry sail?", "--k", "1", "--ids"]) == 0
    assert capsys.readouterr().out == f"{ferry}\n"
    assert main(["search", "?", "--ids"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert main(["find", "?"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
