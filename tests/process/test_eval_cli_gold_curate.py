"""`footnote gold repair` and `draft`: what a person accepts is written, and nothing unseen."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from eval.suites.files import load_suite
from rag.cli.main import main

BEFORE = "The bridge of Talin was opened in 1964. It was closed in 2021 for repairs."
AFTER = "The Talin bridge was opened to traffic in May 1964. It was closed in 2022 for the repairs."


@pytest.fixture(scope="module")
def changed(tmp_path_factory):
    """A library whose only article was changed."""
    folder = tmp_path_factory.mktemp("changed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FOOTNOTE_SEEDS", "false")
        (folder / "a.txt").write_text(AFTER)
        assert main(["add", str(folder / "a.txt"), "--library", str(folder / "library")]) == 0
    return folder / "library"


@pytest.fixture
def gold(tmp_path, monkeypatch):
    monkeypatch.setenv("FOOTNOTE_SEEDS", "false")
    rows = [
        {"id": "opened", "question": "When was it opened?", "answers": ["1964"]},
        {"id": "closed", "question": "When was it closed?", "answers": ["2021"]},
    ]
    quotes = BEFORE.replace(". ", ".\n").split("\n")
    for row, quote in zip(rows, quotes, strict=True):
        row["evidence"] = [{"document": "a.txt", "quote": quote}]
    path = tmp_path / "g.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def quotes(path):
    return [case.evidence[0].quote for case in load_suite(path).cases]


def typed(keys: str, *arguments: str, folder: Path) -> tuple[int, str]:
    """Run `footnote gold` in a terminal and type into it; return its exit code and output."""
    ours, theirs = pty.openpty()
    code = "import sys; from rag.cli.main import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "gold", *arguments]
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=subprocess.STDOUT, cwd=folder
    )
    os.close(theirs)
    os.write(ours, keys.encode())
    output = b""
    try:
        while piece := os.read(ours, 65536):
            output += piece
    except OSError:  # how a terminal says that nobody has it open any more
        pass
    os.close(ours)
    return process.wait(timeout=60), output.decode().replace("\r\n", "\n")


def test_without_a_terminal_repair_shows_its_proposals_and_writes_nothing(changed, gold, capsys):
    before = gold.read_bytes()
    assert main(["gold", "repair", str(gold), "--library", str(changed)]) == 1
    told = capsys.readouterr().out
    assert "was in a.txt: The bridge of Talin was opened in 1964." in told
    assert "nearest there now: The Talin bridge was opened to traffic in May 1964." in told
    assert "but it has no accepted answer (2021): mend those too" in told
    assert "nothing was written: run it in a terminal to choose, or with --yes" in told
    assert gold.read_bytes() == before


def test_yes_renews_what_still_has_its_answer_and_leaves_the_rest_to_a_person(changed, gold):
    assert main(["gold", "repair", str(gold), "--library", str(changed), "--yes"]) == 1
    first, second = quotes(gold)
    assert first == "The Talin bridge was opened to traffic in May 1964."
    assert second == "It was closed in 2021 for repairs."


def test_in_a_terminal_a_person_accepts_each_one(changed, gold):
    code, told = typed(
        "x\nn\ny\n", "repair", str(gold), "--library", str(changed), folder=gold.parent
    )
    assert (code, told.count("write the new quote?")) == (1, 3)
    assert "1 of 2 quotes renewed" in told
    assert quotes(gold)[0] == "The bridge of Talin was opened in 1964."
    assert quotes(gold)[1] == "It was closed in 2022 for the repairs."


def test_where_every_quote_stands_repair_says_so(changed, gold, capsys):
    rows = [json.loads(line) for line in gold.read_text().splitlines()]
    rows[0]["evidence"][0]["quote"] = "opened to traffic"
    gold.write_text(json.dumps(rows[0]))
    assert main(["gold", "repair", str(gold), "--library", str(changed)]) == 0
    assert "every quote of" in capsys.readouterr().out


def test_without_a_terminal_draft_prints_its_proposals_and_writes_nothing(
    changed, gold, tmp_path, capsys
):
    path = tmp_path / "new.jsonl"
    command = ["gold", "draft", str(path), "--library", str(changed)]
    assert main(command) == 0
    told = capsys.readouterr().out
    assert "question: When was the Talin bridge opened to traffic?\n  answer: May 1964" in told
    assert "a.txt: The Talin bridge was opened to traffic in May 1964." in told
    assert "nothing was written" in told
    assert not path.exists()
    assert main([*command, "--document", "b.txt"]) == 2
    assert "'b.txt' is not in the library" in capsys.readouterr().err


def test_in_a_terminal_a_person_edits_a_proposal_and_it_passes(changed, gold, tmp_path):
    path = tmp_path / "new.jsonl"
    keys = "e\nWhen was the bridge of Talin opened?\nMay 1964|1964\n"
    code, told = typed(keys, "draft", str(path), "--library", str(changed), folder=tmp_path)
    assert (code, "1 of 1 added" in told) == (0, True)
    (case,) = load_suite(path).cases
    assert case.question == "When was the bridge of Talin opened?"
    assert case.answers == ("May 1964", "1964")
    assert main(["eval", str(path), "--library", str(changed)]) == 0


def test_a_drafted_answer_that_its_quote_lacks_is_noted(changed, gold, tmp_path):
    keys = "e\nWhen was the bridge of Talin opened?\n1965\n"
    arguments = "draft", str(tmp_path / "new.jsonl"), "--library", str(changed)
    _, told = typed(keys, *arguments, folder=tmp_path)
    assert "  note: the expected answer '1965' is not in the quote given as proof" in told


@pytest.mark.parametrize("item", ["", " | "])
def test_nothing_to_include_is_refused(gold, capsys, item):
    before = gold.read_bytes()
    assert main(["gold", "add", str(gold), "Q?", "--answer", "x", "--must-include", item]) == 2
    assert "--must-include needs what must be said" in capsys.readouterr().err
    assert gold.read_bytes() == before


def test_a_case_without_an_answer_is_told_of_both_ways(tmp_path, capsys):
    gold = tmp_path / "g.jsonl"
    assert main(["gold", "add", str(gold), "What colour is it?"]) == 2
    assert "--answer, or say --abstain where the articles" in capsys.readouterr().err
    assert not gold.exists()


def test_what_is_skipped_is_not_written(changed, gold, tmp_path):
    path = tmp_path / "new.jsonl"
    code, told = typed("s\n", "draft", str(path), "--library", str(changed), folder=tmp_path)
    assert (code, "0 of 1 added" in told, path.exists()) == (0, True, False)


def test_an_answer_that_its_quote_lacks_is_added_and_noted(changed, gold, capsys):
    quote = ["--document", "a.txt", "--quote", "opened to traffic in May 1964"]
    for answer, question in (("1965", "Which year?"), ("1964", "What year?")):
        added = ["gold", "add", str(gold), question, "--answer", answer, *quote]
        assert main([*added, "--library", str(changed)]) == 0
    assert [case.answers for case in load_suite(gold).cases][2:] == [("1965",), ("1964",)]
    assert capsys.readouterr().err == (
        "note: the expected answer '1965' is not in the quote given as proof, so one of them "
        "may be wrong: check both\n"
    )
    assert main(["eval", "lint", str(gold)]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(f"{gold}:3: note: the expected answer '1965'")
