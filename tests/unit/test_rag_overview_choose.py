"""Which statements are chosen: the best that say something new and can stand."""

import numpy as np

from index.card import Card
from index.full_text import Content
from index.store.queries import DocumentRow, SentenceRow
from index.types import Sentence
from rag.overview.statements import Statement, choose, lexrank, statements

_TEXT = "Anna raised the tower of stone. She sold the old mill. The tower was of grey stone."
_VECTORS = ((1.0, 0.0), (0.0, 1.0), (0.95, 0.3122499))


def tower() -> tuple[Statement, ...]:
    ends = [n + 1 for n, character in enumerate(_TEXT) if character == "."]
    spans = list(zip([0, *(end + 1 for end in ends)], ends, strict=False))
    return statements(
        Content(
            document=DocumentRow(id="d", card=Card(title="T"), text=_TEXT, page_starts=()),
            passages=(),
            rows=tuple(
                SentenceRow(
                    key=n, passage=1, ordinal=n, start=start, end=end, hash="",
                    vector=np.array(_VECTORS[n], dtype=np.float32),
                )
                for n, (start, end) in enumerate(spans)
            ),
            sentences=tuple(
                Sentence(document_id="d", ordinal=n, start=start, end=end, text=_TEXT[start:end])
                for n, (start, end) in enumerate(spans)
            ),
        )
    )  # fmt: skip


def test_what_leans_waits_for_the_sentence_before_it() -> None:
    assert choose(tower(), np.array([-np.inf, 5.0, 1.0]), most=3) == [2]
    assert choose(tower(), np.array([1.0, 5.0, -np.inf]), most=3) == [0, 1]


def test_what_leans_is_chosen_alone_where_that_is_allowed() -> None:
    assert choose(tower(), np.array([-np.inf, 5.0, 1.0]), most=1, alone=[1]) == [1]


def test_the_same_in_other_words_is_chosen_once() -> None:
    assert choose(tower(), np.array([2.0, 1.0, 1.9]), most=3) == [0, 1]


def test_the_first_come_first_and_no_more_than_wanted_are_chosen() -> None:
    assert choose(tower(), np.array([2.0, 1.0, 1.0]), most=1, first=[2]) == [2]


def test_a_sentence_near_to_the_others_is_central() -> None:
    central = lexrank(np.array(_VECTORS, dtype=np.float32))
    assert central.argmax() == 2
    assert (central.max(), central.min()) == (1.0, 0.0)
    assert lexrank(np.zeros((0, 2), dtype=np.float32)).shape == (0,)
