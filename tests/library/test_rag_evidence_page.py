"""An answer's evidence: one page that loads nothing, and a check against the originals."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from index.errors import MisuseError
from rag import Answer, Assistant
from rag.evidence import check, page, read_answer
from rag.internal import json_text

TEXT = "Cats <b>sleep</b> all day & night.\nDogs bark at the moon. Birds sing at dawn."


@pytest.fixture
def original(tmp_path: Path) -> Path:
    path = tmp_path / "pets.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.fixture
def answer(assistant: Assistant, original: Path) -> Answer:
    assistant.library.add(original)
    hits = assistant.search("What do dogs bark at?")
    answer = assistant.ask("What do dogs bark at?")
    assert answer.citations, hits
    return answer


def test_an_answer_is_read_back_as_it_was_printed(answer: Answer) -> None:
    assert read_answer(json_text(answer)) == answer


def test_an_answer_that_the_version_before_printed_is_read_too(answer: Answer) -> None:
    printed = json.loads(json_text(answer))
    for carries in (*printed["citations"], *printed["hits"]):
        del carries["card"]
    read = read_answer(json.dumps(printed))
    assert [c.card for c in read.citations] == [
        replace(c.card, media_type="", reader="") for c in answer.citations
    ]
    assert page(read) == page(answer)


def test_the_page_shows_quote_context_and_hashes(answer: Answer) -> None:
    (citation,) = answer.citations
    html = page(answer)
    assert f"<mark>{citation.quote}</mark>" in html
    assert "Cats &lt;b&gt;sleep&lt;/b&gt; all day &amp; night." in html
    assert citation.card.sha256 in html
    assert answer.question in html


def test_the_page_marks_the_likely_words_of_a_quoted_sentence(answer: Answer) -> None:
    sentence = replace(answer.sentences[0], text="Dogs & cats bark.", span=(5, 11))
    assert "Dogs <strong>&amp; cats</strong> bark." in page(replace(answer, sentences=(sentence,)))


def test_the_page_runs_and_loads_nothing(answer: Answer) -> None:
    html = page(replace(answer, question="<script>alert(1)</script> <img src=x>"))
    assert not re.search(r"<script|<img|<link|<iframe|<[^>]* (?:src|on\w+)=|url\(|@import", html)
    assert "default-src 'none'" in html
    assert "color-scheme: light dark" in html


def test_an_unchanged_original_bears_out_every_quote(answer: Answer, original: Path) -> None:
    found = check(page(answer).encode(), [original])
    (quote,) = found.quotes
    assert (quote.standing, quote.start) == ("same", answer.citations[0].start)
    assert TEXT[quote.start :].startswith(quote.quote)
    assert found.holds


def test_a_quote_in_an_edited_original_stands_elsewhere(answer: Answer, original: Path) -> None:
    original.write_text("A new beginning. " + TEXT, encoding="utf-8")
    (quote,) = check(page(answer).encode(), [original]).quotes
    assert (quote.standing, quote.start) == ("edited", answer.citations[0].start + 17)


def test_a_quote_that_is_no_longer_there_is_missing(answer: Answer, original: Path) -> None:
    original.write_text(TEXT.replace("bark", "howl"), encoding="utf-8")
    found = check(page(answer).encode(), [original])
    assert [quote.standing for quote in found.quotes] == ["missing"]
    assert not found.holds


def test_one_forged_letter_in_the_page_is_found(answer: Answer, original: Path) -> None:
    forged = page(answer).replace("<mark>Dogs bark", "<mark>Dogs park")
    assert not check(forged.encode(), [original]).holds


def test_an_emptied_quote_is_missing(answer: Answer, original: Path) -> None:
    forged = re.sub("<mark>.*?</mark>", "<mark> </mark>", page(answer))
    assert not check(forged.encode(), [original]).holds


def test_originals_that_cannot_be_read_are_named(answer: Answer, original: Path) -> None:
    empty = original.parent / "empty.txt"
    empty.write_bytes(b"")
    found = check(page(answer).encode(), [empty, original])
    assert [Path(change.source).name for change in found.unread] == ["empty.txt"]
    assert found.holds


@pytest.mark.parametrize("data", [b"", b"<p>nothing</p>", b"\xff\xfe\x00", b"{}"])
def test_a_file_without_quotes_is_misuse(original: Path, data: bytes) -> None:
    with pytest.raises(MisuseError, match="has no quotes to check"):
        check(data, [original])


def test_an_answer_whose_quote_is_not_in_its_passages_is_misuse(answer: Answer) -> None:
    (citation,) = answer.citations
    forged = replace(answer, citations=(replace(citation, quote="Dogs fly to the moon."),))
    with pytest.raises(MisuseError, match="does not stand in the passages"):
        page(forged)


def test_an_abstention_has_no_evidence(assistant: Assistant, original: Path) -> None:
    assistant.library.add(original)
    with pytest.raises(MisuseError, match="cites nothing"):
        page(assistant.ask("Who designed the opera house in Oslo?"))


@pytest.mark.parametrize("text", ["", "[]", "{", json.dumps({"question": "x"}), "null"])
def test_what_is_no_answer_is_misuse(text: str) -> None:
    with pytest.raises(MisuseError, match="give what `footnote ask --json` prints"):
        read_answer(text)
