"""OpenDocument text: headings, lists, tables, notes, what is hidden and what is said of it."""

import pytest
from documents import odt, replaced, without

from index.errors import ReadError
from index.reading.registry import read_bytes


def text_of(*body: str, **parts: str) -> str:
    return read_bytes(odt(*body, **parts), name="my_notes.odt").text


def test_headings_begin_sections_and_the_first_is_the_title() -> None:
    article = read_bytes(odt("# On Cats", "They sleep.", "# Food", "Fish."), name="a.odt")
    assert article.text == "On Cats\n\nThey sleep.\n\nFood\n\nFish."
    assert article.section_starts == (0, 22)
    assert (article.card.title, article.card.published) == ("On Cats", None)
    assert article.card.media_type == "application/vnd.oasis.opendocument.text"


def test_what_its_properties_say_is_kept() -> None:
    meta = (
        "<dc:title>Minutes</dc:title><meta:initial-creator>Jane Doe</meta:initial-creator>"
        "<meta:creation-date>2024-03-01T10:00:00</meta:creation-date><dc:date>2025-01-01</dc:date>"
        "<meta:keyword>rowing</meta:keyword><meta:keyword>club, boats</meta:keyword>"
    )
    card = read_bytes(odt("Text.", meta=meta), name="a.odt").card
    assert (card.title, card.author, card.published) == ("Minutes", "Jane Doe", "2024-03-01")
    assert card.tags == ("rowing", "club", "boats")


def test_the_title_and_date_of_its_template_are_none_of_its_own() -> None:
    meta = (
        "<dc:title>Modern letter</dc:title><meta:creation-date>2019-05-05</meta:creation-date>"
        "<dc:date>2024-03-01T09:00:00</dc:date>"
        '<meta:template xlink:title="Modern letter" meta:date="2019-05-05T00:00:00"/>'
    )
    card = read_bytes(odt("Dear club", "It rained.", meta=meta), name="a.odt").card
    assert (card.title, card.published) == ("Dear club", "2024-03-01")


LISTS = (
    '<text:list-style style:name="N">'
    '<text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix="."/>'
    '<text:list-level-style-number text:level="2" style:num-format="a" style:num-suffix=")"/>'
    '<text:list-level-style-number text:level="3" style:num-format="I" text:display-levels="3"/>'
    '</text:list-style><text:list-style style:name="B">'
    '<text:list-level-style-bullet text:level="1" text:bullet-char="•"/></text:list-style>'
)


def items(*texts: str) -> str:
    return "".join(
        f"<text:list-item>{t if t[0] == '<' else f'<text:p>{t}</text:p>'}</text:list-item>"
        for t in texts
    )


def listed(*texts: str, style: str = "N", more: str = "") -> str:
    return f'<text:list text:style-name="{style}"{more}>{items(*texts)}</text:list>'


def test_items_of_lists_keep_their_numbers_and_a_list_may_go_on() -> None:
    inner = f"<text:p>Shut it.</text:p><text:list>{items('Left.', 'Right.')}</text:list>"
    text = text_of(
        listed("Open it.", inner),
        "Then:",
        listed("Leave.", more=' text:continue-numbering="true"'),
        listed("milk", "bread", style="B"),
        styles=LISTS,
    )
    assert text == (
        "1. Open it.\n2. Shut it.\n  a) Left.\n  b) Right.\n\nThen:\n3. Leave.\n- milk\n- bread"
    )


def test_a_third_level_shows_the_numbers_above_it() -> None:
    deep = f"<text:list>{items('Deep.')}</text:list>"
    deep = f"<text:list>{items(deep)}</text:list>"
    assert text_of(listed(f"<text:p>One.</text:p>{deep}"), styles=LISTS).endswith("1.a.I Deep.")


def test_a_row_of_a_table_is_a_line_and_repeated_cells_are_told() -> None:
    cells = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    head = "".join(map(cells.format, ("Town", "Open", "Paid")))
    body = cells.format("Lindvik") + cells.format("yes").replace(
        "cell>", 'cell table:number-columns-repeated="2">', 1
    )
    table = (
        f"<table:table><table:table-header-rows><table:table-row>{head}</table:table-row>"
        f"</table:table-header-rows><table:table-row>{body}<table:table-cell "
        'table:number-columns-repeated="16000"/></table:table-row></table:table>'
    )
    assert text_of("Before.", table) == "Before.\n\nTown | Open | Paid\nLindvik | yes | yes"


def test_notes_and_text_boxes_stand_apart_and_once() -> None:
    note = (
        '<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation>'
        "<text:note-body><text:p>A ledger.</text:p></text:note-body></text:note>"
    )
    box = "<draw:frame><draw:text-box><text:p>Boxed.</text:p></draw:text-box></draw:frame>"
    paragraph = f"<text:p>In 1938{note} it{box} rose.</text:p>"
    assert text_of(paragraph, "End.") == "In 1938[1] it rose.\n\nBoxed.\n\nEnd.\n\n[1] A ledger."


def test_blanks_breaks_and_raised_text_are_what_they_look_like() -> None:
    styles = (
        '<style:style style:name="S" style:family="text"><style:text-properties '
        'style:text-position="super 58%"/></style:style>'
    )
    paragraph = (
        '<text:p>10<text:span text:style-name="S">7</text:span>\n   litres<text:s text:c="2"/>'
        "here<text:line-break/>now</text:p>"
    )
    assert text_of(paragraph, styles=styles) == "10^7 litres  here\nnow"


def test_what_is_deleted_hidden_or_a_comment_is_not_read_and_is_told() -> None:
    styles = (
        '<style:style style:name="H" style:family="text"><style:text-properties '
        'text:display="none"/></style:style>'
    )
    gone = (
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>Never.</text:p>"
        "</text:deletion></text:changed-region></text:tracked-changes>"
    )
    shown = (
        '<text:p>Cats <text:span text:style-name="H">obey</text:span>sleep.<office:annotation>'
        "<text:p>Sure?</text:p></office:annotation></text:p>"
    )
    header = "<style:header><text:p>Secret</text:p></style:header>"
    master = f"<style:master-page>{header}</style:master-page>"
    article = read_bytes(odt(gone, shown, styles=styles, master=master), name="a.odt")
    assert article.text == "Cats sleep."
    assert [why.partition(":")[0] for why in article.card.left_out] == [
        *("headers and footers", "comments", "deleted text"),
    ]


def test_an_equation_is_read_and_a_chart_is_told() -> None:
    def held(name: str) -> str:
        return f'<text:p>See <draw:frame><draw:object xlink:href="./{name}"/></draw:frame></text:p>'

    math = '<math xmlns="http://www.w3.org/1998/Math/MathML"><mi>x</mi><mo>=</mo><mn>2</mn></math>'
    extra = {"O 1/content.xml": math.encode(), "O 2/content.xml": b"<chart/>"}
    article = read_bytes(odt(held("O 1"), held("O 2"), extra=extra), name="a.odt")
    assert article.text == "See x=2\n\nSee"
    assert article.card.left_out == ("1 object: a chart, or another program's file; add that, too",)


def test_an_encrypted_one_and_one_without_text_are_refused_with_the_reason() -> None:
    manifest = {"META-INF/manifest.xml": b"<manifest><encryption-data/></manifest>"}
    for data, why in (
        (replaced(odt("Text."), manifest), "encrypted with a password"),
        (odt(), "the document shows no text"),
        (without(odt("Text."), "content.xml"), "no OpenDocument text"),
    ):
        with pytest.raises(ReadError, match=why):
            read_bytes(data, name="a.odt")
