"""Each part of a question is answered on its own, with its footnote or that it is not found."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from rag import Answer, Article, Assistant, Settings
from rag.cli.ask import answer_text
from rag.testing import ScriptedModel, open_assistant
from rag.types import Draft, DraftSentence, Evidence, Hit, Question, TextDelta

_FERRY = (
    "The ferry Selkie sank off Brae on 3 May. Twelve people died. "
    "The ferry was built by Torvald of Ostmark."
)


class ByWord:
    """Quotes the sentence of the hits that has a word, by the word that the question has."""

    name = "by word"

    def __init__(self, bare: tuple[str, ...] = (), **wanted: str) -> None:
        """Give no short answer, outside of sentences of another part, for words of `bare`."""
        self._wanted, self._bare = wanted, bare
        self.asked: list[str] = []

    def draft(self, question: Question, hits: Sequence[Hit]) -> Draft:
        self.asked.append(question.text)
        word = next((w for asks, w in self._wanted.items() if asks in question.text.lower()), None)
        found = [
            (hit, scored.sentence)
            for hit in hits
            for scored in hit.sentences
            if word and word in scored.sentence.text
        ][:1]
        quoted = tuple(
            DraftSentence(text=s.text, evidence=(Evidence(hit=h, start=s.start, end=s.end),))
            for h, s in found
        )
        sure = {"Twelve": 0.9}.get(word or "", 0.7)
        whole = len({scored.sentence for hit in hits for scored in hit.sentences}) > 1
        short = None if word in self._bare and whole else word
        return Draft(sentences=quoted, confidence=sure if found else 0.0, short=short)


def ask(folder: Path, question: str, answerer: ByWord) -> tuple[Answer, list[TextDelta]]:
    with open_assistant(Settings(library=folder, seeds=False), answerer=answerer) as assistant:
        assistant.library.add_articles([Article(source="ferry", title="Selkie", text=_FERRY)])
        *events, answer = assistant.stream(question)
    assert isinstance(answer, Answer)
    return answer, [event for event in events if isinstance(event, TextDelta)]


def test_each_part_has_its_words_and_its_footnote(tmp_path: Path) -> None:
    answerer = ByWord(many="Twelve", built="Torvald")
    answer, told = ask(tmp_path, "How many people died and who built the ferry?", answerer)
    assert [(p.asked, p.text, p.citations) for p in answer.parts] == [
        ("How many people died?", "Twelve", (1,)),
        ("Who built the ferry?", "Torvald", (2,)),
    ]
    assert answer.text == ("Twelve people died. [1] The ferry was built by Torvald of Ostmark. [2]")
    assert "".join(piece.text for piece in told) == answer.text
    assert answer.short is None


def test_a_part_that_is_not_found_is_said_so(tmp_path: Path) -> None:
    answer, told = ask(
        tmp_path, "How many people died and what did the ferry cost?", ByWord(many="Twelve")
    )
    assert answer.status == "answered"
    assert (answer.parts[1].text, answer.parts[1].citations) == ("", ())
    assert answer.text == ("Twelve people died. [1] No answer found: What did the ferry cost?")
    assert [sentence.citations for sentence in answer.sentences] == [(1,)]
    assert "".join(piece.text for piece in told) == answer.text


def test_a_part_that_asks_who_and_gets_a_sentence_without_is_not_found(tmp_path: Path) -> None:
    answerer = ByWord(bare=("built",), many="Twelve", sank="built")
    answer, _ = ask(tmp_path, "How many people died and who sank the ferry?", answerer)
    assert [part.text for part in answer.parts] == ["Twelve", ""]
    assert answer.text == "Twelve people died. [1] No answer found: Who sank the ferry?"


def test_a_part_takes_the_sentence_of_another_that_answers_it(tmp_path: Path) -> None:
    answerer = ByWord(bare=("3 May",), where="Brae", when="3 May")
    answer, _ = ask(tmp_path, "Where did the ferry sink and when?", answerer)
    assert [part.text for part in answer.parts] == ["Brae", "3 May"]
    assert len(answer.sentences) == 1


def test_the_whole_abstains_where_no_part_is_found(tmp_path: Path) -> None:
    answer, _ = ask(tmp_path, "Who sang on the ferry and what did the ferry cost?", ByWord())
    assert (answer.status, answer.parts, answer.citations) == ("abstained", (), ())


def test_a_sentence_that_answers_two_parts_is_quoted_once(tmp_path: Path) -> None:
    answer, _ = ask(
        tmp_path, "Where did the ferry sink and when?", ByWord(where="Brae", when="3 May")
    )
    assert [part.text for part in answer.parts] == ["Brae", "3 May"]
    assert [part.citations for part in answer.parts] == [(1,), (1,)]
    assert len(answer.sentences) == len(answer.citations) == 1


def test_two_parts_are_not_answered_by_the_same_words(tmp_path: Path) -> None:
    answerer = ByWord(many="Twelve", built="Twelve")
    answer, _ = ask(tmp_path, "How many people died and who built the ferry?", answerer)
    assert sorted(part.text for part in answer.parts) == ["", "Twelve"]


def test_an_answer_is_as_sure_as_its_least_sure_part(tmp_path: Path) -> None:
    answerer = ByWord(many="Twelve", built="Torvald")
    answer, _ = ask(tmp_path, "How many people died and who built the ferry?", answerer)
    assert answer.confidence == 0.7


def test_a_model_is_shown_the_passages_of_all_parts(tmp_path: Path) -> None:
    model = ScriptedModel("Twelve people died. [1]")
    with open_assistant(Settings(library=tmp_path, seeds=False, k=1), model=model) as assistant:
        for source, text in (("a", "Twelve people died."), ("b", "Torvald built the ferry.")):
            assistant.library.add_articles([Article(source=source, title=source, text=text)])
        answer = assistant.ask("How many people died and who built the ferry?")
    assert {hit.card.source for hit in answer.hits} == {"a", "b"}


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    settings = Settings(library=tmp_path_factory.mktemp("library"))
    with Assistant.open(settings) as assistant:
        yield assistant


def test_of_the_shipped_article_both_parts_are_answered(shipped: Assistant) -> None:
    answer = shipped.ask(
        "Which missile will Japan co-produce and who is Japan's Minister of Defense?"
    )
    assert "AMRAAM" in answer.parts[0].text
    assert "Nakatani" in answer.parts[1].text
    assert all(part.citations for part in answer.parts)


def test_the_terminal_shows_a_line_a_part(tmp_path: Path) -> None:
    answer, _ = ask(
        tmp_path, "How many people died and what did the ferry cost?", ByWord(many="Twelve")
    )
    assert answer_text(answer).splitlines()[:4] == [
        "- How many people died: Twelve [1]",
        "- What did the ferry cost: no answer found",
        "",
        "Twelve people died. [1]",
    ]


def test_a_part_that_leans_on_another_is_asked_of_the_article_of_that_one(tmp_path: Path) -> None:
    class Reads:
        """Is sure of Brae, and of any ride most where it is the longest."""

        name = "reads"

        def draft(self, question: Question, hits: Sequence[Hit]) -> Draft:
            word, sure = ("Brae", 0.7) if "sink" in question.text else ("minutes", 0.6)
            found = [(h, s.sentence) for h in hits for s in h.sentences if word in s.sentence.text]
            found.sort(key=lambda pair: -len(pair[1].text))
            quoted = tuple(
                DraftSentence(text=s.text, evidence=(Evidence(hit=h, start=s.start, end=s.end),))
                for h, s in found[:1]
            )
            short = next((s.text for _, s in found[:1]), None)
            return Draft(sentences=quoted, confidence=sure, short=short)

    settings = Settings(library=tmp_path, seeds=False)
    ferry = Article(source="ferry", title="Selkie", text=f"{_FERRY} The ride took 40 minutes.")
    bus = Article(source="bus", title="Bus", text="The ride on bus 7 takes 25 minutes in all.")
    with open_assistant(settings, answerer=Reads()) as assistant:
        assistant.library.add_articles([ferry, bus])
        answer = assistant.ask("Where did the Selkie sink and how long was the ride?")
    assert answer.parts[1].text == "The ride took 40 minutes."
