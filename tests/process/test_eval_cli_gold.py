"""Gold suites are added to, checked, and exchanged with other formats."""

import json
import subprocess
import sys
from types import SimpleNamespace

import pytest
import yaml
from jsonschema import Draft202012Validator

from eval.datasets.formats import (
    as_lines,
    as_promptfoo,
    as_squad,
    beir_rows,
    left_out,
    load_beir,
    write_beir,
)
from eval.datasets.squad import load_squad, squad_rows
from eval.suites.cases import KEYS, GoldError, Quote, parse_case, source_texts
from eval.suites.files import load_suite
from eval.suites.new_cases import add_case, suggested, wordings
from eval.suites.repair import lint
from rag import Card, OperationError, Scope
from rag.internal import LoggedQuestion, data_text

SCHEMA = json.loads(data_text("eval", "gold.schema.json"))

TEXT = "They build AMRAAM. It rains.\nIt rains."


class Shelf:
    """Documents by file name."""

    def __init__(self, **texts):
        self._texts = texts or {"a": TEXT}
        self.sources = {name: f"/articles/{name}.txt" for name in self._texts}

    def documents(self):
        return [
            SimpleNamespace(id=f"d{n}", card=Card(source=source, title="The missile"))
            for n, source in enumerate(self.sources.values(), 1)
        ]

    def document(self, document_id):
        return SimpleNamespace(text=list(self._texts.values())[int(document_id[1:]) - 1])


EVIDENCE = (Quote(document="a.txt", quote="They build AMRAAM."),)


def add(path, question="Which missile?", **changes):
    plain = {"question": question, "answers": ("AMRAAM",), "evidence": EVIDENCE}
    return add_case(path, Shelf(), **(plain | changes))


def test_an_added_case_keeps_its_scope_and_may_ask_again_in_another(tmp_path):
    path = tmp_path / "g.jsonl"
    add(path, scope=Scope(tags=("economy",), until="2024"))
    add(path)
    with pytest.raises(GoldError, match="the question is in the file already"):
        add(path)
    first, second = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    assert first["scope"] == {"tags": ["economy"], "until": "2024"}
    assert "scope" not in second
    Draft202012Validator(SCHEMA).validate(first)


def test_an_added_case_is_read_back(tmp_path):
    case = add(tmp_path / "g.jsonl", tags=("which",), notes="From use.", critical=True)
    read = load_suite(tmp_path / "g.jsonl").cases[0]
    assert (read, read.id) == (case, "which-missile")
    abstain = add(tmp_path / "g.jsonl", "What cost?", answers=(), evidence=(), answerable=False)
    assert load_suite(tmp_path / "g.jsonl").cases[1] == abstain


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"question": "which  MISSILE"}, "is in the file already"),
        ({"question": "Other?", "case_id": "which-missile"}, "is used already at"),
        ({"question": "Other?", "answers": ()}, "has no answers"),
        ({"question": " "}, "not blank"),
        ({"question": ""}, "'question' is '', but a string that is not blank"),
        ({"question": "", "answers": (), "evidence": (), "answerable": False}, "not blank"),
        ({"question": "O?", "must_include": [[]]}, "a list without a wording"),
        ({"question": "O?", "evidence": (Quote(document="a.txt", quote="Sells."),)}, "is not in"),
        (
            {"question": "O?", "evidence": (Quote(document="a.txt", quote="It rains."),)},
            "ambiguous",
        ),
        (
            {"question": "O?", "evidence": (Quote(document="b.txt", quote="x"),)},
            "not in the library",
        ),
    ],
)
def test_what_is_no_new_sound_case_leaves_the_file_as_it_was(tmp_path, changes, words):
    add(tmp_path / "g.jsonl")
    before = (tmp_path / "g.jsonl").read_bytes()
    with pytest.raises(GoldError, match=words):
        add(tmp_path / "g.jsonl", **changes)
    assert (tmp_path / "g.jsonl").read_bytes() == before


@pytest.mark.parametrize(
    "document", ["a.txt", "/articles/a.txt", "C:\\elsewhere\\a.txt", "d1", "The missile"]
)
def test_a_document_may_be_named_as_list_prints_it_and_is_written_by_its_file_name(
    tmp_path, document
):
    evidence = (Quote(document=document, quote="They build AMRAAM."),)
    assert add(tmp_path / "g.jsonl", evidence=evidence).evidence == EVIDENCE


def test_one_of_two_documents_of_one_file_name_stays_told_by_its_id(tmp_path):
    shelf = Shelf(a=TEXT, b=TEXT)
    shelf.sources = {"a": "/x/a.txt", "b": "/y/a.txt"}
    known = (Quote(document="d2", quote="They build AMRAAM."),)
    plain = {"question": "Which?", "answers": ["AMRAAM"]}
    case = add_case(tmp_path / "g.jsonl", shelf, evidence=known, **plain)
    assert case.evidence == known
    with pytest.raises(GoldError, match="name the document by its id"):
        add_case(tmp_path / "h.jsonl", shelf, evidence=EVIDENCE, **plain)


def test_what_must_all_be_there_is_written_with_its_wordings(tmp_path):
    items = wordings(["2.4 million | 2,400,000", "crowns", " | "])
    case = add(tmp_path / "g.jsonl", must_include=items)
    assert case.must_include == (("2.4 million", "2,400,000"), ("crowns",))
    assert load_suite(tmp_path / "g.jsonl").cases == (case,)


def test_a_file_without_a_last_line_end_keeps_its_last_case(tmp_path):
    (tmp_path / "g.jsonl").write_text('\n\n{"id": "a", "question": "Q?", "answers": ["x"]}')
    assert add(tmp_path / "g.jsonl").line == 4
    assert [case.id for case in load_suite(tmp_path / "g.jsonl").cases] == ["a", "which-missile"]


def test_a_crash_before_the_replacement_leaves_the_file_as_it_was(tmp_path, monkeypatch):
    add(tmp_path / "g.jsonl")
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "disk full")))
    with pytest.raises(OperationError, match="disk full"):
        add(tmp_path / "g.jsonl", "Other?")
    assert len(load_suite(tmp_path / "g.jsonl").cases) == 1
    assert sorted(path.name for path in tmp_path.glob("*part")) == []


_ADD_TEN = """
import sys
from pathlib import Path
from types import SimpleNamespace
from eval.suites.new_cases import add_case
shelf = SimpleNamespace(documents=lambda: [], document=None)
for number in range(int(sys.argv[2]), int(sys.argv[2]) + 10):
    question = f"Question {number}?"
    add_case(
        Path(sys.argv[1]), shelf, question=question, answers=(), evidence=(), answerable=False
    )
"""


def test_two_processes_that_add_at_once_lose_nothing(tmp_path):
    command = [sys.executable, "-c", _ADD_TEN, str(tmp_path / "g.jsonl")]
    pair = [subprocess.Popen([*command, start]) for start in ("0", "10")]
    assert [process.wait(timeout=120) for process in pair] == [0, 0]
    assert len(load_suite(tmp_path / "g.jsonl").cases) == 20


def test_only_a_hidden_file_may_stay_beside_the_gold_and_none_beside_a_folder(tmp_path):
    add(tmp_path / "g.jsonl")
    assert [path.name for path in tmp_path.iterdir() if path.name[0] != "."] == ["g.jsonl"]
    (tmp_path / "d").mkdir()
    with pytest.raises(GoldError, match="is a folder: name a JSON Lines file in it"):
        add(tmp_path / "d")
    assert not (tmp_path / ".d.lock").exists()


def test_yaml_is_not_added_to(tmp_path):
    with pytest.raises(GoldError, match="plain JSON Lines"):
        add(tmp_path / "g.yaml")


def test_lint_lists_every_mistake_with_its_line(tmp_path):
    rows = [
        {"id": "a", "question": "Q?", "answers": ["x"]},
        {"id": "a", "question": "R?", "answers": ["x"]},
        {"id": "b", "question": "q?", "answers": ["x"], "colour": 1},
        {"id": "c", "question": "Q?", "answers": ["x"]},
        {"id": "d", "question": "S?", "answers": ["x"], "evidence": [vars_of("Gone.")]},
    ]
    path = tmp_path / "g.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    found = [line.removeprefix(str(path)) for line in lint([path], Shelf())]
    assert [line[:2] for line in found] == [":2", ":3", ":4", ":5"]
    assert "used already" in found[0]
    assert "unknown key" in found[1]
    assert "asked already" in found[2]
    assert "passage is gone" in found[3]
    assert len(list(lint([path]))) == 3


def vars_of(quote):
    return {"document": "a.txt", "quote": quote}


GOOD = {"id": "a", "question": "Q?", "answers": ["x"]}


@pytest.mark.parametrize(
    "row",
    [
        GOOD,
        GOOD | {"evidence": [vars_of("x")], "tags": ["t"], "notes": "n", "critical": True},
        {"id": "a", "question": "Q?", "answerable": False},
        {"id": "a", "question": "Q?", "answerable": False, "answers": []},
        {"id": "a", "question": "Q?", "answerable": False, "answers": ["x"]},
        {"id": "a", "question": "Q?", "answerable": False, "evidence": [vars_of("x")]},
        {"id": "a", "question": "Q?"},
        {"id": "a", "question": "Q?", "answerable": False, "must_include": ["x"]},
        GOOD | {"must_include": ["x", ["y", "z"]]},
        GOOD | {"must_include": [[]]},
        GOOD | {"answers": []},
        GOOD | {"answers": [" "]},
        GOOD | {"answers": "x"},
        GOOD | {"answers": [1]},
        GOOD | {"id": " "},
        GOOD | {"id": 3},
        GOOD | {"colour": 1},
        GOOD | {"critical": "yes"},
        GOOD | {"notes": ""},
        GOOD | {"tags": None},
        GOOD | {"evidence": [{"quote": "x"}]},
        GOOD | {"evidence": [vars_of("x") | {"page": 1}]},
        {"question": "Q?", "answers": ["x"]},
    ],
)
def test_the_schema_accepts_what_the_parser_accepts(row):
    try:
        parse_case(row, "here")
        sound = True
    except GoldError:
        sound = False
    assert Draft202012Validator(SCHEMA).is_valid(row) == sound


def test_the_schema_names_every_key():
    assert set(SCHEMA["properties"]) == KEYS


def gold(tmp_path):
    rows = [
        GOOD | {"id": "m", "answers": ["AMRAAM", "no"], "evidence": [vars_of(EVIDENCE[0].quote)]},
        GOOD | {"id": "b", "question": "Build?", "evidence": [vars_of("They build")]},
        {"id": "n", "question": "Cost?", "answerable": False, "must_not_include": ["$"]},
    ]
    (tmp_path / "g.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return load_suite(tmp_path / "g.jsonl")


def test_a_suite_goes_to_squad_and_back(tmp_path):
    texts = source_texts(Shelf(), ["a.txt"])
    (tmp_path / "s.json").write_text(as_squad(gold(tmp_path), texts))
    squad = load_squad(tmp_path / "s.json")
    found = [(one.id, one.answers, one.spans) for one in squad.questions]
    assert found == [
        ("m", ("AMRAAM",), ((11, 17),)),
        ("b", ("They build",), ((0, 10),)),
        ("n", (), ()),
    ]
    (tmp_path / "back.jsonl").write_text(as_lines(squad_rows(squad)))
    back = load_suite(tmp_path / "back.jsonl").cases
    assert [case.answerable for case in back] == [True, True, False]
    assert back[0].evidence[0].quote == "They build AMRAAM. It rains."


def test_a_suite_goes_to_beir_and_back(tmp_path):
    write_beir(gold(tmp_path), source_texts(Shelf(), ["a.txt"]), tmp_path / "beir")
    beir = load_beir(tmp_path / "beir")
    assert [query.id for query in beir.queries] == ["m", "b"]
    assert beir.queries[0].relevance == {"beir/beir/a.txt": 1.0}
    rows = list(beir_rows(beir))
    assert rows[0]["evidence"] == [{"document": "a.txt", "quote": TEXT}]
    (tmp_path / "back.jsonl").write_text(as_lines(iter(rows)))
    assert len(load_suite(tmp_path / "back.jsonl").cases) == 2


def test_promptfoo_gets_a_test_for_each_case(tmp_path):
    content = yaml.safe_load(as_promptfoo(gold(tmp_path)))
    first, _, last = content["tests"]
    silent, said = first["assert"]
    assert silent == {"type": "not-starts-with", "value": "Abstained: "}
    assert (said["type"], said["value"]) == ("contains-any", [" amraam ", " no "])
    assert last["assert"] == [{"type": "starts-with", "value": "Abstained: "}]
    assert "footnote ask --json" in content["providers"][0]


def test_promptfoo_compares_what_must_and_must_not_be_said_as_whole_words(tmp_path):
    row = {"id": "a", "question": "Q?", "answers": ["The 28,000 (men)"]}
    row |= {"must_include": [["x", "y"]], "must_not_include": ["no", "never."]}
    (tmp_path / "g.jsonl").write_text(json.dumps(row))
    (test,) = yaml.safe_load(as_promptfoo(load_suite(tmp_path / "g.jsonl")))["tests"]
    assert [(one["type"], one["value"]) for one in test["assert"]] == [
        ("not-starts-with", "Abstained: "),
        ("contains-any", [" 28000 men "]),
        ("contains-any", [" x ", " y "]),
        ("not-contains-any", [" no ", " never "]),
    ]


@pytest.mark.parametrize(
    ("form", "lost"), [("promptfoo", ("after", "braces")), ("squad", ("after", "braces", "bare"))]
)
def test_cases_that_a_format_cannot_hold_are_named(tmp_path, form, lost):
    evidence = {"evidence": [{"document": "a.txt", "quote": TEXT}]}
    rows = [
        {"id": "good", "question": "Q?", "answers": ["x"]} | evidence,
        {"id": "after", "question": "And?", "answers": ["x"], "history": ["Q?"]} | evidence,
        {"id": "braces", "question": "{{ x }}?", "answers": ["x"]},
        {"id": "bare", "question": "R?", "answers": ["x"]},
        {"id": "none", "question": "S?", "answerable": False},
    ]
    (tmp_path / "g.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert left_out(load_suite(tmp_path / "g.jsonl"), form) == lost


def logged(question, status, confidence):
    return LoggedQuestion(
        question=question,
        status=status,
        confidence=confidence,
        asked_at="2026-01-01T00:00:00+00:00",
    )


def test_abstained_then_unsure_questions_that_are_no_cases_are_suggested(tmp_path):
    entries = [
        logged("Sure?", "answered", 0.9),
        logged("Unsure?", "answered", 0.2),
        logged("Lost?", "abstained", 0.5),
        logged("lost", "abstained", 0.4),
        logged("cost", "abstained", 0.0),
    ]
    found = suggested(entries, gold(tmp_path).cases)
    assert [(one.question, one.times) for one in found] == [
        ("lost", 2),
        ("Unsure?", 1),
        ("Sure?", 1),
    ]
