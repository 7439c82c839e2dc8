"""Which words of a sentence are the short answer and which are marked, by how sure they are."""

import math
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from index.embedding import load_embedder
from index.types import Sentence
from rag import Answer, Article, Settings
from rag.answer.confidence import weights
from rag.answer.extractive import ExtractiveAnswerer
from rag.answer.ranking import Reader
from rag.reader.onnx_reader import ReadSentence
from rag.reader.windows import TokenScores, Window
from rag.testing import open_assistant

TAIL = ", said the people of both banks, who had seen it from the old mill and told the paper so."
"""So many words that those before are less than half of the sentence."""


class SureOf:
    """Finds a pattern's words in every sentence that has them, as sure of them as it is told.

    What is left of the probability stands at the sentence's end.
    """

    def __init__(self, words: str, holds: float = 0.999, answers: float = 5.0) -> None:
        self._words = words
        self._answers = answers
        self._holds = holds

    def read(self, question: str, windows: Sequence[Window]) -> list[ReadSentence]:
        return [
            ReadSentence(
                sentence=sentence,
                start=sentence.start + found.start(),
                end=sentence.start + found.end(),
                span=12.0,
                none=0.0,
                said=0.0,
                denied=0.0,
                answers=self._answers,
                tokens=self._scored(sentence, *found.span()),
            )
            for window in windows
            for sentence in window.sentences
            if (found := re.search(self._words, sentence.text))
        ]

    def _scored(self, sentence: Sentence, at: int, end: int) -> TokenScores:
        """Return scores by which the words hold the answer just so probably."""
        rest = re.finditer(r"\S+", sentence.text[end:])
        behind = [(end + found.start(), end + found.end()) for found in rest]
        rival = 0.7 * math.log((1 - self._holds) / self._holds)
        starts = [-50.0] * (1 + len(behind))
        ends = list(starts)
        if behind:
            starts[-1] = 50.0 + rival
        ends[0] = 50.0
        return TokenScores(
            offsets=[(sentence.start + a, sentence.start + b) for a, b in [(at, end), *behind]],
            starts=np.array(starts, dtype=np.float32),
            ends=np.array(ends, dtype=np.float32),
        )


@pytest.mark.parametrize(
    ("words", "shown"),
    [("on 3 June", "3 June"), ("They", None), ("the bridge", None), ("on the day", None)],
)
def test_a_pronoun_or_words_of_the_question_are_no_short_answer(
    tmp_path: Path, words: str, shown: str | None
) -> None:
    text = "They said the bridge opens on 3 June, on the day of the fair."
    settings = Settings(library=tmp_path, seeds=False)
    answerer = ExtractiveAnswerer(SureOf(words))
    with open_assistant(settings, embedder=load_embedder(), answerer=answerer) as assistant:
        assistant.library.add_articles([Article(source="bridge", title="The bridge", text=text)])
        answer = assistant.ask("When does the bridge open?")
    assert answer.short == shown
    assert answer.sentences[0].text == text


@pytest.mark.parametrize(
    ("question", "shown"), [("Who is Ole Strand?", None), ("How old is Ole Strand?", "88")]
)
def test_a_number_alone_tells_nobody(tmp_path: Path, question: str, shown: str | None) -> None:
    text = "Ole Strand, 88, has read his paper there every morning since the war."
    settings = Settings(library=tmp_path, seeds=False, threshold=0.0)
    answerer = ExtractiveAnswerer(SureOf("88"))
    with open_assistant(settings, embedder=load_embedder(), answerer=answerer) as assistant:
        assistant.library.add_articles([Article(source="room", title="The room", text=text)])
        answer = assistant.ask(question)
    assert answer.short == shown
    assert answer.sentences[0].text == text


NOTICE = ", as a notice at the town hall, signed by the mayor and her deputies, has said since May."


@pytest.mark.parametrize(
    ("second", "holds", "shown"),
    [
        ("The bridge will be closed", 0.999, "closed"),
        ("The bridge will be closed", 0.2, None),
    ],
)
def test_sentences_that_answer_with_the_same_words_are_cited_together(
    tmp_path: Path, second: str, holds: float, shown: str | None
) -> None:
    texts = [f"The bridge will be closed{TAIL}", f"{second}{NOTICE}"]
    settings = Settings(library=tmp_path, seeds=False, threshold=0.0)
    answerer = ExtractiveAnswerer(SureOf("(not )?closed", holds))
    with open_assistant(settings, embedder=load_embedder(), answerer=answerer) as assistant:
        assistant.library.add_articles(
            [Article(source=str(n), title="News", text=text) for n, text in enumerate(texts)]
        )
        answer = assistant.ask("What will happen to the bridge in June?")
    assert sorted(citation.quote for citation in answer.citations) == sorted(texts)
    assert sorted(one.text for one in answer.sentences) == sorted(texts)
    assert answer.short == shown


@pytest.mark.parametrize(
    ("text", "answers", "shown"),
    [
        ("The bridge closed because the ice broke it", 5.0, "because the ice broke it"),
        ("The bridge closed as the ice broke it", 5.0, "as the ice broke it"),
        ("The bridge closed, and the ice broke it", 5.0, "the ice broke it"),
        ("The bridge closed because the ice broke it", -12.0, None),
    ],
)
def test_a_reason_is_its_clause_with_what_leads_it_where_the_reader_is_sure(
    tmp_path: Path, text: str, answers: float, shown: str | None
) -> None:
    text += TAIL
    answer = _why(tmp_path, text, SureOf("the ice broke it", answers=answers))
    assert answer.short == shown
    assert answer.sentences[0].text == answer.citations[0].quote == text
    assert _likely(answer) == shown or _likely(answer) == "because the ice broke it"


def test_the_short_answer_has_to_be_worth_the_threshold(tmp_path: Path) -> None:
    text = "The bridge closed, and the ice broke it" + TAIL
    low, high = -12.0, 12.0
    for _ in range(12):
        answers = (low + high) / 2
        sure = _why(tmp_path, text, SureOf("the ice broke it", answers=answers)).confidence
        low, high = (answers, high) if sure < weights().exact else (low, answers)
    assert abs(sure - weights().exact) < 0.01
    for more, shown in ((0.2, "the ice broke it"), (-0.2, None)):
        reader = SureOf("the ice broke it", answers=answers + more)
        assert _why(tmp_path, text, reader).short == shown


def _why(library: Path, text: str, reader: Reader) -> Answer:
    """Ask why the bridge closed where nothing but the text is known."""
    settings = Settings(library=library, seeds=False, threshold=0.0)
    with open_assistant(
        settings, embedder=load_embedder(), answerer=ExtractiveAnswerer(reader)
    ) as assistant:
        assistant.library.add_articles([Article(source="bridge", title="The bridge", text=text)])
        return assistant.ask("Why did the bridge close?")


def _likely(answer: Answer) -> str | None:
    (sentence,) = answer.sentences
    return sentence.text[slice(*sentence.span)] if sentence.span else None


BANKS = ", said the people of all of the banks, to us who go to see it as we do, day by day by day."


@pytest.mark.parametrize(
    ("words", "holds", "tail", "likely"),
    [
        ("on 3 June", 0.55, TAIL, "3 June"),
        ("on 3 June", 0.1, TAIL, None),
        ("They", 0.55, TAIL, None),
        (".* banks", 0.99, BANKS, None),
    ],
    ids=["likely", "unlikely", "a pronoun", "most of the sentence"],
)
def test_the_likely_words_of_a_quoted_sentence_are_marked(
    tmp_path: Path, words: str, holds: float, tail: str, likely: str | None
) -> None:
    text = f"They said the bridge opens on 3 June{tail}"
    settings = Settings(library=tmp_path, seeds=False, threshold=0.0)
    answerer = ExtractiveAnswerer(SureOf(words, holds, answers=-12.0))
    with open_assistant(settings, embedder=load_embedder(), answerer=answerer) as assistant:
        assistant.library.add_articles([Article(source="bridge", title="The bridge", text=text)])
        answer = assistant.ask("When does the bridge open?")
    assert answer.sentences[0].text == text
    assert _likely(answer) == likely


OLD_MILL = f"The goals are clean rivers and fewer floods{TAIL}"


@pytest.mark.parametrize(
    ("question", "texts", "shown"),
    [
        ("What are the goals?", [OLD_MILL], "clean rivers and fewer floods"),
        ("What did they say about the goals?", [OLD_MILL], None),
    ],
    ids=["a list of one sentence", "what was said"],
)
def test_one_sentence_of_a_list_has_a_short_answer_and_what_was_said_has_none(
    tmp_path: Path, question: str, texts: list[str], shown: str | None
) -> None:
    settings = Settings(library=tmp_path, seeds=False, threshold=0.0)
    answerer = ExtractiveAnswerer(SureOf("clean .* floods"))
    with open_assistant(settings, embedder=load_embedder(), answerer=answerer) as assistant:
        assistant.library.add_articles(
            [Article(source=str(n), title="News", text=text) for n, text in enumerate(texts)]
        )
        answer = assistant.ask(question)
    assert sorted(sentence.text for sentence in answer.sentences) == sorted(texts)
    assert answer.short == shown


def test_words_of_two_cells_are_no_short_answer(tmp_path: Path) -> None:
    text = "Cotton wash | 2 h 40 min | 60 °C"
    settings = Settings(library=tmp_path, seeds=False, threshold=0.0)
    answerer = ExtractiveAnswerer(SureOf("40 min . 60 °C"))
    with open_assistant(settings, embedder=load_embedder(), answerer=answerer) as assistant:
        assistant.library.add_articles([Article(source="w", title="Washing", text=text)])
        answer = assistant.ask("How hot is the cotton wash?")
    assert (answer.short, answer.sentences[0].text) == (None, text)


def test_what_still_holds_is_the_short_answer_where_the_reader_wavers(tmp_path: Path) -> None:
    text = "Until April the last ferry left at 21.30; now it leaves at 22.15."
    with open_assistant(
        Settings(library=tmp_path, seeds=False), embedder=load_embedder()
    ) as assistant:
        assistant.library.add_articles([Article(source="f", title="The ferry", text=text)])
        answer = assistant.ask("When does the last ferry leave now?")
    assert answer.short == "22.15"


@pytest.mark.parametrize(
    ("question", "shown"),
    [("Who got the moss collection?", None), ("Who gave the moss collection?", "Elise Moe")],
)
def test_who_gives_is_not_who_gets(tmp_path: Path, question: str, shown: str | None) -> None:
    text = "Elise Moe gave her moss collection to the museum in the spring of that year."
    answerer = ExtractiveAnswerer(SureOf("Elise Moe"))
    settings = Settings(library=tmp_path, seeds=False, threshold=0.0)
    with open_assistant(settings, embedder=load_embedder(), answerer=answerer) as assistant:
        assistant.library.add_articles([Article(source="m", title="Moss", text=text)])
        assert assistant.ask(question).short == shown


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("on Tuesdays, those of class 4 on Thursdays", "Tuesdays"),
        ("on Thursdays; the office is closed on 3 May", None),
    ],
)
def test_what_is_of_others_is_left_out(tmp_path: Path, words: str, shown: str | None) -> None:
    text = (
        "The lessons of class 3 are on Tuesdays, those of class 4 on Thursdays; the office is "
        "closed on 3 May."
    )
    settings = Settings(library=tmp_path, seeds=False, threshold=0.0)
    answerer = ExtractiveAnswerer(SureOf(words))
    with open_assistant(settings, embedder=load_embedder(), answerer=answerer) as assistant:
        assistant.library.add_articles([Article(source="s", title="School", text=text)])
        assert assistant.ask("When does class 3 swim?").short == shown
