"""The HTML of conversations and sources: what is shown, and that nothing in it can act."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from rag import Answer, AnswerSentence, Citation, DocumentSummary, Hit, Passage, Usage
from ui import render
from ui.conversation import Turn

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    '" style="position:fixed;inset:0" x="',
    "</blockquote></li></ol><iframe src=//evil.example>",
    "{{constructor.constructor('alert(1)')()}}",
    "${alert(1)} `${alert(1)}`",
    "javascript:alert(1)",
    "[x](javascript:alert(1)) ![x](https://evil.example/?q=1)",
    "&lt;script&gt; <!-- --> <![CDATA[",
    "<base href=//evil.example><form action=//evil.example>",
]
TAGS = {"header", "h1", "h2", "h3", "div", "span", "p", "a", "article", "section"}
TAGS |= {"ol", "ul", "li", "blockquote", "mark", "code"}
ATTRIBUTES = {"class", "id", "href", "title", "dir", "role", "tabindex", "aria-label"}


class Page(HTMLParser):
    """Keeps what a browser would see: tags, attributes, and text by the tag around it."""

    def __init__(self, source):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes, self.texts = set(), [], []
        self.open = [""]
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.tags.add(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        self.open.pop()

    def handle_data(self, data):
        self.texts.append((self.open[-1], data))

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data}")

    def all_in(self, tag):
        return [text for around, text in self.texts if around == tag]


def turn(title="A title", quote="Two.", question="Why?", model="extractive", page=None):
    text = f"One. {quote} Three."
    passage = Passage(
        id="d:0", document_id="d", ordinal=0, start=100, end=100 + len(text), text=text
    )
    hit = Hit(
        passage=passage,
        title=title,
        source=title,
        document_sha256="0",
        page=page,
        score=1.0,
        sentences=(),
    )
    citation = Citation(
        number=1,
        document_id="d",
        title=title,
        source=title,
        page=page,
        start=105,
        end=105 + len(quote),
        quote=quote,
        document_sha256="0",
    )
    answer = Answer(
        question=question,
        status="answered",
        reason=None,
        text=quote,
        sentences=(AnswerSentence(text=quote, citations=(1,)),),
        citations=(citation,),
        confidence=1.0,
        hits=(hit,),
        model=model,
        usage=Usage(),
        seconds=0.0312,
    )
    return Turn(number=7, question=question, hits=(hit,), text=quote, answer=answer)


def abstained(text="The documents do not say."):
    told = turn()
    answer = Answer(
        question="Why?",
        status="abstained",
        reason="weak_match",
        text=text,
        sentences=(),
        citations=(),
        confidence=0.0,
        hits=told.hits,
        model="extractive",
        usage=Usage(),
        seconds=0.0,
    )
    return Turn(number=7, question="Why?", hits=told.hits, answer=answer)


def everything(evil):
    """Render the evil text at every place that text from outside can reach."""
    card = DocumentSummary(
        id="d",
        title=evil,
        source=evil,
        media_type="text/plain",
        sha256="0",
        characters=1,
        sentences=1,
        published=None,
        author=None,
        added_at="",
    )
    growing = Turn(number=8, question=evil, text=evil)
    turns = [turn(evil, evil, evil, evil), abstained(evil), growing]
    return (
        render.conversation(turns)
        + render.sources(turns)
        + render.library([card])
        + render.problem(evil)
    )


@pytest.mark.parametrize("evil", HOSTILE)
def test_hostile_text_makes_no_tag_and_no_attribute(evil):
    page = Page(everything(evil))
    assert page.tags <= TAGS
    assert {name for name, _ in page.attributes} <= ATTRIBUTES


@pytest.mark.parametrize("evil", HOSTILE)
def test_every_link_stays_on_the_page(evil):
    links = [value for name, value in Page(everything(evil)).attributes if name == "href"]
    allowed = {"#source-7-1", "#sources-7", "#turn-7", "#turn-8"}
    assert links
    assert set(links) <= allowed


@pytest.mark.parametrize("evil", HOSTILE)
def test_no_sign_of_a_template_is_left(evil):
    assert not set("{}$`") & set(everything(evil))


@pytest.mark.parametrize("evil", HOSTILE)
def test_hostile_text_is_shown_as_it_is(evil):
    page = Page(render.conversation([turn(question=evil)]) + render.sources([turn(quote=evil)]))
    assert page.all_in("h2")[0] == evil
    assert page.all_in("mark") == [evil]


def test_the_quote_is_marked_inside_its_passage():
    assert "One. <mark>Two.</mark> Three.</blockquote>" in render.sources([turn()])


def test_a_quote_is_shown_alone_where_no_passage_holds_it():
    told = turn()
    moved = replace(told, answer=replace(told.answer, hits=()))
    assert '<blockquote dir="auto"><mark>Two.</mark></blockquote>' in render.sources([moved])


def test_signs_outside_the_basic_plane_do_not_move_the_mark():
    assert Page(render.sources([turn(quote="😀 Two 😀.")])).all_in("mark") == ["😀 Two 😀."]


def test_a_chip_links_to_the_card_of_its_source():
    assert 'href="#source-7-1"' in render.conversation([turn()])
    assert 'id="source-7-1"' in render.sources([turn()])


def test_a_copied_answer_has_its_footnote_in_brackets():
    page = Page(render.conversation([turn()]))
    said = "".join(text for around, text in page.texts if around in ("p", "a", "span"))
    assert said.startswith("Two.\u00a0[1]")


def test_a_source_says_its_page_or_its_characters():
    assert "characters 105–109 · A title" in render.sources([turn()])
    assert "page 3 · A title" in render.sources([turn(page=3)])


def test_the_model_that_answered_is_named():
    assert '<span class="model">extractive</span> · 31 ms' in render.conversation([turn()])


def test_an_abstention_links_to_the_nearest_passages_and_cites_nothing():
    page = render.conversation([abstained()])
    assert 'class="abstained"' in page
    assert 'href="#sources-7"' in page
    assert 'class="chip"' not in page
    assert "<mark>" not in render.sources([abstained()])


def test_passages_are_shown_before_there_is_text():
    found = Turn(number=7, question="Why?", hits=turn().hits)
    assert "One. Two. Three." in render.sources([found])
    assert "Searching" in render.conversation([found])


def test_a_growing_answer_is_shown_as_far_as_it_has_come():
    assert ">Two. [1</p>" in render.conversation([Turn(number=7, question="Why?", text="Two. [1")])


def test_an_empty_library_says_how_to_fill_it():
    assert "footnote add PATH" in render.library([])


@pytest.mark.parametrize(
    ("verdict", "shown"),
    [
        ("supported", ""),
        ("misattributed", ""),
        ("altered", "[altered: the source says <27,000>]"),
        ("unsupported", "[unsupported: the source says <27,000>]"),
    ],
)
def test_a_sentence_that_its_sources_do_not_say_is_marked(verdict, shown):
    given = turn()
    note = "the source says <27,000>"
    wrong = AnswerSentence(text="It is 28,000.", citations=(1,), verdict=verdict, note=note)
    answer = replace(given.answer, sentences=(wrong,), fallback="<b> failed", searched="Why it?")
    page = Page(render.conversation([replace(given, answer=answer)]))
    assert [text for text in page.all_in("span") if "27,000" in text] == [shown][: bool(shown)]
    assert "Searched: Why it?" in "".join(page.all_in("p"))
    assert "The extractive answer, for <b> failed." in page.all_in("p")
