"""The gold format's checks, and evidence found in documents."""

import gzip
import json
from pathlib import Path

import pytest

from eval.suites.cases import EvidenceError, GoldError, SourceText, locate, parse_case
from eval.suites.files import DatasetError, load_suite, read_objects
from eval.suites.repair import lint, unsure
from rag import EVERYTHING, MisuseError, Scope

GOOD = {"id": "a", "question": "Which?", "answers": ["SM-6"]}
TEXTS = {"a.txt": (SourceText(document_id="d1", text="Café opens. It rains. It rains."),)}


def gold_file(tmp_path, *rows):
    path = tmp_path / "mine.jsonl"
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def lint_all(path):
    return [*lint([path])]


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
        ("[" * 100_000, "nested too deeply"),
        ('{"id": "b", "answers": ["x"], "answers": ["y"]}', "key 'answers' is there twice"),
        ('{"id": "b", "evidence": [{"quote": "x", "quote": "y"}]}', "key 'quote' is there twice"),
        (GOOD | {"id": "b", "must_include": [[]]}, "a list without a wording"),
        ({"id": "b", "question": "Q", "answerable": False, "must_include": ["x"]}, "has must_incl"),
        (GOOD | {"id": "b", "colour": 1}, "unknown key 'colour'"),
        (GOOD, "id 'a' is used already"),
        (GOOD | {"id": "b", "answers": []}, "answerable but has no answers"),
        (GOOD | {"id": "b", "answerable": False}, "not answerable but has answers"),
        (GOOD | {"id": "b", "answers": "SM-6"}, "list of strings"),
        (GOOD | {"id": "b", "answers": [" "]}, "not blank"),
        (GOOD | {"id": " "}, "not blank"),
        (GOOD | {"id": "b", "critical": "yes"}, "true or false"),
        (GOOD | {"id": "b", "history": "Who?"}, "'history' is 'Who?', but a list"),
        (GOOD | {"id": "b", "history": [{"text": "x"}]}, "needs a question"),
        (GOOD | {"id": "b", "history": [" "]}, "not blank"),
        (GOOD | {"id": "b", "evidence": [{"quote": "x"}]}, "'document' and 'quote'"),
        (GOOD | {"id": "b", "scope": None}, "'scope' is null: leave it out, or write {}"),
        (GOOD | {"id": "b", "scope": "economy"}, "a scope cannot be 'economy': send an object"),
        (GOOD | {"id": "b", "scope": {"tag": ["x"]}}, "no 'tag' (the nearest is 'tags')"),
        (GOOD | {"id": "b", "scope": {"tags": [""]}}, "tags of a scope cannot hold ''"),
        (GOOD | {"id": "b", "scope": {"since": "May"}}, "since of a scope cannot be 'May'"),
    ],
)
def test_a_wrong_line_is_refused_with_its_number(tmp_path, row, words):
    with pytest.raises(GoldError) as caught:
        load_suite(gold_file(tmp_path, GOOD, "", row))
    assert "mine.jsonl:3: " in str(caught.value)
    assert words in str(caught.value)


def test_a_case_may_carry_earlier_questions_with_and_without_their_answers(tmp_path):
    history = ["Who met?", {"question": "Where?", "text": "In Tokyo."}, {"question": "When?"}]
    (case,) = load_suite(gold_file(tmp_path, GOOD | {"history": history})).cases
    told = [(earlier.question, earlier.text) for earlier in case.history]
    assert told == [("Who met?", ""), ("Where?", "In Tokyo."), ("When?", "")]


def test_a_case_may_carry_the_scope_that_it_is_asked_in(tmp_path):
    scope = {"tags": "economy", "since": 2024, "not_types": ["pdf"]}
    other = GOOD | {"id": "b", "scope": {}}
    first, second = load_suite(gold_file(tmp_path, GOOD | {"scope": scope}, other)).cases
    assert first.scope == Scope(tags=("economy",), since="2024", not_types=("pdf",))
    assert second.scope == EVERYTHING


def test_the_same_question_may_be_asked_in_another_scope(tmp_path):
    rows = [GOOD, GOOD | {"id": "b", "scope": {"tags": ["x"]}}]
    assert lint_all(gold_file(tmp_path, *rows)) == []
    (told,) = lint_all(gold_file(tmp_path, *rows, rows[1] | {"id": "c"}))
    assert "the question of 'c' is asked already" in told


def test_a_case_knows_its_file_and_line_whatever_is_blank_before_it(tmp_path):
    path = gold_file(tmp_path, "", GOOD, "", GOOD | {"id": "b"})
    assert [(c.file, c.line) for c in load_suite(path).cases] == [(str(path), 2), (str(path), 4)]
    assert parse_case(GOOD, "here").line is None
    assert parse_case(GOOD, "here").file == ""


def test_the_same_question_may_be_asked_after_others(tmp_path):
    more = [GOOD | {"id": f"b{n}", "history": ["Who?"]} for n in range(2)]
    (told,) = lint([gold_file(tmp_path, GOOD, *more)])
    assert ":3: the question of 'b1' is asked already" in told


def test_an_answer_that_its_own_quote_lacks_is_noted_and_is_no_mistake(tmp_path):
    quotes = [{"document": "a.txt", "quote": "It takes 34 cars"}]
    rows = [
        GOOD | {"answers": answers, "id": str(n), "question": f"{n}?", "evidence": quotes}
        for n, answers in enumerate((["44"], ["4", "34"], ["Yes"]))
    ]
    path = gold_file(tmp_path, *rows)
    assert list(lint([path])) == []
    assert list(unsure([path])) == [
        f"{path}:1: note: the expected answer '44' is not in the quote given as proof, so one "
        "of them may be wrong: check both"
    ]


def test_what_can_hardly_be_in_a_reply_is_noted(tmp_path):
    path = gold_file(tmp_path, GOOD | {"answers": ["?", "x"], "must_include": ["x", ["…", "y"]]})
    assert list(lint([path])) == []
    first, second = unsure([path])
    assert first.startswith(f"{path}:1: note: answers has '?', in which there is no word")
    assert "must_include has '…'" in second


def test_an_answer_that_must_not_be_said_is_a_mistake(tmp_path):
    path = gold_file(tmp_path, GOOD | {"must_not_include": ["sm-6.", "SM-7"]})
    (told,) = lint([path])
    assert told == (
        f"{path}:1: 'a' must not say 'sm-6.', which an accepted answer says: remove one of the two"
    )


@pytest.mark.parametrize("again", ["which", " Which ?", "WHICH?!"])
def test_a_question_that_differs_in_case_blanks_and_marks_only_is_the_same(tmp_path, again):
    (told,) = lint([gold_file(tmp_path, GOOD, GOOD | {"id": "b", "question": again})])
    assert ":2: the question of 'b' is asked already" in told


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
        ("b.txt", "It rains.", "gold a's document 'b.txt' is not in the library"),
        ("a.txt", "It snows.", "'It snows.' is not in 'a.txt' (`footnote gold repair "),
        ("a.txt", "It rains.", "several places"),
    ],
)
def test_evidence_that_cannot_be_told_says_what_to_do(tmp_path, document, quote, words):
    case = case_with(tmp_path, document=document, quote=quote)
    with pytest.raises(EvidenceError) as caught:
        locate(case, TEXTS)
    assert words in str(caught.value)


YAML = """
- id: a
  question: Which?
  answers: [SM-6]
  evidence:
    - {document: a.txt, quote: "It: rains."}
- id: b
  question: |
    Who
    asks?
  answerable: false
"""


def yaml_file(tmp_path, text):
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_yaml_is_the_same_format_for_writing_by_hand(tmp_path):
    suite = load_suite(yaml_file(tmp_path, YAML))
    assert (suite.name, [case.id for case in suite.cases]) == ("mine", ["a", "b"])
    assert suite.cases[0].evidence[0].quote == "It: rains."
    assert suite.cases[1].place.endswith("mine.yaml:7")
    assert [case.line for case in suite.cases] == [2, 7]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("- id: a\n  question: Q\n  answers: [x]\n\n- id: b\n  colour: 1", 5, "unknown key"),
        ("- id: a\n  question: Q\n  answers: [27]", 3, "put it in quotes"),
        ("- id: a\n  question: Q\n  id: b", 1, "'id' is there twice"),
        ("- id: a\n  evidence:\n  - {quote: x, quote: y}", 3, "'quote' is there twice"),
        ("- id: [a\n- id: b", 2, "not valid YAML"),
        ("id: a", 1, "a list of cases is needed"),
        ("- id: a\n  question: Q\n  answers: [x]\n- 3", 4, "a case is needed"),
        ("[" * 5_000, 1, "nested too deeply"),
        ("- id: a\n  answers: &a [*a]", 1, "no alias inside itself"),
        ("- id: !!python/object/apply:os.system [ls]", 1, "not valid YAML"),
        ("- id: a\n  answers: [!!timestamp soon]", 1, "a value is not what its tag says"),
        ("- id: a\n  answers: [!!bool soon]", 1, "a value is not what its tag says"),
        ('- id: a\n  answers: [!!int ""]', 1, "a value is not what its tag says"),
        ("- id: a\n  answers: [2024-13-45]", 1, "month must be in 1..12"),
    ],
)
def test_a_wrong_yaml_case_is_refused_with_its_line(tmp_path, text, line, words):
    with pytest.raises(GoldError) as caught:
        load_suite(yaml_file(tmp_path, text))
    assert f"mine.yaml:{line}: " in str(caught.value)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("No", "'answers' has No, which YAML reads as a truth value"),
        ("9:30", "'answers' has 9:30, which YAML reads as a number"),
        ("2024-05-01", "'answers' has 2024-05-01, which YAML reads as a date"),
    ],
)
def test_a_yaml_answer_that_yaml_takes_for_something_else_is_to_be_put_in_quotes(
    tmp_path, value, told
):
    text = f"- id: a\n  question: Q\n  answers:\n  - {value}\n- id: b\n  colour: 1"
    first, second = lint([yaml_file(tmp_path, text)])
    assert first.endswith(f'mine.yaml:4: {told}: put it in quotes, "{value}"')
    assert "unknown key 'colour'" in second
    quoted = text.replace(value, f'"{value}"').partition("- id: b")[0]
    assert load_suite(yaml_file(tmp_path, quoted)).cases[0].answers == (value,)


def test_a_number_in_json_is_to_be_put_in_quotes(tmp_path):
    (told,) = lint([gold_file(tmp_path, GOOD | {"answers": [27]})])
    assert told.endswith('put it in quotes, "27"')


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (json.dumps(GOOD).encode("utf-16"), "is UTF-16, as PowerShell's `>` writes it: save it"),
        (b'{"id": "caf\xe9"}', "is not UTF-8: save it as UTF-8"),
    ],
)
@pytest.mark.parametrize("name", ["mine.jsonl", "mine.yaml"])
def test_a_file_in_another_encoding_says_what_to_do(tmp_path, name, content, told):
    (tmp_path / name).write_bytes(content)
    (line,) = lint([tmp_path / name])
    assert told in line


@pytest.mark.parametrize(
    ("name", "way"),
    [
        ("empty.jsonl", "add one with `footnote gold add`"),
        ("empty.yaml", "write a list of them, each begun with `- id:`"),
    ],
)
def test_a_file_without_cases_is_refused_after_the_mistakes_of_others(tmp_path, name, way):
    (tmp_path / name).write_bytes(b"\n \n")
    found = lint([tmp_path / name, gold_file(tmp_path, GOOD | {"answers": []})])
    assert "answerable but has no answers" in next(found)
    with pytest.raises(GoldError, match=f"holds no cases: {way}"):
        next(found)


TYPED = "“Don’t stop”, she said — and the bridge, closed since 1987,\nre-opened in 2010–2012 …"


@pytest.mark.parametrize(
    "quote",
    [
        "the bridge, closed since 1987, re-opened",
        "the bridge,  closed since 1987,\r\n  re-opened",
        '"Don\'t stop", she said - and the bridge',
        "she said—and the bridge",
        "she said -- and",
        "re\u2011opened in 2010-2012 ...",
    ],
)
def test_a_quote_is_found_whatever_its_blanks_quotation_marks_and_dashes(tmp_path, quote):
    case = case_with(tmp_path, document="a.txt", quote=quote)
    texts = {"a.txt": (SourceText(document_id="d", text=TYPED),)}
    ((_, start, end),) = locate(case, texts)
    assert quote.split()[-1][-2:] in TYPED[start:end] or TYPED[start:end].endswith("…")


@pytest.mark.parametrize("quote", ["the bridge closed", "closed since 1988", "The bridge"])
def test_a_quote_in_other_words_stays_gone(tmp_path, quote):
    case = case_with(tmp_path, document="a.txt", quote=quote)
    with pytest.raises(EvidenceError, match="is gone"):
        locate(case, {"a.txt": (SourceText(document_id="d", text=TYPED),)})


def test_blanks_without_end_are_searched_in_no_time(tmp_path):
    case = case_with(tmp_path, document="a.txt", quote="- the bridge - closed")
    with pytest.raises(EvidenceError, match="is gone"):
        locate(case, {"a.txt": (SourceText(document_id="d", text=" \n" * 200_000),)})


def test_a_quote_that_stands_there_as_typed_is_not_made_ambiguous_by_one_written_alike(tmp_path):
    case = case_with(tmp_path, document="a.txt", quote="It's on.")
    text = "It\u2019s on. It's on."
    assert locate(case, {"a.txt": (SourceText(document_id="d", text=text),)}) == (("d", 9, 17),)


@pytest.mark.parametrize("cut", [slice(0, 30), slice(0, 20)])
def test_a_damaged_gzip_file_is_one_sentence(tmp_path: Path, cut: slice) -> None:
    whole = gzip.compress(b'{"question": "Who?", "answers": ["Ann"]}\n' * 9)
    file = tmp_path / "gold.jsonl.gz"
    file.write_bytes(whole[cut])
    with pytest.raises(DatasetError, match="cannot be read"):
        list(read_objects(file))
    file.write_bytes(whole[:12] + b"\xff\xff\xff" + whole[15:])
    with pytest.raises(DatasetError, match=r"cannot be read \(Error -3 while decompressing"):
        list(read_objects(file))


def test_a_line_without_end_is_one_sentence(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "gold.jsonl.gz", "wb", compresslevel=1) as file:
        file.write(bytes(16_000_000))
    with pytest.raises(DatasetError, match=r"gz:1: the line is longer than any case is"):
        list(read_objects(tmp_path / "gold.jsonl.gz"))


def test_aliases_that_unfold_to_too_much_are_one_sentence(tmp_path: Path) -> None:
    parts = "".join(f"  n{n}: &n{n} [{', '.join([f'*n{n - 1}'] * 10)}]\n" for n in range(1, 9))
    text = f"- id: a\n  question: Who?\n  n0: &n0 [Ann]\n{parts}  answers: *n8\n"
    (told,) = lint([yaml_file(tmp_path, text)])
    assert told.endswith("mine.yaml:1: its aliases unfold to too much; write each value out")


def test_an_alias_may_be_used_again(tmp_path: Path) -> None:
    first = "- id: a\n  question: Who?\n  answers: &a [Ann]\n"
    text = f"{first}- id: b\n  question: Whose?\n  answers: *a\n"
    assert [case.answers for case in load_suite(yaml_file(tmp_path, text)).cases] == [("Ann",)] * 2
