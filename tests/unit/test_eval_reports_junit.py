"""JUnit XML is valid for any text and says what a CI server needs."""

from pathlib import Path

import pytest
from lxml import etree

from eval.reports.platforms import junit
from eval.results import Comparison

SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).parents[1] / "data/junit.xsd"))
HOSTILE = "a\x00b \ud800 ]]> <![CDATA[ &amp; <!-- --> \x1b[31m \u202e \ufffe \r\n\t \"'é😀"
SHOWN = (
    r"a\x00b \ud800 ]]> <![CDATA[ &amp; <!-- --> \x1b[31m "
    "\u202e "
    r"\ufffe"
    " \r\n\t \"'é😀"
)


def read(*runs):
    root = etree.fromstring(junit(runs).encode("utf-8"))
    SCHEMA.assertValid(root)
    return root


def test_every_case_is_a_test_case_and_the_counts_are_right(make_case, make_run):
    cases = [
        make_case("a"),
        make_case("b", problems=("wrong",)),
        make_case("c", status="crashed", problems=("crashed: ValueError: x",)),
        make_case("d", status="crashed", outdated=True, problems=("its passage is gone",)),
    ]
    root = read(make_run(*cases, reasons=("mrr is 0.1",)))
    assert [case.get("name") for case in root.iter("testcase")] == ["b", "c", "d", "a", "gate"]
    assert dict(root.find("testsuite").attrib) == {
        "name": "mine",
        "tests": "5",
        "failures": "3",
        "errors": "1",
        "skipped": "0",
        "time": "0.080",
    }
    assert (len(root.findall(".//failure")), len(root.findall(".//error"))) == (3, 1)
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("5", "3", "1")


def test_a_failure_says_why_and_whether_it_is_new(make_case, make_run):
    wrong = make_case(problems=("no answer", "not cited"))
    comparison = Comparison(metrics=(), newly_failing=("missile",))
    (failure, *_) = read(make_run(wrong, comparison=comparison)).iter("failure")
    asked = "“Which missile will Japan co-produce?”: expected “AMRAAM” or “SM-6”, got"
    assert failure.get("message").startswith(asked)
    assert failure.get("type") == "newly failing"
    assert failure.text.splitlines() == [
        failure.get("message"),
        "why: no answer",
        "why: not cited",
        "cited: “both governments start co-production of a missile called AMRAAM.” (Defence)",
    ]


def test_a_case_names_its_place_in_the_gold_file(make_case, make_run):
    root = read(make_run(make_case(file="gold/mine.jsonl", line=7)))
    assert (root.find(".//testcase").get("file"), root.find(".//testcase").get("line")) == (
        "gold/mine.jsonl",
        "7",
    )


def test_a_missed_threshold_is_a_failed_test_case_of_its_own(make_case, make_run):
    root = read(make_run(make_case(), reasons=("mrr is 0.1",)))
    failure = root.find(".//testcase[@name='gate']/failure")
    assert failure.text == "mrr is 0.1"
    assert failure.get("message").endswith("Failed. To pass: every question must be right.")


def test_the_rates_and_the_fingerprint_are_properties(make_run):
    root = read(make_run(fingerprint={"model": "extractive"}))
    found = {p.get("name"): p.get("value") for p in root.iter("property")}
    assert found == {"model": "extractive", "containment": "0.5000"}


@pytest.mark.parametrize("text", [HOSTILE, "]]>", "\x00", "\ud800", "", "x" * 5000])
def test_any_text_is_valid(make_case, make_run, text):
    case = make_case(text, question=text, text=text, tags=(text,), problems=(text,))
    read(make_run(case, suite=text, reasons=(text,), fingerprint={text: text}))


def test_any_text_comes_back_from_a_parser(make_case, make_run):
    case = make_case(HOSTILE, question=HOSTILE, problems=(HOSTILE,))
    root = read(make_run(case, suite=HOSTILE))
    assert root.find("testsuite").get("name") == SHOWN
    assert root.find(".//testcase").get("name") == SHOWN
    line = SHOWN.replace("\u202e", "").replace("\r\n\t", "")
    assert (
        root.find(".//failure").get("message").startswith(f"“{' '.join(line.split())}”: expected")
    )
