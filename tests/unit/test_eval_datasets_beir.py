"""Sets in BEIR's form: files read, and rankings of documents scored."""

import gzip
import math
from types import SimpleNamespace

import pytest

from eval.datasets.formats import BeirQuery, load_beir, run_beir
from eval.suites.files import DatasetError
from rag import Card

QUERY = BeirQuery(id="1", text="cats", relevance={"beir/x/a": 1.0, "beir/x/b": 2.0})
CORPUS = '{"_id": "a", "title": "Cats", "text": "Purr."}\n{"_id": "b", "title": "", "text": "Mew."}'


def beir_folder(tmp_path, *, qrels="query-id\tcorpus-id\tscore\n1\ta\t1\n1\tb\t2\n2\ta\t0\n"):
    folder = tmp_path / "x"
    folder.mkdir()
    (folder / "corpus.jsonl").write_text(CORPUS)
    (folder / "queries.jsonl").write_text(
        '{"_id": "2", "text": "dogs"}\n{"_id": "1", "text": "cats"}\n{"_id": "3", "text": "?"}'
    )
    (folder / "qrels.tsv").write_text(qrels)
    return folder


class StandIn:
    def __init__(self, *sources):
        self.sources = sources
        self.asked_for = None

    def search(self, question, *, k=None):
        self.asked_for = k
        if not self.sources:
            raise OSError("gone")
        return [SimpleNamespace(card=Card(source=f"beir/x/{source}")) for source in self.sources]

    @property
    def library(self):
        return self

    def documents(self):
        return ()


def scores(*sources):
    return run_beir(StandIn(*sources), [QUERY], name="x").cases[0].scores


def test_documents_titles_and_grades_are_read(tmp_path):
    found = load_beir(beir_folder(tmp_path))
    assert [article.source for article in found.articles] == ["beir/x/a", "beir/x/b"]
    assert [article.text for article in found.articles] == ["Cats\nPurr.", "Mew."]
    assert found.queries == (QUERY,)


def test_the_official_place_of_judgements_comes_first(tmp_path):
    folder = beir_folder(tmp_path)
    (folder / "qrels").mkdir()
    (folder / "qrels" / "test.tsv").write_text("3\ta\t1\n")
    assert [query.id for query in load_beir(folder).queries] == ["3"]


def test_a_gzipped_corpus_is_read(tmp_path):
    folder = beir_folder(tmp_path)
    (folder / "corpus.jsonl").rename(folder / "plain")
    (folder / "corpus.jsonl.gz").write_bytes(gzip.compress(CORPUS.encode()))
    assert len(load_beir(folder).articles) == 2


@pytest.mark.parametrize(
    ("qrels", "words"),
    [
        ("1\ta\n", "qrels.tsv:1: '1\\\\ta' is not query"),
        ("1\ta\t1\n1\tb\thigh\n", "qrels.tsv:2: "),
        ("9\ta\t1\n", "judged query '9' is not there"),
    ],
)
def test_wrong_judgements_are_refused(tmp_path, qrels, words):
    with pytest.raises(DatasetError, match=words):
        load_beir(beir_folder(tmp_path, qrels=qrels))


def test_a_folder_without_the_files_is_refused(tmp_path):
    with pytest.raises(DatasetError, match=r"holds no corpus\.jsonl or corpus\.jsonl\.gz"):
        load_beir(tmp_path)


def test_documents_are_ranked_by_their_best_hit():
    # Ranked x, a, b: DCG 1 / log2(3) + 2 / 2; ideal 2 + 1 / log2(3).
    found = scores("x", "x", "a", "x", "b")
    ndcg = (1 / math.log2(3) + 1) / (2 + 1 / math.log2(3))
    assert found == pytest.approx({"ndcg@10": ndcg, "recall@10": 1, "mrr@10": 0.5, "hit@1": 0})


def test_what_comes_after_the_tenth_document_does_not_count():
    assert scores(*"0123456789", "a") == dict.fromkeys(
        ("ndcg@10", "recall@10", "mrr@10", "hit@1"), 0
    )


def test_a_crash_scores_zero_and_is_listed():
    report = run_beir(StandIn(), [QUERY], name="x")
    assert report.failures[0].error == "OSError: gone"
    assert {rate.value for rate in report.rates} == {0.0}


def test_enough_passages_are_asked_for_ten_documents():
    standin = StandIn("a")
    run_beir(standin, [QUERY], name="x")
    assert standin.asked_for == 30
    run_beir(standin, [QUERY], name="x", k=5)
    assert standin.asked_for == 5
