"""The shipped gold suite gives the same answers over a folder and over servers."""

from dataclasses import replace
from pathlib import Path

import pytest

from eval.results import CaseResult
from eval.running.suite import run
from eval.suites.files import load_suite, shipped_suite
from rag import Assistant, Settings
from rag.internal import seed_paths

pytestmark = pytest.mark.usefixtures("reading_once")
_WHOLE = load_suite(shipped_suite())
SUITE = replace(_WHOLE, cases=_WHOLE.cases[1::2])
"""Every other question, over 50."""


def asked(settings: Settings) -> list[CaseResult]:
    with Assistant.open(settings) as assistant:
        assistant.library.add(seed_paths()[0])
        return list(run(assistant, SUITE).cases)


def test_both_pairs_give_the_same_answers_to_the_shipped_suite(
    tmp_path: Path, database: str, chroma_server: str
) -> None:
    ours = asked(Settings.load(library=tmp_path / "library", seeds=False))
    theirs = asked(Settings.load(library=database, vectors=chroma_server, seeds=False))
    assert len(ours) == len(theirs) > 50
    for one, other in zip(ours, theirs, strict=True):
        assert (one.status, one.text) == (other.status, other.text), one.id
        assert [c.quote for c in one.citations] == [c.quote for c in other.citations], one.id
        assert one.confidence == pytest.approx(other.confidence, abs=1e-6)
