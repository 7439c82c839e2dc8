"""The text of one article for the page: whole, gone, edited since, or never there."""

import pytest
from documents import mail

from rag import Card
from ui.articles import address, article, origin, page_image, text
from ui.listing import Listing


@pytest.fixture
def lune(assistant, tmp_path):
    """Add a file; give its path and its document's id."""
    path = tmp_path / "lune.txt"
    path.write_text("The Lune is a river. It is long.", encoding="utf-8")
    (change,) = assistant.library.add(path).changes
    return path, change.document_id


def test_an_article_comes_with_its_text_and_the_spans_of_its_sentences(assistant, lune):
    found = article(assistant, {"id": lune[1]})
    assert found["text"] == "The Lune is a river. It is long."
    assert found["sentences"] == [[0, 20], [21, 32]]
    assert found["note"] == ""


def test_the_text_comes_with_the_hash_that_citations_name(assistant, lune):
    found = text(assistant, {"id": lune[1]})
    assert found["text"] == "The Lune is a river. It is long."
    assert found["sha256"] == assistant.library.document(lune[1]).summary.card.sha256


def test_a_file_edited_since_it_was_indexed_is_told(assistant, lune):
    path, known = lune
    path.write_text("The Lune is a lake.", encoding="utf-8")
    found = article(assistant, {"id": known})
    assert found["note"] == "source edited since indexed"
    assert found["text"] == "The Lune is a river. It is long."


def test_a_saved_page_tells_its_own_address_beside_its_file(assistant, tmp_path):
    path = tmp_path / "saved.html"
    head = '<link rel="canonical" href="https://news.example/lune"><title>Lune</title>'
    path.write_text(f"<html><head>{head}</head><body><p>The Lune is a river.</p></body></html>")
    (change,) = assistant.library.add(path).changes
    found = article(assistant, {"id": change.document_id})
    assert found["source"] == f"Saved web page, saved.html in {tmp_path.name}"
    assert found["address"] == "https://news.example/lune"


@pytest.mark.parametrize(
    ("source", "kind", "told"),
    [
        ("uploads/4f8fd5f9/ferry.pdf", "application/pdf", "PDF, uploaded 3 Nov 2025"),
        ("pasted/4f8fd5f9/The ferry", "text/plain", "Text, pasted 3 Nov 2025"),
        ("seeds/japan.md", "text/markdown", "Markdown, comes with Footnote"),
        ("https://lune.example/a", "text/html", "Web page, fetched 3 Nov 2025"),
        ("/home/ana/trips/ferry.csv", "text/csv", "Table, ferry.csv in trips"),
        ("C:\\trips\\ferry.eml", "message/rfc822", "Mail, ferry.eml in trips"),
        ("what a program calls it", "", "what a program calls it"),
    ],
)
def test_where_an_article_came_from_is_told_in_words_without_its_path(source, kind, told):
    card = Card(source=source, media_type=kind)
    assert origin(card, added_at="2025-11-03T10:00:00+00:00") == told


@pytest.mark.parametrize(
    "url", ["javascript:ran(1)", "data:text/html,x", "//evil.example", "file:/x"]
)
def test_only_an_address_of_the_web_can_be_followed(url):
    assert address(Card(source="/home/ana/page.html", url=url)) == ""
    assert address(Card(source=url)) == ""


def test_a_mail_comes_with_its_header_and_an_article_with_its_headings(assistant, tmp_path):
    (tmp_path / "fleet.eml").write_bytes(mail("The fleet grows."))
    (tmp_path / "ferry.md").write_text("# The ferry\n\nIt sails.\n\n## When\n\nAt noon.")
    letter, ferry = assistant.library.add(tmp_path / "fleet.eml", tmp_path / "ferry.md").changes
    assert text(assistant, {"id": letter.document_id})["header"] == [
        ["From", "Jane Doe <jane@example.org>"],
        ["To", "Fleet <fleet@example.org>"],
        ["Date", "Fri, 01 Mar 2024 12:00:00 +0100"],
    ]
    told = text(assistant, {"id": ferry.document_id})
    assert [told["text"][at:].partition("\n")[0] for at in told["sections"]] == [
        "The ferry",
        "When",
    ]


def test_a_removed_article_is_missing(assistant, lune):
    assistant.library.remove(lune[1])
    assert article(assistant, {"id": lune[1]}) == {"missing": True}
    assert text(assistant, {"id": lune[1]}) == {"missing": True}


@pytest.mark.parametrize("wanted", [None, 7, [], "id", {}, {"id": 7}, {"id": ""}, {"id": "../x"}])
def test_what_names_no_article_gets_none(assistant, lune, wanted):
    assert article(assistant, wanted) == {"missing": True}
    assert text(assistant, wanted) == {"missing": True}


@pytest.mark.parametrize(
    "sent", [None, {}, {"id": 3}, {"id": "x", "page": True}, {"id": "x", "page": "1"}]
)
def test_a_page_that_is_asked_for_in_no_form_of_ours_is_missing(assistant, sent):
    assert page_image(assistant, sent) == {"missing": True}


def test_a_page_of_what_has_none_is_one_sentence(assistant, lune):
    told = page_image(assistant, {"id": lune[1], "start": 0, "end": 3})
    assert told["problem"].startswith("Only pages of PDF files are drawn, and this is text/plain")


def test_a_list_tells_of_an_article_what_a_reader_needs_and_no_path_of_uploads(assistant, tmp_path):
    file = tmp_path / "heron.md"
    file.write_text("---\ntags: birds\n---\nThe heron stood still.", encoding="utf-8")
    (change,) = assistant.library.add_files({"uploads/4f8f/heron.md": file}).changes
    listing = Listing(assistant)
    (row,) = listing.listed({"words": "herons"})["rows"]
    assert (row["source"], row["kind"], row["tags"]) == ("heron.md", "MD", ["birds"])
    assert row["said"] == [{"text": "The heron stood still.", "lit": [[4, 9]], "page": ""}]
    assert listing.overview({"id": change.document_id}) == {"overview": []}
    assistant.library.introduce({change.document_id: []})
    assert listing.overview({"id": change.document_id}) == {"overview": ["The heron stood still."]}


@pytest.mark.parametrize(
    "sent",
    [
        None,
        7,
        [],
        {"words": 7},
        {"scope": 7},
        {"offset": -1, "limit": True},
        {"words": '"\0"' * 99},
    ],
)
def test_what_a_script_may_not_send_lists_what_there_is_or_nothing(assistant, lune, sent):
    value = Listing(assistant).listed(sent)
    assert (value["total"], "problem" in value) == (1, False)


@pytest.mark.parametrize(
    ("scope", "problem"),
    [
        ({"tags": ["<b>none</b>"]}, "no article has the tag '<b>none</b>'"),
        ({"since": "yesterday"}, "yesterday"),
        ({"folder": ["/"]}, "a scope has no"),
        ({"places": [7]}, "place"),
    ],
)
def test_a_choice_that_cannot_be_is_one_sentence(assistant, lune, scope, problem):
    value = Listing(assistant).listed({"scope": scope})
    assert problem in value["problem"]
    assert (value["rows"], value["found"], value["total"]) == ([], 0, 1)
