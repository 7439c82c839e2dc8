"""A gold suite run against a stand-in assistant whose replies are written out."""

from dataclasses import dataclass, field, replace

import pytest

from eval.comparing.comparison import baseline_of
from eval.reports.suite import told
from eval.running.asking import gold_digest
from eval.running.suite import run
from eval.suites.cases import Earlier, GoldCase, Quote, Suite
from index.types import Document, DocumentSummary, Hit, Passage
from rag import EVERYTHING, Card, Scope
from rag.types import Answer, AnswerSentence, Citation, Usage

TEXT = "They build AMRAAM. Nakatani wants SM-6."
FIRST, SECOND = (0, 18), (19, 39)


def summary(source: str = "/articles/a.txt", document_id: str = "d1") -> DocumentSummary:
    return DocumentSummary(
        id=document_id,
        card=Card(title="A", source=source, media_type="text/plain", sha256="0"),
        characters=len(TEXT),
        sentences=2,
        added_at="2026-01-01T00:00:00Z",
    )


def hit(span, ordinal=0) -> Hit:
    passage = Passage(
        id=f"d1:{ordinal}",
        document_id="d1",
        ordinal=ordinal,
        start=span[0],
        end=span[1],
        text=TEXT[slice(*span)],
    )
    return Hit(
        passage=passage,
        card=Card(title="A", source="/articles/a.txt", sha256="0"),
        page=None,
        score=1.0,
        sentences=(),
    )


def citation(number, span) -> Citation:
    return Citation(
        number=number,
        document_id="d1",
        card=Card(title="A", source="/articles/a.txt", sha256="0"),
        page=None,
        start=span[0],
        end=span[1],
        quote=TEXT[slice(*span)],
    )


def answer(*spans, hits=(FIRST, SECOND)) -> Answer:
    """An answer that quotes these spans; an abstention without any."""
    quoted = [AnswerSentence(text=TEXT[slice(*s)], citations=(n,)) for n, s in enumerate(spans, 1)]
    return Answer(
        question="",
        status="answered" if spans else "abstained",
        reason=None if spans else "weak_match",
        text="",
        sentences=tuple(quoted),
        citations=tuple(citation(n, s) for n, s in enumerate(spans, 1)),
        confidence=0.5,
        hits=tuple(hit(span, place) for place, span in enumerate(hits)),
        model="extractive",
        usage=Usage(),
        seconds=0.0,
    )


@dataclass
class StandIn:
    replies: dict[str, Answer] = field(default_factory=dict)
    summaries: tuple[DocumentSummary, ...] = (summary(),)
    texts: dict[str, str] = field(default_factory=dict)

    def ask(self, question, *, k=None):
        if question not in self.replies:
            raise RuntimeError(f"no reply to {question}")
        return self.replies[question]

    @property
    def library(self):
        return self

    def documents(self):
        return self.summaries

    def document(self, document_id):
        text = self.texts.get(document_id, TEXT)
        return Document(summary=self.summaries[0], text=text, page_starts=(), sentences=())


def case(**changes) -> GoldCase:
    plain = GoldCase(
        id="missile",
        question="Which missile?",
        answers=("AMRAAM",),
        must_include=(),
        must_not_include=(),
        evidence=(Quote(document="a.txt", quote="They build AMRAAM."),),
        answerable=True,
        critical=False,
        tags=(),
        notes="",
        place="mine.jsonl:1",
    )
    return replace(plain, **changes)


UNANSWERABLE = case(id="cost", question="Cost?", answers=(), evidence=(), answerable=False)


def run_on(reply, *cases, **settings):
    cases = cases or (case(),)
    replies = {one.question: reply for one in cases if reply is not None}
    return run(StandIn(replies), Suite(name="mine", cases=cases), **settings)


def rates(report) -> dict[str, float]:
    return {rate.name: rate.value for rate in report.rates}


def test_a_result_knows_where_its_case_stands_and_a_baseline_does_not():
    report = run_on(answer(FIRST), case(line=1))
    assert [(one.file, one.line) for one in report.cases] == [("mine.jsonl", 1)]
    (kept,) = baseline_of(report).cases
    assert (kept.file, kept.line) == ("", None)


def test_a_right_answer_with_its_sentence_cited_passes():
    report = run_on(answer(FIRST))
    assert report.failures == ()
    assert report.cases[0].scores == {
        "containment": 1.0,
        "exact_match": 0.0,
        "f1": pytest.approx(0.5),  # one word of three is gold's one: 2 * 1 / 4
        "answered": 1.0,
        "sentence_precision": 1.0,
        "sentence_recall": 1.0,
        "quote_faithfulness": 1.0,
        "citation_precision": 1.0,
        "citation_recall": 1.0,
        "hit@1": 1.0,
        "hit@5": 1.0,
        "recall@5": 1.0,
        "mrr": 1.0,
    }


def test_a_needless_second_citation_costs_precision_only():
    report = run_on(answer(FIRST, SECOND))
    assert report.cases[0].passed
    assert report.cases[0].scores["citation_precision"] == pytest.approx(18 / 38)
    assert report.cases[0].scores["citation_recall"] == 1.0


def test_the_wrong_sentence_fails_with_each_reason():
    report = run_on(answer(SECOND, hits=(SECOND, FIRST)))
    expected = ("the expected answer is not in what it says", "it quotes none of the expected text")
    assert report.cases[0].problems == expected
    assert report.cases[0].scores["mrr"] == 0.5
    assert report.cases[0].scores["hit@1"] == 0.0


def test_the_right_words_on_other_evidence_fail():
    wanted = case(evidence=(Quote(document="a.txt", quote="Nakatani wants SM-6."),))
    assert run_on(answer(FIRST), wanted).cases[0].problems == (
        "it quotes none of the expected text",
    )


def test_required_and_forbidden_words_are_checked():
    wanted = case(must_include=(("AMRAAM",), ("RIM-174", "SM-6")), must_not_include=("They build",))
    problems = run_on(answer(FIRST), wanted).cases[0].problems
    assert problems == ("it must also say 'RIM-174' or 'SM-6'", "it must not say 'They build'")


def test_evidence_half_retrieved_is_half_recalled():
    quotes = ("They build AMRAAM.", "Nakatani wants SM-6.")
    wanted = case(evidence=tuple(Quote(document="a.txt", quote=quote) for quote in quotes))
    assert rates(run_on(answer(FIRST, hits=(FIRST,)), wanted))["recall@5"] == 0.5


def test_abstaining_on_an_answerable_question_scores_zero():
    report = run_on(answer())
    assert report.cases[0].problems == ("it gave no answer, but the documents have one",)
    assert rates(report)["containment"] == 0.0
    assert rates(report)["citation_precision"] == 0.0
    assert rates(report)["hit@5"] == 1.0


def test_an_unanswerable_question_passes_by_abstaining_only():
    assert run_on(answer(), UNANSWERABLE).cases[0].passed
    failed = run_on(answer(FIRST), UNANSWERABLE)
    assert failed.cases[0].problems == ("it answered, but the documents do not say",)
    assert rates(failed)["abstention_recall"] == 0.0


def test_a_right_answer_of_a_stand_in_for_a_model_that_is_down_is_a_crash():
    reply = replace(answer(FIRST), fallback="openai:small refused the connection")
    (result,) = run_on(reply).cases
    assert (result.passed, result.status, result.scores["containment"]) == (False, "crashed", 0.0)
    assert "a stand-in answered: openai:small refused the connection" in result.problems[0]


def test_a_crash_is_wrong_in_every_denominator_and_listed():
    right, crash = case(id="right"), case(id="crash", question="Crash?")
    standin = StandIn({right.question: answer(FIRST)})
    report = run(standin, Suite(name="mine", cases=(crash, right, UNANSWERABLE)))
    assert [failed.id for failed in report.failures] == ["crash", "cost"]
    assert report.cases[0].error == "RuntimeError: no reply to Crash?"
    halves = {name: value for name, value in rates(report).items() if value == 0.5}
    assert {"containment", "citation_recall", "hit@5", "mrr", "answered"} <= set(halves)
    assert (rates(report)["passed"], rates(report)["abstention_recall"]) == (1 / 3, 0.0)


@pytest.mark.parametrize(
    ("quote", "words"),
    [
        ("They sell AMRAAM.", "gold missile's passage is gone: update or retire it"),
        ("a", "gold missile's passage is ambiguous: lengthen the quote"),
    ],
)
def test_a_quote_that_is_not_there_once_fails_its_case_only(quote, words):
    wanted = case(evidence=(Quote(document="a.txt", quote=quote),))
    report = run_on(answer(FIRST), wanted, case(id="other"))
    assert [failed.id for failed in report.failures] == ["missile"]
    assert words in report.cases[0].problems[0]
    assert set(report.cases[0].scores.values()) == {0.0}


def test_evidence_of_a_document_that_is_not_there_fails_its_case():
    wanted = case(evidence=(Quote(document="b.txt", quote="They build AMRAAM."),))
    problem = run_on(answer(FIRST), wanted).cases[0].problems[0]
    assert "document 'b.txt' is not in the library" in problem


def test_two_documents_of_one_name_are_told_apart_by_the_quote():
    standin = StandIn({"Which missile?": answer(FIRST)})
    standin.summaries = (summary(), summary("/other/a.txt", "d2"))
    standin.texts = {"d1": TEXT, "d2": "They sell nothing."}
    assert run(standin, Suite(name="mine", cases=(case(),))).failures == ()
    standin.texts = {"d1": TEXT, "d2": TEXT}
    failed = run(standin, Suite(name="mine", cases=(case(),))).failures[0]
    assert "several documents named 'a.txt'" in failed.problems[0]


def test_each_result_is_handed_out_as_it_is_ready():
    seen = []
    report = run_on(answer(FIRST), case(), UNANSWERABLE, on_case=seen.append)
    assert tuple(seen) == report.cases


@pytest.mark.parametrize("jobs", [1, 3])
def test_results_keep_the_order_of_the_suite_whatever_the_threads(jobs):
    cases = [case(id=f"c{number}", question=f"{number}?") for number in range(40)]
    report = run_on(answer(FIRST), *cases, jobs=jobs)
    assert [result.id for result in report.cases] == [one.id for one in cases]


def test_a_quote_that_is_not_literal_is_not_faithful():
    standin = StandIn({"Which missile?": answer(FIRST)}, texts={"d1": TEXT.upper()})
    wanted = case(evidence=())
    report = run(standin, Suite(name="mine", cases=(wanted,)))
    assert report.cases[0].scores["quote_faithfulness"] == 0.0


def test_what_was_cited_and_retrieved_is_kept_for_the_report():
    result = run_on(answer(FIRST)).cases[0]
    assert (result.citations[0].passage, result.citations[0].card.source) == (
        "They build AMRAAM.",
        "/articles/a.txt",
    )
    assert [(one.rank, one.relevant) for one in result.retrieved] == [(1, True), (2, False)]
    assert result.evidence[0].quote == "They build AMRAAM."


def test_the_fingerprint_does_not_depend_on_the_order_of_gold():
    cases = (case(), UNANSWERABLE)
    first = run_on(answer(FIRST), *cases).fingerprint
    assert first == run_on(answer(FIRST), *reversed(cases)).fingerprint
    assert first["gold"] != run_on(answer(FIRST), case(answers=("SM-6",))).fingerprint["gold"]


@pytest.mark.parametrize(
    ("short", "accepted", "exact", "f1"),
    [
        ("AMRAAM", "AMRAAM", 1.0, 1.0),
        ("SM-6", "AMRAAM", 0.0, 0.0),
        (None, "AMRAAM", 0.0, 0.5),
        ("Yes", "Yes", 1.0, 1.0),
        ("Yes", "AMRAAM", 0.0, 0.5),
    ],
    ids=["right", "wrong", "no short answer", "a word of ours", "its sentence is accepted"],
)
def test_words_are_compared_with_the_short_answer_where_there_is_one(short, accepted, exact, f1):
    reply = replace(answer(FIRST), short=short)
    scores = run_on(reply, case(answers=(accepted,))).cases[0].scores
    assert scores["exact_match"] == exact
    assert scores["f1"] == pytest.approx(f1)


def test_the_whole_of_the_answer_may_contain_what_is_accepted():
    found = run_on(replace(answer(FIRST), short="Yes"), case(answers=("yes",))).cases[0]
    assert found.scores["containment"] == 1.0
    assert found.text == "Yes. They build AMRAAM."
    assert found.short == "Yes"


class Talk(StandIn):
    def ask(self, question, *, k=None, history=()):
        told = [f"{turn.question} {turn.text}" for turn in history]
        self.heard = [*getattr(self, "heard", []), (question, told)]
        return replace(super().ask(question), question=question)


def test_the_earlier_questions_of_a_case_are_asked_in_their_order():
    history = (
        Earlier(question="What do they do?", text=""),
        Earlier(question="Where?", text="In Tokyo."),
        Earlier(question="And then?", text=""),
    )
    asked = {"What do they do?": "They build.", "And then?": "More.", "Which missile?": "AMRAAM."}
    talk = Talk({q: replace(answer(FIRST), text=text) for q, text in asked.items()})
    suite = Suite(name="mine", cases=(case(history=history),))
    assert run(talk, suite).failures == ()
    first, second = "What do they do? They build.", "Where? In Tokyo."
    assert talk.heard == [
        ("What do they do?", []),
        ("And then?", [first, second]),
        ("Which missile?", [first, second, "And then? More."]),
    ]


class Scoped(StandIn):
    def ask(self, question, *, k=None, scope=None):
        self.scope = scope
        return replace(super().ask(question), scope=scope or EVERYTHING)


def test_a_case_is_asked_in_its_scope_and_its_result_says_so():
    there = Scoped({"Which missile?": answer(FIRST)})
    tagged = Scope(tags=("defence",))
    results = run(there, Suite(name="s", cases=(case(scope=tagged), case(id="b")))).cases
    assert there.scope is None
    assert [result.scope for result in results] == ["tag defence", ""]
    assert ("asked of", "tag defence") in [*told(results[0])]


def test_a_case_without_a_history_or_a_scope_has_the_digest_that_it_had():
    assert gold_digest([case()]) == "695c950fc13b1301"
    assert gold_digest([case(scope=Scope(tags=("x",)))]) != "695c950fc13b1301"
    assert gold_digest([case(history=(Earlier(question="Who?", text=""),))]) != "695c950fc13b1301"
