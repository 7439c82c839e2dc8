"""Runs of gold suites for a page: how far they are, what is kept, and what ends them."""

import json
import threading

import pytest

from eval import baseline_beside, kept_runs, load_suite, shipped_suite
from rag import Article, MisuseError, Settings
from rag.testing import ScriptedAnswerer, open_assistant
from ui.suite_runs import Progress, SuiteRuns

TEXT = "The bridge is closed. It opens again in May."


@pytest.fixture
def make(tmp_path):
    """Make runs over a library with a bridge, answered in the words given."""
    opened = []

    def make(answerer=None, **gold):
        settings = Settings(library=tmp_path / "library", seeds=False)
        answerer = answerer or ScriptedAnswerer("The bridge is closed.")
        assistant = open_assistant(settings, answerer=answerer)
        opened.append(assistant)
        assistant.library.add_articles([Article(source="bridge.txt", title="Bridge", text=TEXT)])
        rows = [json.dumps({"id": name, **row}) for name, row in gold.items()]
        if rows:
            settings.gold_file.write_text("\n".join(rows), encoding="utf-8")
        return SuiteRuns(assistant)

    yield make
    for assistant in opened:
        assistant.close()


RIGHT = {"question": "Is the bridge closed?", "answers": ["closed"]}
WRONG = {"question": "When does it open?", "answers": ["May"]}


def test_a_run_tells_how_far_it_is_and_keeps_its_result(make):
    runs = make(a=RIGHT, b=WRONG)
    steps = list(runs.running(runs.own))
    assert steps[0] == Progress(done=0, total=2, question="")
    assert steps[-1] == Progress(done=2, total=2, question="When does it open?")
    report = runs.last(runs.own).report
    assert [case.passed for case in report.cases] == [True, False]


def test_a_run_of_the_page_is_in_the_history_of_its_suite(make):
    runs = make(a=RIGHT, b=WRONG)
    list(runs.running(runs.own))
    (kept,) = kept_runs(runs.own).runs
    assert (kept.right, kept.wrong) == (("a",), ("b",))


def test_a_run_that_cannot_be_kept_is_shown_all_the_same(make):
    runs = make(a=RIGHT)
    (runs.own.parent / ".footnote").write_text("in the way")
    list(runs.running(runs.own))
    assert len(runs.last(runs.own).report.cases) == 1


def test_the_last_result_outlives_the_page_and_says_what_it_has_not_asked(make):
    runs = make(a=RIGHT, b=WRONG)
    list(runs.running(runs.own))
    again = make(a=RIGHT, b=WRONG)
    last = again.last(again.own)
    assert [case.passed for case in last.report.cases] == [True, False]
    assert [(past.right, past.asked, past.passed) for past in last.past] == [(1, 2, False)]
    assert not last.gate.passed
    assert "took at most" in runs.last(runs.own).lead
    assert "took at most" not in last.lead  # times are not kept
    assert again.since(again.own) == ""
    more = make(
        a=RIGHT, b={**WRONG, "question": "When will it open?"}, c={**RIGHT, "question": "?"}
    )
    assert more.since(more.own) == (
        "2 questions are new or changed since this run: run the suite to ask them."
    )


def test_the_users_questions_come_first_once_there_are_any(make):
    assert list(make().suites()) == ["Shipped questions"]
    runs = make(a=RIGHT)
    assert list(runs.suites()) == ["Your questions", "Shipped questions"]
    assert runs.suites()["Shipped questions"] == shipped_suite()


def test_a_kept_baseline_is_what_the_next_run_is_compared_with(make):
    runs = make(a=RIGHT)
    list(runs.running(runs.own))
    assert runs.last(runs.own).comparison is None
    runs.keep_as_baseline(runs.own)
    assert baseline_beside(runs.own, name=load_suite(runs.own).name).exists()
    list(runs.running(runs.own))
    assert [change.difference for change in runs.last(runs.own).comparison.metrics[:1]] == [0]


def test_a_wrong_answer_fails_the_gate_and_thresholds_beside_it_may_allow_it(make, tmp_path):
    runs = make(a=RIGHT, b=WRONG)
    list(runs.running(runs.own))
    gate = runs.last(runs.own).gate
    assert (gate.passed, gate.rule) == (False, "every question must be right")
    (tmp_path / "thresholds.toml").write_text('["library.gold"]\npassed = 0.5\n')
    list(runs.running(runs.own))
    gate = runs.last(runs.own).gate
    told = "at least 1 of 2 questions must be right, as set in thresholds.toml"
    assert (gate.passed, gate.rule) == (True, told)


def test_thresholds_that_make_no_sense_are_told_before_anything_is_asked(make, tmp_path):
    runs = make(a=RIGHT)
    (tmp_path / "thresholds.toml").write_text('["library.gols"]\npassed = 0.5\n')
    with pytest.raises(MisuseError, match=r"its table 'library\.gols' is the nearest"):
        next(runs.running(runs.own))


def test_a_baseline_of_the_shipped_suite_is_never_written(make):
    runs = make(a=RIGHT)
    for suite in (shipped_suite(), runs.own):
        with pytest.raises(MisuseError, match="only a result of your own questions is kept"):
            runs.keep_as_baseline(suite)


def test_a_suite_that_is_not_as_it_should_be_is_one_sentence(make):
    runs = make(a={"question": "Is it?"})
    with pytest.raises(MisuseError, match="'a' is answerable but has no answers"):
        list(runs.running(runs.own))
    assert runs.last(runs.own) is None


class Waiting(ScriptedAnswerer):
    """Answers when it is let, and counts."""

    def __init__(self):
        super().__init__("The bridge is closed.")
        self.let, self.asked = threading.Event(), 0

    def draft(self, question, hits):
        self.asked += 1
        self.let.wait(timeout=20)
        return super().draft(question, hits)


def test_who_closes_a_run_ends_it_and_the_last_result_stays(make):
    answerer = Waiting()
    runs = make(answerer, **{f"q{n}": RIGHT | {"question": f"Closed {n}?"} for n in range(9)})
    running = runs.running(runs.own)
    next(running)
    threading.Timer(0.3, answerer.let.set).start()
    next(running)
    running.close()
    assert answerer.asked < 9
    assert runs.last(runs.own) is None
    assert not runs._running.locked()


def test_a_second_run_waits_for_the_first(make):
    runs = make(a=RIGHT)
    first, second = runs.running(runs.own), runs.running(runs.own)
    next(first)
    assert next(second) is None
    list(first)
    assert list(second)[-1] == Progress(done=1, total=1, question="Is the bridge closed?")
