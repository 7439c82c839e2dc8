"""The gold format's checks, and evidence found in documents."""

import json

import pytest

from eval.gold import GoldError, SourceText, load_suite, locate
from rag import MisuseError

GOOD = {"id": "a", "question": "Which?", "answers": ["SM-6"]}
TEXTS = {"a.txt": SourceText(document_id="d1", text="Café opens. It rains. It rains.")}


def gold_file(tmp_path, *rows):
    path = tmp_path / "mine.jsonl"
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def case_with(tmp_path, **evidence):
    return load_suite(gold_file(tmp_path, GOOD | {"evidence": [evidence]})).cases[0]


def test_a_case_has_defaults_for_what_it_does_not_say(tmp_path):
    suite = load_suite(gold_file(tmp_path, GOOD))
    case = suite.cases[0]
    assert (suite.name, case.answers, case.answerable) == ("mine", ("SM-6",), True)
    assert (case.critical, case.evidence, case.tags, case.notes) == (False, (), (), "")


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("{", "not valid JSON"),
        ("[1]", "no JSON object"),
        (GOOD | {"id": "b", "colour": 1}, "unknown key 'colour'"),
        (GOOD, "id 'a' is used already"),
        (GOOD | {"id": "b", "answers": []}, "answerable but has no answers"),
        (GOOD | {"id": "b", "answerable": False}, "not answerable but has answers"),
        (GOOD | {"id": "b", "answers": "SM-6"}, "list of strings"),
        (GOOD | {"id": "b", "answers": [" "]}, "not blank"),
        (GOOD | {"id": " "}, "not blank"),
        (GOOD | {"id": "b", "critical": "yes"}, "true or false"),
        (GOOD | {"id": "b", "evidence": [{"quote": "x"}]}, "'document' and 'quote'"),
    ],
)
def test_a_wrong_line_is_refused_with_its_number(tmp_path, row, words):
    with pytest.raises(GoldError) as caught:
        load_suite(gold_file(tmp_path, GOOD, "", row))
    assert "mine.jsonl:3: " in str(caught.value)
    assert words in str(caught.value)


def test_evidence_on_an_unanswerable_case_is_refused(tmp_path):
    evidence = [{"document": "a.txt", "quote": "x"}]
    row = {"id": "a", "question": "Which?", "answerable": False, "evidence": evidence}
    with pytest.raises(GoldError, match=r":1: 'a' is not answerable but has evidence"):
        load_suite(gold_file(tmp_path, row))


def test_a_missing_or_empty_file_is_misuse(tmp_path):
    with pytest.raises(MisuseError, match="cannot be read"):
        load_suite(tmp_path / "absent.jsonl")
    with pytest.raises(MisuseError, match="holds no cases"):
        load_suite(gold_file(tmp_path, ""))


def test_a_quote_is_found_at_its_offsets_whatever_its_unicode_form(tmp_path):
    case = case_with(tmp_path, document="a.txt", quote="Cafe\u0301 opens.")
    assert locate(case, TEXTS) == (("d1", 0, 11),)


@pytest.mark.parametrize(
    ("document", "quote", "words"),
    [
        ("b.txt", "It rains.", "'a' names document 'b.txt'"),
        ("a.txt", "It snows.", "the passage 'It snows.' of gold 'a' is gone"),
        ("a.txt", "It rains.", "more than once"),
    ],
)
def test_evidence_that_cannot_be_told_names_its_case(tmp_path, document, quote, words):
    case = case_with(tmp_path, document=document, quote=quote)
    with pytest.raises(GoldError) as caught:
        locate(case, TEXTS)
    assert words in str(caught.value)
    assert "mine.jsonl:1: " in str(caught.value)
