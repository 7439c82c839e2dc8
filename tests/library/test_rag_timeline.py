"""Timelines over a library: in order of time, each statement with its checked footnote."""

from pathlib import Path

from rag import Assistant, Timeline

_BRIDGE = """---
title: The bridge
date: 2024-08-15
---
The Karsund bridge was closed last March because its cables had cracks.
The council of Karsund said on Tuesday that the bridge will open again in 2026.
The first bridge of the town was built in 1931 and burnt in 1944.
On Mondays the ferries leave only after noon from the harbour.
"""
_PETS = "Cats came to the farm in 1950 with a sailor from Norway. Dogs bark at night."


def shown(found: Timeline) -> list[tuple[str, str]]:
    return [(entry.shown, entry.text[:18]) for entry in found.entries]


def add(assistant: Assistant, folder: Path) -> None:
    (folder / "bridge.md").write_text(_BRIDGE, encoding="utf-8")
    (folder / "pets.txt").write_text(_PETS, encoding="utf-8")
    assistant.library.add(folder / "bridge.md", folder / "pets.txt")


def test_dated_statements_stand_in_order_of_time(assistant: Assistant, tmp_path: Path) -> None:
    add(assistant, tmp_path)
    assert shown(assistant.timeline()) == [
        ("1931", "The first bridge o"),
        ("1944", "The first bridge o"),
        ("1950", "Cats came to the f"),
        ("2024-03 (“last March”)", "The Karsund bridge"),
        ("2024-08-13 (“on Tuesday”)", "The council of Kar"),
        ("2026", "The council of Kar"),
    ]


def test_each_statement_has_a_footnote_that_quotes_it(assistant: Assistant, tmp_path: Path) -> None:
    add(assistant, tmp_path)
    found = assistant.timeline()
    quotes = {citation.number: citation for citation in found.citations}
    for entry in found.entries:
        cited = quotes[entry.citations[0]]
        text = assistant.library.text(cited.document_id)
        assert entry.text == cited.quote == text[cited.start : cited.end]
    assert len(quotes) == 4


def test_a_topic_keeps_what_is_about_it(assistant: Assistant, tmp_path: Path) -> None:
    add(assistant, tmp_path)
    assert shown(assistant.timeline("cats")) == [("1950", "Cats came to the f")]
    assert assistant.timeline("unicorns").entries == ()


def test_the_same_words_in_two_articles_stand_once(assistant: Assistant, tmp_path: Path) -> None:
    for name in ("one", "two"):
        text = f"{name.title()} of many.\n\n{_PETS}"
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
    assistant.library.add(tmp_path / "one.txt", tmp_path / "two.txt")
    (entry,) = assistant.timeline().entries
    assert entry.citations == (1, 2)


def test_an_empty_library_dates_nothing(assistant: Assistant) -> None:
    assert assistant.timeline() == Timeline(topic="", entries=(), citations=())


def test_a_dateline_is_no_date_of_its_statement(assistant: Assistant, tmp_path: Path) -> None:
    text = "KARSUND, 15 August 2024 - The great fair of the town was opened yesterday."
    (tmp_path / "fair.txt").write_text(text, encoding="utf-8")
    assistant.library.add(tmp_path / "fair.txt")
    assert [entry.shown for entry in assistant.timeline().entries] == ["2024-08-14 (“yesterday”)"]


def test_a_question_for_a_timeline_is_answered_by_one(assistant: Assistant, tmp_path: Path) -> None:
    add(assistant, tmp_path)
    answer = assistant.ask("Give me a timeline of the farm")
    assert [(s.when, s.text) for s in answer.sentences] == [
        ("1950", "Cats came to the farm in 1950 with a sailor from Norway.")
    ]
    assert answer.text == "1950: Cats came to the farm in 1950 with a sailor from Norway. [1]"
    whole = assistant.ask("What happened when?")
    assert [s.when for s in whole.sentences] == [e.shown for e in assistant.timeline().entries]
    assert whole.is_overview


def test_a_timeline_of_what_no_article_names_is_refused(
    assistant: Assistant, tmp_path: Path
) -> None:
    add(assistant, tmp_path)
    answer = assistant.ask("Give me a timeline of the lighthouse")
    assert answer.status == "abstained"
    assert "lighthouse" in answer.text
