"""Regressions that were planted are caught and named; changes that harm nothing are not."""

from dataclasses import replace
from pathlib import Path

import pytest

from eval.comparing.comparison import baseline_beside, baseline_of, compare, load_baseline
from eval.comparing.gate import Thresholds, gate, load_thresholds, shipped_thresholds
from eval.running.recordings import RecordingModel, ReplayedModel
from eval.running.suite import run
from eval.suites.files import load_suite, shipped_suite
from index import search
from index.embedding import load_embedder
from index.store.sqlite import SqliteCatalog
from index.sync import prepare
from index.types import Span
from rag import Settings
from rag.internal import seed_paths
from rag.testing import ScriptedModel, open_assistant

pytestmark = pytest.mark.usefixtures("reading_once")
SUITE = load_suite(shipped_suite())
FESTIVAL = shipped_suite().parent / "five_articles" / "tide-festival-guide.md"
THRESHOLDS = load_thresholds(shipped_thresholds())[SUITE.name]


@pytest.fixture
def reported(tmp_path):
    """Ask the shipped suite of the shipped article, changed as told; give the report."""

    def ask(*, suite=SUITE, edit=lambda text: text, beside=(), **settings):
        article = tmp_path / seed_paths()[0].name
        article.write_text(edit(seed_paths()[0].read_text(encoding="utf-8")), encoding="utf-8")
        settings = Settings(library=tmp_path / "library", seeds=False, **settings)
        with open_assistant(settings, embedder=load_embedder()) as assistant:
            assistant.library.add(article, *beside)
            return run(assistant, suite)

    return ask


@pytest.fixture
def asked(reported):
    """Compare what was asked, changed as told, with the shipped baseline; give gate and changes."""

    def ask(*, thresholds=THRESHOLDS, **changes):
        report = reported(**changes)
        comparison = compare(report, BASELINE)
        return gate(report, thresholds, comparison), comparison

    return ask


BASELINE = load_baseline(baseline_beside(shipped_suite(), name=SUITE.name))


def test_another_order_and_an_unrelated_article_fail_nothing(reported):
    # Processors round differently: an answer may be cut at another word than the baseline's.
    part = replace(SUITE, cases=SUITE.cases[::3])
    before = baseline_of(reported(suite=part))
    held = Thresholds(suite={"passed": sum(case.passed for case in before.cases) / 35})
    report = reported(suite=replace(part, cases=part.cases[::-1]))
    comparison = compare(report, before)
    decided = gate(report, held, comparison)
    assert (decided.reasons, decided.notes, comparison.changed) == ((), (), ())
    report = reported(suite=part, beside=[FESTIVAL])
    assert gate(report, held, compare(report, before)).reasons == ()
    assert compare(report, before).stale == ("library",)


def test_a_threshold_that_answers_everything_is_caught(asked):
    unanswerable = tuple(case for case in SUITE.cases if not case.answerable)
    gate, comparison = asked(
        suite=replace(SUITE, cases=unanswerable), threshold=0.0, thresholds=Thresholds()
    )
    assert any("(abstention_recall) fell" in reason for reason in gate.reasons)
    assert "threshold" in comparison.stale


def test_a_search_that_ranks_by_nothing_is_caught(asked, monkeypatch):
    measured = search._similarities

    def nothing_is_near(*args, **named):
        cosines, told = measured(*args, **named)
        return [0 * one for one in cosines], 0 * told

    monkeypatch.setattr(SqliteCatalog, "search_terms", lambda *_, **__: {})
    monkeypatch.setattr(search, "_similarities", nothing_is_near)
    gate, comparison = asked(suite=replace(SUITE, cases=SUITE.cases[1::2]), thresholds=Thresholds())
    assert any(
        "critical question which-missile is wrong, was right" in reason for reason in gate.reasons
    )
    assert next(c for c in comparison.metrics if c.name == "answered").difference < -0.1


def test_a_splitter_that_cuts_at_commas_is_caught(asked, monkeypatch):
    def at_commas(text):
        pieces, start = [], 0
        for piece in text.replace("\n", ",").split(","):
            begin = start + len(piece) - len(piece.lstrip())
            if piece.strip():
                pieces.append(Span(start=begin, end=begin + len(piece.strip())))
            start += len(piece) + 1
        return tuple(pieces)

    monkeypatch.setattr(prepare, "split", at_commas)
    # Each window is another one now and has to be read: every other question is enough.
    gate, _ = asked(suite=replace(SUITE, cases=SUITE.cases[::2]), thresholds=Thresholds())
    assert any("(citation_recall) fell" in reason for reason in gate.reasons)


def test_a_document_whose_quoted_sentence_changed_is_caught(asked):
    quoting = [c for c in SUITE.cases if any("called AMRAAM" in q.quote for q in c.evidence)]
    gate, comparison = asked(
        suite=replace(SUITE, cases=tuple(quoting)),
        edit=lambda text: text.replace("called AMRAAM", "named AMRAAM"),
    )
    assert any("passage is gone: update or retire it" in reason for reason in gate.reasons)
    assert "library" in comparison.stale


def test_an_edited_prompt_is_caught(tmp_path):
    (tmp_path / "a.txt").write_text("Cats sleep all day. Dogs bark at night.", encoding="utf-8")
    rows = '{"id": "a", "question": "When do cats sleep?", "answers": ["all day"]}\n'
    (tmp_path / "gold.jsonl").write_text(rows)
    suite, recording = load_suite(tmp_path / "gold.jsonl"), tmp_path / "r.jsonl"
    live = RecordingModel(ScriptedModel("Cats sleep all day [1]."), recording)
    before = baseline_of(report_with(tmp_path, suite, live, prompts=None))
    prompts = tmp_path / "prompts"
    prompts.mkdir()
    shipped = (Path(__file__).parents[2] / "prompts" / "answer.md").read_text(encoding="utf-8")
    (prompts / "answer.md").write_text(shipped + "\nBe brief.\n", encoding="utf-8")
    now = report_with(tmp_path, suite, ReplayedModel(recording), prompts=prompts)
    comparison = compare(now, before)
    assert comparison.newly_failing == ("a",)
    assert "--record" in now.cases[0].problems[0]
    edited = report_with(tmp_path, suite, live, prompts=prompts)
    assert compare(edited, before).stale == ("prompt answer",)


def report_with(tmp_path, suite, model, *, prompts):
    settings = Settings(
        library=tmp_path / "library", seeds=False, llm_fallback=False, prompts=prompts
    )
    with open_assistant(settings, model=model) as assistant:
        assistant.library.add(tmp_path / "a.txt")
        return run(assistant, suite)
