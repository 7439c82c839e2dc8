"""What `footnote eval` makes of suites that fail, that ask nothing, and that make no sense."""

import json
import re
import shutil

import pytest

from eval.results import case_from_row
from rag import Assistant
from rag.cli.main import main

pytestmark = pytest.mark.usefixtures("reading_once")
TOWNS = range(1, 10)


def rows(*, right=TOWNS, tag="a"):
    return [
        {
            "id": f"t{town}",
            "question": f"When did the bridge of town {town} open?",
            "answers": [f"19{50 + town}" if town in right else "2099"],
            "evidence": [
                {
                    "document": f"t{town}.txt",
                    "quote": f"The bridge of town {town} opened in 195{town}.",
                }
            ],
            "tags": [tag],
        }
        for town in TOWNS
    ]


def as_lines(cases):
    return "".join(json.dumps(case) + "\n" for case in cases)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Make a library of nine towns, suites that are right and wrong over it, and a baseline."""
    folder = tmp_path_factory.mktemp("made")
    for town in TOWNS:
        text = f"Report of town {town}. The bridge of town {town} opened in 195{town}. It is long."
        (folder / f"t{town}.txt").write_text(text, encoding="utf-8")
    with Assistant.open(library=folder / "library") as assistant:
        assistant.library.add(*folder.glob("*.txt"))
    (folder / "right.jsonl").write_text(as_lines(rows()))
    (folder / "two.jsonl").write_text(as_lines(rows(right=range(1, 8))))
    (folder / "wrong.jsonl").write_text(as_lines(rows(right=())))
    assert main(["eval", f"{folder}/right.jsonl", "--library", f"{folder}/library",
                 "--baseline", f"{folder}/right.json", "--update-baseline"]) == 0  # fmt: skip
    return folder


@pytest.fixture
def run(made, tmp_path, capsys, monkeypatch):
    """Run `footnote eval` in a folder of its own with the suites in it; give code and words."""
    for path in (*made.glob("*.jsonl"), made / "right.json"):
        shutil.copy(path, tmp_path)
    monkeypatch.chdir(tmp_path)

    def run(*words, files=None):
        for name, text in (files or {}).items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
        asks = not {"lint", "--squad", "--beir"} & set(words)
        library = ["--library", str(made / "library")] if asks else []
        capsys.readouterr()
        code = main(["eval", *words, *library])
        said = capsys.readouterr()
        return code, " ".join(said.out.split()), said.err

    return run


VACUOUS = {
    "an empty file": (("e.jsonl",), {"e.jsonl": ""}, "'e.jsonl' is empty"),
    "blank lines alone": (("e.jsonl",), {"e.jsonl": "\n \n"}, "'e.jsonl' is empty"),
    "an empty list": (("e.yaml",), {"e.yaml": "[]"}, "'e.yaml' is empty"),
    "an empty file, checked": (("lint", "e.jsonl"), {"e.jsonl": ""}, "'e.jsonl' is empty"),
    "all filtered out": (("wrong.jsonl", "--tag", "b"), {}, "no case of 'wrong' has the tag 'b'"),
    "a limit of none": (("wrong.jsonl", "--limit", "0"), {}, "'0' is not a whole number from 1"),
    "a recording that is not there": (
        ("wrong.jsonl", "--replay", "absent.jsonl"),
        {},
        "'absent.jsonl' cannot be read",
    ),
    "an empty recording": (
        ("wrong.jsonl", "--replay", "r.jsonl"),
        {"r.jsonl": ""},
        "no such reply",
    ),
    "the baseline of another suite": (
        ("wrong.jsonl", "--baseline", "right.json"),
        {},
        "is of the suite 'right' and not of 'wrong'",
    ),
    "another suite's baseline, to be overwritten": (
        ("wrong.jsonl", "--baseline", "right.json", "--update-baseline"),
        {},
        "is of the suite 'right' and not of 'wrong'",
    ),
    "a baseline of other cases": (
        ("right.jsonl", "--baseline", "right.json"),
        {"right.jsonl": as_lines([rows()[0] | {"id": "new"}])},
        "has none of the cases that are asked",
    ),
    "thresholds of a suite misspelt": (
        ("wrong.jsonl", "--thresholds", "t.toml"),
        {"t.toml": "[wrnog]\npassed = 0.1\n"},
        "its table 'wrnog' is the nearest: if that is meant, call it 'wrong'",
    ),
    "thresholds beside it, misspelt": (
        ("wrong.jsonl",),
        {"thresholds.toml": "[wrnog]\npassed = 0.1\n"},
        "its table 'wrnog' is the nearest",
    ),
    "thresholds of no suite": (
        ("wrong.jsonl", "--thresholds", "t.toml"),
        {"t.toml": ""},
        "has no thresholds of 'wrong': add a table",
    ),
    "thresholds that a limit drops": (
        ("wrong.jsonl", "--thresholds", "t.toml", "--limit", "3"),
        {"t.toml": "[wrong]\npassed = 0.9\n"},
        "--thresholds holds for all 9 cases of 'wrong', and --limit asks 3 of them",
    ),
    "thresholds of a tag misspelt": (
        ("wrong.jsonl",),
        {"thresholds.toml": "[wrong]\npassed = 0.1\n[wrong.tags.nope]\npassed = 0.1\n"},
        "[wrong.tags.nope] in thresholds.toml names a tag that no case of 'wrong' has; its tags "
        "are a: mend its name",
    ),
    "a suite named twice": (
        ("wrong.jsonl", "./wrong.jsonl"),
        {},
        "'wrong.jsonl' is named twice: name each suite once",
    ),
    "a model that is none": (("wrong.jsonl", "--llm", "nope:x"), {}, "nope"),
    "a provider without its model": (("wrong.jsonl", "--llm", "openai"), {}, "names no model"),
    "a model without its key": (("wrong.jsonl", "--llm", "openai:x"), {}, "needs a key"),
    "a report over the suite": (
        ("wrong.jsonl", "--markdown", "./wrong.jsonl"),
        {},
        "--markdown would write over 'wrong.jsonl', which this run reads: name another file",
    ),
    "a report over the thresholds beside it": (
        ("wrong.jsonl", "--html", "thresholds.toml"),
        {"thresholds.toml": "[wrong]\npassed = 0.1\n"},
        "--html would write over 'thresholds.toml'",
    ),
    "a report over the baseline": (
        ("right.jsonl", "--baseline", "right.json", "--junit", "right.json"),
        {},
        "--junit would write over 'right.json'",
    ),
    "two reports of one name": (
        ("wrong.jsonl", "--markdown", "r.md", "--comment", "r.md"),
        {},
        "--markdown and --comment would both write 'r.md': name two files",
    ),
    "a SQuAD set without questions": (
        ("--squad", "s.json"),
        {"s.json": '{"data": []}'},
        "asks no question",
    ),
    "a BEIR set without queries": (
        ("--beir", "b"),
        {"b/corpus.jsonl": '{"_id": "1", "text": "Cats sleep."}\n', "b/queries.jsonl": ""},
        "b",
    ),
}


@pytest.mark.parametrize("name", VACUOUS)
def test_what_could_not_fail_is_refused_in_one_sentence(run, name, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    words, files, said = VACUOUS[name]
    code, out, err = run(*words, files=files)
    assert (code, out) == (2, "")
    assert said in err
    assert (err.count("\n"), "Traceback" in err) == (1, False)


def test_one_wrong_answer_is_red_and_mended_it_is_green(run):
    code, out, _ = run("two.jsonl")
    assert code == 1
    assert "two.jsonl: 2 of 9 questions went wrong: t8, t9" in out
    assert run("right.jsonl")[0] == 0


def test_a_baseline_in_which_cases_failed_allows_none(run):
    assert run("two.jsonl", "--update-baseline")[0] == 1
    code, out, _ = run("two.jsonl")
    assert code == 1
    assert "2 of these were wrong in the earlier run too: t8, t9" in " ".join(out.split())


def test_thresholds_beside_a_suite_are_an_explicit_choice_that_is_shown(run):
    code, out, _ = run("two.jsonl", "--json", files={"thresholds.toml": "[two]\npassed = 0.7\n"})
    (suite,) = json.loads(out)["suites"]
    assert (
        suite["gate"]["rule"]
        == "at least 7 of 9 questions must be right, as set in thresholds.toml"
    )
    assert code == 0
    code, out, _ = run("two.jsonl", files={"thresholds.toml": "[two]\npassed = 0.8\n"})
    assert (code, "two.jsonl: 7 of 9 questions right, but 8 must be" in out) == (1, True)


def test_fail_under_alone_is_said_to_decide_over_the_file(run):
    thresholds = {"thresholds.toml": "[two]\npassed = 0.9\n"}
    code, out, _ = run("two.jsonl", "--fail-under", "0.1", "--json", files=thresholds)
    rule = json.loads(out)["suites"][0]["gate"]["rule"]
    said = "at least 1 of 9 questions must be right, as set by --fail-under (thresholds.toml asks"
    assert (code, rule) == (0, f"{said} 0.9)")


def test_fail_under_leaves_the_other_thresholds_of_the_file(run):
    thresholds = {"thresholds.toml": "[two]\npassed = 0.9\n[two.tags.a]\npassed = 0.7\n"}
    _, out, _ = run("two.jsonl", "--fail-under", "0.1", "--json", files=thresholds)
    rule = json.loads(out)["suites"][0]["gate"]["rule"]
    assert rule.endswith("by --fail-under (thresholds.toml asks 0.9) and in thresholds.toml")


def test_a_limit_that_leaves_nothing_out_keeps_the_thresholds(run):
    thresholds = {"t.toml": "[two]\npassed = 0.7\n"}
    assert run("two.jsonl", "--thresholds", "t.toml", "--limit", "9", files=thresholds)[0] == 0


def test_a_part_of_a_suite_is_held_strictly_and_says_so(run):
    thresholds = {"thresholds.toml": "[two]\npassed = 0.7\n[two.tags.a]\npassed = 0.7\n"}
    code, out, _ = run("two.jsonl", "--limit", "8", files=thresholds)
    assert code == 1
    assert (
        "in thresholds.toml hold for all 9 cases and not for a part of 8; --fail-under names" in out
    )
    assert run("two.jsonl", "--limit", "8", "--fail-under", "0.5")[0] == 0


def test_a_part_that_is_a_tag_is_held_to_the_tags_thresholds(run):
    cases = [*rows(right=range(1, 8)), rows(tag="b")[0] | {"id": "other", "question": "Who?"}]
    files = {"two.jsonl": as_lines(cases), "thresholds.toml": "[two.tags.a]\npassed = 0.7\n"}
    code, out, _ = run("two.jsonl", "--tag", "a", "--json", files=files)
    rule = json.loads(out)["suites"][0]["gate"]["rule"]
    assert (code, rule) == (0, "at least 7 of 9 questions must be right, as set in thresholds.toml")


def test_nine_that_passed_and_none_that_passes_is_no_chance(run, made):
    files = {"right.jsonl": as_lines(rows(right=())), "t.toml": "[right]\npassed = 0\n"}
    code, out, _ = run(
        "right.jsonl", "--baseline", "right.json", "--thresholds", "t.toml", files=files
    )
    assert code == 1
    assert "right.jsonl: questions that went right (passed) fell from 100 % to 0 %" in out
    assert "may be luck" not in out


def test_a_model_that_is_down_fails_every_case(run, monkeypatch):
    monkeypatch.setenv("FOOTNOTE_LLM_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("FOOTNOTE_LLM_DEADLINE", "0.2")
    code, out, _ = run("right.jsonl", "--llm", "openai-like:x", "--limit", "1", "--json")
    cases = json.loads(out)["suites"][0]["cases"]
    assert code == 1
    assert [case["status"] for case in cases] == ["crashed"]


def test_a_baseline_that_cannot_be_read_is_written_anew(run):
    files = {"baselines/right.json": "{}"}
    assert run("right.jsonl", files=files)[0] == 2
    assert run("right.jsonl", "--update-baseline")[0] == 0
    assert run("right.jsonl")[0] == 0


def test_what_was_measured_with_another_trained_model_says_so_and_is_renewed(run, tmp_path):
    old = re.sub(
        r'("reader": ")\w+', r"\g<1>0123456789abcdef", (tmp_path / "right.json").read_text()
    )
    text = (
        '[other]\npassed = 1\n\n[right] # mine\nreader = "0123456789abcdef"\npassed = 0.5 # half\n'
    )
    files = {"baselines/right.json": old, "thresholds.toml": text}
    code, out, _ = run("right.jsonl", files=files)
    assert code == 0
    assert "Take care: trained model" in out
    assert "thresholds in thresholds.toml were measured with another trained model (0123" in out
    code, _, err = run("right.jsonl", "--update-baseline")
    assert (code, "thresholds.toml names the trained model of this run now" in err) == (0, True)
    renewed = (tmp_path / "thresholds.toml").read_text()
    assert re.sub(r'reader = "\w{64}"', 'reader = "0123456789abcdef"', renewed) == text
    assert "trained model" not in run("right.jsonl")[1]


def test_thresholds_that_a_run_misses_are_not_renewed(run, tmp_path):
    text = '[two]\nreader = "0123"\npassed = 0.9\n'
    code, _, err = run("two.jsonl", "--update-baseline", files={"thresholds.toml": text})
    assert (code, "does not reach its thresholds" in err) == (1, True)
    assert (tmp_path / "thresholds.toml").read_text() == text


def test_results_carry_the_trained_model(made):
    kept = json.loads((made / "right.json").read_text())
    assert re.fullmatch("[0-9a-f]{64}", kept["fingerprint"]["reader"])
    assert case_from_row(kept["cases"][0]).passed


REFUSAL = as_lines([{"id": "r", "question": "Who sang?", "answerable": False}])


@pytest.mark.parametrize(
    "words",
    [
        ("eval", "r.jsonl"),
        ("eval", "compare", "--a", "threshold=0.9", "r.jsonl"),
        ("eval", "calibrate", "--precision", "0.9", "r.jsonl"),
        ("eval", "lint", "r.jsonl"),
        ("eval", "export", "--to", "squad", "r.jsonl"),
        ("gold", "draft", "r.jsonl"),
        ("gold", "repair", "r.jsonl"),
    ],
)
def test_a_library_misspelt_is_refused_and_not_made(tmp_path, monkeypatch, capsys, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "r.jsonl").write_text(REFUSAL)
    assert main([*words, "--library", "typo"]) == 2
    assert "there is no library at 'typo': check its name" in capsys.readouterr().err
    assert not (tmp_path / "typo").exists()


@pytest.mark.parametrize("named", [True, False])
def test_refusals_do_not_pass_over_a_library_that_is_empty(tmp_path, monkeypatch, capsys, named):
    (tmp_path / "r.jsonl").write_text(REFUSAL)
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("FOOTNOTE_LIBRARY", str(tmp_path / "empty"))
    option = ["--library", str(tmp_path / "empty")] if named else []
    assert main(["eval", str(tmp_path / "r.jsonl"), *option]) == 2
    assert "the library is empty, so nothing can be asked" in capsys.readouterr().err


def test_a_report_is_not_written_over_an_article_of_the_library(run, made):
    code, out, err = run("right.jsonl", "--markdown", str(made / "t1.txt"))
    assert (code, out) == (2, "")
    assert "t1.txt', which this run reads: name another file" in err
    assert (made / "t1.txt").read_text().startswith("Report of town 1.")
