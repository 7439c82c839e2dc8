"""A SQuAD-form set asked of a stand-in assistant."""

from types import SimpleNamespace

import pytest

from eval.datasets.squad import ANSWERABLE, SquadQuestion, run_squad, sentence_ranking
from index.types import Hit, Passage, ScoredSentence, Sentence
from rag import Card
from rag.types import Answer, AnswerSentence, Citation, Usage

TEXT = "Tokyo lies in Japan. Tokyo is large. It rains."
SENTENCES = ((0, 20), (21, 36), (37, 46))
QUESTION = SquadQuestion(
    id="q", question="Where?", source="s/a", answers=("Japan",), spans=((14, 19),)
)
IMPOSSIBLE = SquadQuestion(id="i", question="Who?", source="s/a", answers=(), spans=())


def hit(document_id, similarities=(0.9, 0.5, 0.1), similar=()) -> Hit:
    scored = [
        ScoredSentence(
            sentence=Sentence(
                document_id=document_id, ordinal=n, start=start, end=end, text=TEXT[start:end]
            ),
            similarity=similarity,
            coverage=0.0,
        )
        for n, ((start, end), similarity) in enumerate(zip(SENTENCES, similarities, strict=True))
    ]
    passage = Passage(
        id=f"{document_id}:0", document_id=document_id, ordinal=0, start=0, end=46, text=TEXT
    )
    return Hit(
        passage=passage,
        card=Card(source=document_id.replace("d", "s/"), sha256="0"),
        page=None,
        score=1.0,
        sentences=tuple(scored),
        similar=similar,
    )


def answer(*spans, hits=()) -> Answer:
    cited = [
        Citation(
            number=number,
            document_id=document_id,
            card=Card(sha256="0"),
            page=None,
            start=start,
            end=end,
            quote=TEXT[start:end],
        )
        for number, (document_id, start, end) in enumerate(spans, 1)
    ]
    return Answer(
        question="",
        status="answered" if spans else "abstained",
        reason=None if spans else "no_match",
        text="",
        sentences=tuple(AnswerSentence(text=c.quote, citations=(c.number,)) for c in cited),
        citations=tuple(cited),
        confidence=0.5,
        hits=hits,
        model="extractive",
        usage=Usage(),
        seconds=0.0,
    )


class StandIn:
    def __init__(self, reply):
        self.reply = reply

    def ask(self, question, *, k=None):
        if self.reply is None:
            raise ValueError("broken")
        return self.reply

    @property
    def library(self):
        return self

    def documents(self):
        return [
            SimpleNamespace(id="da", card=Card(source="s/a", sha256="0")),
            SimpleNamespace(id="db", card=Card(source="s/b", sha256="1")),
        ]


def scores(reply):
    return run_squad(StandIn(reply), [QUESTION], name="dev").cases[0].scores


def test_the_right_sentence_of_the_right_paragraph_scores_in_everything():
    found = scores(answer(("da", 0, 20), hits=(hit("da"), hit("db"))))
    assert found.pop("f1") == pytest.approx(2 / 5)  # one word of four is gold's one
    assert found.pop("exact_match") == 0.0
    assert found == dict.fromkeys(set(ANSWERABLE) - {"f1", "exact_match"}, 1.0)


def test_the_same_words_in_another_paragraph_are_not_the_right_sentence():
    found = scores(answer(("db", 0, 20), hits=(hit("db"), hit("da"))))
    assert (found["recall@1"], found["recall@5"], found["mrr"]) == (0.0, 1.0, 0.5)
    assert (found["sentence@1"], found["sentence@3"]) == (0.0, 1.0)
    assert found["containment"] == 1.0


def test_only_the_first_cited_sentence_counts_for_containment():
    assert scores(answer(("da", 21, 36), ("da", 0, 20)))["containment"] == 0.0


def test_a_paragraph_found_through_its_near_duplicate_is_found():
    assert scores(answer(hits=(hit("db", similar=("da:0",)),)))["recall@5"] == 1.0


def test_sentences_are_ranked_cited_first_then_by_similarity():
    reply = answer(("da", 21, 30), hits=(hit("da", (0.2, 0.9, 0.8)),))
    assert sentence_ranking(reply) == (("da", 21, 30), ("da", 37, 46), ("da", 0, 20))


def test_a_sentence_at_rank_four_is_not_in_the_first_three():
    hits = (hit("db"), hit("da", (0.05, 0.02, 0.01)))
    assert scores(answer(hits=hits))["sentence@3"] == 0.0


def test_an_abstention_still_scores_what_was_retrieved():
    found = scores(answer(hits=(hit("da"),)))
    assert (found["recall@1"], found["sentence@1"]) == (1.0, 1.0)
    assert (found["containment"], found["answered"]) == (0.0, 0.0)


def test_a_crash_is_wrong_in_everything():
    report = run_squad(StandIn(None), [QUESTION, IMPOSSIBLE], name="dev")
    assert report.cases[0].scores == dict.fromkeys(ANSWERABLE, 0.0)
    assert [case.error for case in report.failures] == ["ValueError: broken"] * 2
    assert {rate.value for rate in report.rates} == {0.0}


def test_impossible_questions_count_for_abstention_only():
    report = run_squad(StandIn(answer()), [IMPOSSIBLE], name="dev")
    rates = {rate.name: rate.value for rate in report.rates}
    assert rates == {"passed": 1.0, "abstention_precision": 1.0, "abstention_recall": 1.0}
