"""Sentences as a reader would tell them apart, and the F1 on the hand-made gold."""

import json
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from index.splitting.sentences import LONGEST, Spans, split
from index.types import Span

GOLD = Path(__file__).parents[1] / "data" / "sentences_gold.jsonl"


def quoted(text):
    return [text[span.start : span.end] for span in split(text)]


def gold_spans(row):
    spans, at = set(), 0
    for sentence in row["sentences"]:
        start = row["text"].index(sentence, at)
        at = start + len(sentence)
        spans.add((start, at))
    return spans


def f1(rows):
    right = wanted = found = 0
    for row in rows:
        gold = gold_spans(row)
        spans = {(span.start, span.end) for span in split(row["text"])}
        right, wanted, found = right + len(gold & spans), wanted + len(gold), found + len(spans)
    return 2 * right / (wanted + found), wanted


def test_exact_span_f1_on_the_gold_is_at_least_0_95(capsys):
    rows = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]
    figure, sentences = f1(rows)
    with capsys.disabled():
        sys.stdout.write(f"\nexact-span F1 {figure:.3f} on {sentences} gold sentences\n")
    assert sentences >= 120
    assert figure >= 0.95


def test_the_seed_article_has_a_title_and_21_sentences():
    text = (files("seeds") / "japan-us-defense-ministers.txt").read_text(encoding="utf-8")
    sentences = quoted(text.removesuffix("\nComments\nPost a Comment"))
    assert len(sentences) == 22
    assert sentences[0] == "Japan and US Defense Ministers United in Countering China"
    assert sentences[9].endswith("“America first does not mean America alone.”")
    assert sentences[20] == (
        "Nakatani intended to pursue co-production of surface to air missile, SM-6."
    )


@pytest.mark.parametrize(
    "text",
    [
        "The U.S. Senate met.",
        "Mr. Holmes met Gen. Mark A. Milley of St. Louis.",
        "J. R. R. Tolkien wrote it.",
        "It opens at 9 a.m. Monday.",
        "He met Sen. So and Rep. But.",
        "He read J. A. Smith.",
        "She comes from Springfield, Ill. Judge Hand does too.",
        "It was on Mon. Jan. 5.",
        "See No. 5 on p. 12 and Fig. 3.",
        "It was born c. 1500 and cost approx. $3.5 million.",
        "In Roe v. Wade the court ruled.",
        "Smith et al. 2001 found it.",
        '"Really?" he asked.',
        '"Really?" the old man asked.',
        "“Why?” Mr. J. Smith asked.",
        "“We go.” said she.",
        "He paused... and went on.",
        "He said [...] The word.",
        "Yahoo! Inc. rose.",
        "1. First item",
        "A. First item",
        "Table 1. Results of the vote",
        "Write to a.b@example.co.uk or see https://x.org/a.html?Q=1 today.",
        "The site example.Com is down.",
        "He used node.Js here.",
        "Visit bbc.co.uk. or not.",
        "「行きます。」と彼は言った。",
        "彼は「橋は古い。危ない！」と言った。",
        "价格是3.5元，河很宽……所以如此。",
        "It rose 0.25 to 4.75%.",
    ],
)
def test_one_sentence_stays_whole(text):
    assert quoted(text) == [text]


@pytest.mark.parametrize(
    ("first", "gap", "second"),
    [
        ("He lives in the U.S.", " ", "He likes it."),
        ("They want the SM-6.", " ", "It is new."),
        ("He chose plan B.", " ", "Critics laughed."),
        ("It ended at 5 p.m.", " ", "Police came."),
        ("He looked ill.", " ", "Doctors came."),
        ("They went to Mass.", " ", "Father John spoke."),
        ("He saw the sun.", " ", "January was over."),
        ("He said no.", " ", "Five left."),
        ("They work at Apple Inc.", " ", "The firm is big."),
        ("It is kept as an MS.", " ", "The rest is lost."),
        ("One more rep.", " ", "Then he slept."),
        ("“It is alone.”", " ", "“Our forces train.”"),
        ("“It is alone.”", "", "“Our forces train.”"),
        ("He met the press conference.", "", "The next day he left."),
        ("The dispute was over.", "", '"I am glad," one said.'),
        ("He came from Tokyo.", "", "The trip was long."),
        ("It was so.[1]", " ", "It changed. "),
        ("It was so. [12]", " ", "It changed."),
        ("You did what?!", " ", "Stop!"),
        ("It was late…", " ", "Nobody moved."),
        ("It was 2016.", " ", "12 people came."),
        ("He has an iPad.", " ", "iPhone users laughed."),
        ("彼は行った。", "", "雨だった！"),
        ("「橋は古い。」", "", "市長は黙っていた。"),
        ("他说：“桥很旧。”", "", "市长没有回答。"),
        ("本当？！", "", "すごい。"),
        ("长40米！", "", "为什么？"),
        ("पुल 1931 में खुला।", " ", "इसकी लंबाई 40 मीटर है।"),
        ("كم طوله؟", " ", "طوله 40 مترا."),
        ("(He refused.)", " ", "They agreed."),
        ("**It is bold.**", " ", "It is not."),
        ("“Stop!”", " ", "Police arrived and fired."),
    ],
)
def test_two_sentences_are_told_apart(first, gap, second):
    assert quoted(first + gap + second) == [first, second.strip()]


def test_offsets_in_a_language_without_spaces_are_those_of_its_characters():
    text = "見出し\n橋は1931年に開通しました。𠮷野川の上にあります！なぜですか？ 川が広いから。"
    spans = [(span.start, span.end) for span in split(text)]
    assert spans == [(0, 3), (4, 19), (19, 30), (30, 36), (37, 44)]
    assert text[19:30] == "𠮷野川の上にあります！"


def test_a_long_sentence_without_spaces_is_cut_behind_a_comma():
    text = "橋は古く、" * 400 + "終わり。"
    spans = split(text)
    assert "".join(text[span.start : span.end] for span in spans) == text
    assert [text[span.end - 1] for span in spans] == ["、", "、", "。"]


def test_no_text_and_blank_text_have_no_sentence():
    assert split("") == ()
    assert split(" \r\n\t\u00a0\u2003\n") == ()


def test_marks_without_a_word_belong_to_the_sentence_beside_them():
    assert quoted("It is done. \U0001f600") == ["It is done. \U0001f600"]
    assert quoted("... And then he left.") == ["... And then he left."]


def test_a_run_without_a_stop_is_cut_behind_its_last_semicolon():
    clause = "word " * 60 + "word; "
    pieces = quoted(clause * 8)
    assert all(len(piece) <= LONGEST for piece in pieces)
    assert all(piece.endswith("word;") for piece in pieces)


def test_a_cut_leaves_no_short_rest():
    lengths = [span.end - span.start for span in split("x" * (LONGEST + 1))]
    assert lengths == [751, 250]


def test_a_cut_does_not_part_a_letter_from_its_marks():
    pieces = quoted("e\u0301\u0302" * 1000)
    assert len(pieces) > 2
    assert all(piece[0] == "e" for piece in pieces)


def test_spans_of_a_table_are_a_sequence_like_any():
    spans = Spans(Span(start=n, end=n + 2**40) for n in range(3))
    assert (len(spans), spans[-1], spans[1:]) == (3, Span(start=2, end=2**40 + 2), [*spans][1:])
    with pytest.raises(IndexError):
        spans[3]
