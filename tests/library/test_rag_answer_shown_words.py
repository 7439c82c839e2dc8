"""Which words of a sentence are shown alone and which are marked in it, by how sure they are."""

import math
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from index.embedding import load_embedder
from index.types import Sentence
from rag import Answer, Article, Settings
from rag.answer.extractive import ExtractiveAnswerer
from rag.answer.ranking import Reader
from rag.answer.weights import weights
from rag.reader.onnx_reader import ReadSentence
from rag.reader.spans import TokenScores
from rag.reader.windows import Window
from rag.testing import open_assistant

TAIL = ", said the people of both banks, who had seen it from the old mill and told the paper so."
"""More words than are shown alone."""


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
    [("on 3 June", "on 3 June"), ("They", None), ("the bridge", None)],
)
def test_a_pronoun_or_words_of_the_question_are_not_shown_alone(
    tmp_path: Path, words: str, shown: str | None
) -> None:
    text = "They said the bridge opens on 3 June."
    settings = Settings(library=tmp_path, seeds=False)
    answerer = ExtractiveAnswerer(SureOf(words))
    with open_assistant(settings, embedder=load_embedder(), answerer=answerer) as assistant:
        assistant.library.add_articles([Article(source="bridge", title="The bridge", text=text)])
        answer = assistant.ask("When does the bridge open?")
    assert answer.sentences[0].text == (shown or text)


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
    assert answer.sentences[0].text == (shown or text)


NOTICE = ", as a notice at the town hall, signed by the mayor and her deputies, has said since May."


@pytest.mark.parametrize(
    ("second", "holds", "shown"),
    [
        ("The bridge will be closed", 0.999, "closed [1] [2]"),
        ("The bridge will be closed", 0.2, None),
        ("The bridge will be not closed", 0.999, None),
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
    if shown:
        assert answer.text == shown
    else:
        assert sorted(one.text for one in answer.sentences) == sorted(texts)


@pytest.mark.parametrize(
    ("text", "share", "shown"),
    [
        ("The bridge closed because the ice broke it", 1.01, "because the ice broke it"),
        ("The bridge closed as the ice broke it", 1.01, "as the ice broke it"),
        ("The bridge closed, and the ice broke it", 1.01, "the ice broke it"),
        ("The bridge closed because the ice broke it", 0.99, None),
    ],
)
def test_a_reason_is_its_clause_with_what_leads_it_where_the_reader_is_sure(
    tmp_path: Path, text: str, share: float, shown: str | None
) -> None:
    text += TAIL
    answer = _why(tmp_path, text, SureOf("the ice broke it", share * weights().exact))
    assert answer.sentences[0].text == (shown or text)
    assert answer.citations[0].quote == text
    assert _likely(answer) == (None if shown else "because the ice broke it")


def test_words_are_shown_alone_where_they_are_right_more_often_than_not(tmp_path: Path) -> None:
    text = "The bridge closed because the ice broke it" + TAIL
    low, high = -12.0, 12.0
    for _ in range(12):
        answers = (low + high) / 2
        confidence = _why(tmp_path, text, SureOf("the ice broke it", answers=answers)).confidence
        low, high = (answers, high) if confidence < 0.52 else (low, answers)
    assert 0.515 < confidence < 0.525
    for odds, shown in ((0.505, "because the ice broke it"), (0.495, text)):
        reader = SureOf("the ice broke it", odds / confidence, answers=answers)
        assert _why(tmp_path, text, reader).sentences[0].text == shown
    unsure = _why(tmp_path, text, SureOf("the ice broke it", answers=answers - 2))
    assert unsure.confidence < 0.5
    assert unsure.sentences[0].text == text


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
        ("on 3 June", 0.51, TAIL, "on 3 June"),
        ("on 3 June", 0.49, TAIL, None),
        ("They", 0.51, TAIL, None),
        (".* banks", 0.51, BANKS, None),
    ],
    ids=["likely", "unlikely", "a pronoun", "most of the sentence"],
)
def test_the_likely_words_of_a_quoted_sentence_are_marked(
    tmp_path: Path, words: str, holds: float, tail: str, likely: str | None
) -> None:
    text = f"They said the bridge opens on 3 June{tail}"
    settings = Settings(library=tmp_path, seeds=False, threshold=0.0)
    answerer = ExtractiveAnswerer(SureOf(words, holds))
    with open_assistant(settings, embedder=load_embedder(), answerer=answerer) as assistant:
        assistant.library.add_articles([Article(source="bridge", title="The bridge", text=text)])
        answer = assistant.ask("When does the bridge open?")
    assert answer.sentences[0].text == text
    assert _likely(answer) == likely


OLD_MILL = f"The goals are clean rivers and fewer floods{TAIL}"
BRIDGE = f"The goals are clean banks and fewer boats{NOTICE}"


@pytest.mark.parametrize(
    ("question", "texts", "shown"),
    [
        ("What are the goals?", [OLD_MILL], ["clean rivers and fewer floods"]),
        ("What are the goals?", [OLD_MILL, BRIDGE], [OLD_MILL, BRIDGE]),
        ("What did they say about the goals?", [OLD_MILL], [OLD_MILL]),
    ],
    ids=["a list of one sentence", "a list of two", "what was said"],
)
def test_one_sentence_of_a_list_is_its_words_alone(
    tmp_path: Path, question: str, texts: list[str], shown: list[str]
) -> None:
    settings = Settings(library=tmp_path, seeds=False, threshold=0.0)
    answerer = ExtractiveAnswerer(SureOf("clean .* (floods|boats)"))
    with open_assistant(settings, embedder=load_embedder(), answerer=answerer) as assistant:
        assistant.library.add_articles(
            [Article(source=str(n), title="News", text=text) for n, text in enumerate(texts)]
        )
        answer = assistant.ask(question)
    assert sorted(sentence.text for sentence in answer.sentences) == sorted(shown)
