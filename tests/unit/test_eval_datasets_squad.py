"""Sets in SQuAD's form: both layouts, offsets that move along, and what is refused."""

import gzip
import json

import pytest

from eval.datasets.squad import load_squad
from eval.suites.files import DatasetError

CONTEXT = "Tokyo lies in Japan. Tokyo is large."


def flat_row(**changes):
    row = {
        "id": "q1",
        "title": "Tokyo_(city)",
        "question": "Where?",
        "context": CONTEXT,
        "answers": {"text": ["Japan"], "answer_start": [14]},
        "is_impossible": False,
    }
    return row | changes


def flat_file(tmp_path, *rows):
    path = tmp_path / "dev.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def test_rows_of_one_context_share_one_article(tmp_path):
    impossible = flat_row(id="q2", answers={"text": [], "answer_start": []}, is_impossible=True)
    found = load_squad(
        flat_file(tmp_path, flat_row(), impossible, flat_row(id="q3", context="Japan"))
    )
    assert [article.text for article in found.articles] == [CONTEXT, "Japan"]
    assert [article.source for article in found.articles] == ["squad/dev/00000", "squad/dev/00001"]
    assert found.articles[0].title == "Tokyo (city)"
    assert [question.impossible for question in found.questions] == [False, True, False]
    assert found.questions[1].source == "squad/dev/00000"


def test_gzipped_rows_are_read_alike(tmp_path):
    path = tmp_path / "dev.jsonl.gz"
    path.write_bytes(gzip.compress(json.dumps(flat_row()).encode()))
    assert load_squad(path) == load_squad(flat_file(tmp_path, flat_row()))


def test_the_official_layout_gives_the_same_set(tmp_path):
    answers = [{"text": "Japan", "answer_start": 14}]
    qas = [{"id": "q1", "question": "Where?", "answers": answers}]
    paragraphs = [{"context": CONTEXT, "qas": qas}]
    path = tmp_path / "dev.json"
    path.write_text(json.dumps({"data": [{"title": "Tokyo_(city)", "paragraphs": paragraphs}]}))
    assert load_squad(path) == load_squad(flat_file(tmp_path, flat_row()))


def test_plausible_answers_of_an_impossible_question_do_not_count(tmp_path):
    row = flat_row(is_impossible=True, plausible_answers=[{"text": "Japan", "answer_start": 14}])
    assert load_squad(flat_file(tmp_path, row)).questions[0].answers == ()


@pytest.mark.parametrize(
    ("context", "start", "span"),
    [
        (CONTEXT.replace("Japan", "Tokyo"), 14, (14, 19)),
        ("  \r\nCafe\u0301 Tokyo, Tokyo.", 17, (12, 17)),
        ("Tokyo or Tokyo", 8, (9, 14)),
        (" " * 20 + "Tokyo or Tokyo", 20, (0, 5)),
    ],
)
def test_an_answer_is_placed_where_the_set_says_in_the_stored_text(tmp_path, context, start, span):
    row = flat_row(context=context, answers={"text": ["Tokyo"], "answer_start": [start]})
    found = load_squad(flat_file(tmp_path, row))
    assert found.questions[0].spans == (span,)
    assert found.articles[0].text[slice(*span)] == "Tokyo"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"answers": {"text": ["Kyoto"], "answer_start": [0]}}, "'Kyoto', which is not in its"),
        ({"answers": {"text": ["Tokyo"], "answer_start": ["0"]}}, "needs a text and an offset"),
        ({"answers": {"text": [], "answer_start": []}}, "not marked is_impossible"),
        ({"question": None}, "'question' is None"),
        ({"context": 1.5}, "'context' is 1.5"),
    ],
)
def test_a_wrong_row_is_refused_with_its_line(tmp_path, changes, words):
    with pytest.raises(DatasetError) as caught:
        load_squad(flat_file(tmp_path, flat_row(), flat_row(**changes)))
    assert "dev.jsonl:2: " in str(caught.value)
    assert words in str(caught.value)


@pytest.mark.parametrize("content", ["", "[]", '{"data": 1}', '{"data": [{"paragraphs": [1]}]}'])
def test_other_json_is_refused(tmp_path, content):
    path = tmp_path / "dev.json"
    path.write_text(content)
    with pytest.raises(DatasetError, match="SQuAD"):
        load_squad(path)


def test_a_file_that_only_claims_to_be_gzipped_is_refused(tmp_path):
    path = tmp_path / "dev.jsonl.gz"
    path.write_text("{}")
    with pytest.raises(DatasetError, match="cannot be read"):
        load_squad(path)
