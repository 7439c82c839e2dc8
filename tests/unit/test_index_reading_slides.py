"""PowerPoint slides: pages, order, lists, tables, notes, and what is left out."""

import pytest
from documents import docx, pptx, shape, with_members

from index.errors import ReadError
from index.reading.registry import read_bytes
from index.search import page_of


def read(*slides: str, **parts: object):
    return read_bytes(pptx(*slides, **parts), name="talk_2024.pptx")


def test_the_page_is_the_slide_s_number_and_its_title_a_heading() -> None:
    article = read(
        shape("Cats sleep.") + shape("On Cats", place="title"),
        shape("Food", place="title") + shape("Fish."),
    )
    assert article.text == "On Cats\n\nCats sleep.\n\nFood\n\nFish."
    assert article.card.title == "On Cats"
    assert article.section_starts == (0, article.text.index("Food"))
    assert page_of(article.text.index("Fish"), article.page_starts) == 2
    assert article.page_labels == ("slide 1", "slide 2")


def test_a_hidden_slide_is_told_and_later_ones_keep_their_number() -> None:
    article = read(shape("One."), shape("Two."), shape("Three."), hidden=(2,))
    assert article.text == "One.\n\nThree."
    assert page_of(article.text.index("Three"), article.page_starts) == 3
    assert article.card.left_out == ("slide 2: hidden; show what is to be read",)


def test_notes_stand_behind_their_slide() -> None:
    article = read(shape("One."), shape("Two."), notes={1: "Say hello."})
    assert article.text == "One.\n\nNotes: Say hello.\n\nTwo."


def test_columns_are_read_one_after_the_other_whatever_the_file_s_order() -> None:
    boxes = {
        "Right below.": (60, 30, 40, 20),
        "Left below.": (0, 30, 40, 20),
        "Foot.": (0, 90, 100, 5),
        "Right head.": (60, 22, 40, 8),
        "Left head.": (0, 22, 40, 8),
        "Head.": (0, 0, 100, 5),
    }
    article = read("".join(shape(text, at=at) for text, at in boxes.items()))
    assert article.text.split("\n\n") == [
        *("Head.", "Left head.", "Left below.", "Right head.", "Right below.", "Foot."),
    ]


def item(text: str, *, level: int = 0, mark: str = "") -> str:
    return f'<a:p><a:pPr lvl="{level}">{mark}</a:pPr><a:r><a:t>{text}</a:t></a:r></a:p>'


def test_items_have_their_bullets_and_numbers() -> None:
    number, none = '<a:buAutoNum type="alphaLcParenR"/>', "<a:buNone/>"
    bullets = '<a:lvl1pPr><a:buChar char="•"/></a:lvl1pPr>'
    article = read(
        shape(item("Buy:", mark=none), item("milk"), item("bread"), styles=bullets),
        shape(item("Open.", mark=number), item("Shut.", mark=number)),
    )
    assert article.text == "Buy:\n\n- milk\n- bread\n\na) Open.\nb) Shut."


def test_rows_of_a_table_are_lines() -> None:
    cell = "<a:tc><a:txBody><a:p><a:r><a:t>{}</a:t></a:r></a:p></a:txBody></a:tc>"
    table = (("Town", "Open"), ("Lindvik", "yes"))
    rows = "".join(f"<a:tr>{''.join(map(cell.format, row))}</a:tr>" for row in table)
    held = f"<a:graphic><a:graphicData><a:tbl>{rows}</a:tbl></a:graphicData></a:graphic>"
    article = read(f"<p:graphicFrame>{held}</p:graphicFrame>")
    assert article.text == "Town | Open\nLindvik | yes"


def test_raised_text_equations_and_breaks_are_set_as_text() -> None:
    run = "<a:r><a:rPr{}/><a:t>{}</a:t></a:r>"
    paragraph = (
        "<a:p>" + run.format("", "10") + run.format(' baseline="30000"', "7") + "<a:br/>"
        "<m:oMath><m:f><m:num><m:r><m:t>a+b</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r>"
        "</m:den></m:f></m:oMath></a:p>"
    )
    assert read(shape(paragraph)).text == "10^7\n(a+b)/2"


def test_what_an_older_program_shows_instead_is_read_once() -> None:
    space = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    both = (
        f"<mc:AlternateContent {space}><mc:Choice>{shape('New.')}</mc:Choice>"
        f"<mc:Fallback>{shape('Old.')}</mc:Fallback></mc:AlternateContent>"
    )
    assert read(both).text == "New."


def test_footers_macros_and_slides_of_one_picture_are_told() -> None:
    article = read(
        shape("Text.") + shape("Secret", place="ftr"),
        "<p:pic/>",
        extra={"ppt/vbaProject.bin": b"\0"},
    )
    assert article.text == "Text."
    assert article.card.left_out == (
        "slide 2: a picture without text",
        "footers: what repeats on each slide is not read",
        "macros: they are programs, which are neither read nor run",
    )


def test_the_file_of_another_program_is_told_once() -> None:
    space = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    held = "<p:graphicFrame><p:oleObj/></p:graphicFrame>"
    both = (
        f"<mc:AlternateContent {space}><mc:Choice>{held}</mc:Choice>"
        f"<mc:Fallback>{held}</mc:Fallback></mc:AlternateContent>"
    )
    assert read(shape("Text.") + both).card.left_out == (
        "1 object: the file of another program; add that, too",
    )


def test_slides_without_text_are_refused() -> None:
    with pytest.raises(ReadError, match="its slides show no text"):
        read("<p:pic/>")


def test_a_document_on_a_slide_makes_the_slides_no_document() -> None:
    held = with_members(pptx(shape("Text.")), {"ppt/embeddings/a.docx": docx("Inner.")})
    assert read_bytes(held, name="a.docx").text == "Text."
